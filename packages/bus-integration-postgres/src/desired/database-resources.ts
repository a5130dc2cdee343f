// What a manifest says of a database and of what is in it, as resources. Pure.
import type { Resource } from '../kinds/index.ts';
import type { ExpandedDatabase } from '../manifest/databases.ts';
import type { ExpandedManifest } from '../manifest/expand.ts';

export function databaseResources(
  name: string,
  { schemas }: ExpandedDatabase,
  { deployment }: ExpandedManifest,
): Resource[] {
  return [
    { kind: 'database', name, deployment, isFinished: true },
    ...schemas.map((schema): Resource => ({ kind: 'schema', database: name, name: schema })),
  ];
}
