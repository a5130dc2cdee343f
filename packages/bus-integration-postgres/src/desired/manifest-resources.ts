// The resources that a manifest declares. Pure.
import type { Resource } from '../kinds/index.ts';
import type { ExpandedManifest } from '../manifest/expand.ts';
import { accessResources } from './access-resources.ts';
import { databaseResources } from './database-resources.ts';
import { retiredResources } from './retired-resources.ts';
import { roleResources } from './role-resources.ts';
import { settingsIn } from './setting-resources.ts';

/** In the order of a plan: roles, then each database with all that belongs to it. */
export function manifestResources(manifest: ExpandedManifest): Resource[] {
  return [
    ...roleResources(manifest),
    ...Object.entries(manifest.databases).flatMap(([name, database]) => [
      ...databaseResources(name, database, manifest),
      ...settingsIn(name, database, manifest),
      ...accessResources(name, database, manifest),
    ]),
    ...retiredResources(manifest),
  ];
}
