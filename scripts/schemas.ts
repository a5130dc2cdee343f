// Writes packages/bus-integration-database/schemas from the contract: `npm run schemas`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contractFiles } from 'bus-integration-database';

const folder = join(import.meta.dirname, '../packages/bus-integration-database/schemas');
mkdirSync(folder, { recursive: true });
for (const [name, content] of Object.entries(contractFiles())) {
  writeFileSync(join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
}
