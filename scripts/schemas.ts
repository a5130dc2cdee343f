// Writes the schemas folders of the packages from the contract and the API's document: `npm run schemas`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from 'bus-api-provider-database';
import { contractFiles } from 'bus-integration-database';
import { schemaDocument } from 'bus-integration-database/manifest';
import { postgresFacts } from 'bus-integration-postgres';
import { manifestTitle, postgresManifest } from 'bus-integration-postgres/manifest';

write('bus-integration-database', contractFiles(postgresFacts));
write('bus-api-provider-database', {
  'openapi.json': openApiDocument({ isAuthenticating: true, facts: postgresFacts }),
});
write('bus-integration-postgres', { 'manifest.json': schemaDocument(postgresManifest.shape, manifestTitle) });

function write(name: string, files: Readonly<Record<string, unknown>>): void {
  const folder = join(import.meta.dirname, '../packages', name, 'schemas');
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(folder, file), `${JSON.stringify(content, null, 2)}\n`);
  }
}
