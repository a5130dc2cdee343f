// What a manifest retires, as resources. Pure.
import type { Resource } from '../kinds/index.ts';
import type { ExpandedManifest } from '../manifest/expand.ts';

export function retiredResources({ retire: { roles = {}, databases = {} } }: ExpandedManifest): Resource[] {
  return [
    ...Object.entries(databases).map(
      ([name, { dump }]): Resource => ({
        kind: 'retired-database',
        name,
        isGone: true,
        ...(dump !== undefined && { dump }),
      }),
    ),
    ...Object.entries(roles).map(
      ([name, { reassign_to }]): Resource => ({
        kind: 'retired-role',
        name,
        isGone: true,
        ...(reassign_to !== undefined && { heir: reassign_to }),
      }),
    ),
  ];
}
