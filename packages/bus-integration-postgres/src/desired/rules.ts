// The names that PostgreSQL takes, and what lists of names and manifests come to.
import type { DesiredRules, DesiredState, Expansion } from 'bus-integration-database';
import type { Resource } from '../kinds/index.ts';
import type { ExpandedManifest } from '../manifest/expand.ts';
import { postgresNames } from '../text/names.ts';
import { resourcesOf, serviceProfile } from './desired-kinds.ts';
import { manifestNames } from './manifest-names.ts';
import { manifestResources } from './manifest-resources.ts';

export const postgresRules: DesiredRules<Resource> = {
  ...postgresNames,
  resources: (names) => resourcesOf(names, serviceProfile),
  manifest: (expanded) => {
    const manifest = asOurs(expanded);
    return { names: manifestNames(manifest), resources: () => manifestResources(manifest) };
  },
};

/** @public The manifest that a state was made of; undefined of one that was made of lists. */
export function manifestOf({ manifest }: Pick<DesiredState, 'manifest'>): ExpandedManifest | undefined {
  return manifest === undefined ? undefined : asOurs(manifest.expanded);
}

/** Only this provider's own reader makes them. */
function asOurs(expanded: Expansion): ExpandedManifest {
  return expanded as ExpandedManifest;
}
