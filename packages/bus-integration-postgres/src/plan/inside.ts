// What is to be done inside a database that this run made. What template0 left in it is looked at, never inferred: an
// upgraded cluster can carry an open schema public on any version. The same rules plan and render it. Pure.
import type { Step } from 'bus-integration-database';
import { type DifferingKinds, differences } from '../kinds/differences.ts';
import { kindOf, kinds, type Resource } from '../kinds/index.ts';
import type { Scope } from '../kinds/kind/kind.ts';
import type { ObservedInside } from '../observe/observation.ts';
import { lacksFor } from './authority.ts';
import { stepsOf } from './steps.ts';

export interface JustMade {
  readonly database: string;
  readonly found: ObservedInside;
  /** What is desired of it. */
  readonly resources: readonly Resource[];
  /** That of the whole plan. */
  readonly scope: Scope;
}

const kindsInside = Object.fromEntries(
  Object.entries(kinds).filter(([, { isInside }]) => isInside),
) as unknown as DifferingKinds<Resource>;

/** Its steps, as far as this admin can carry them out: what is left is told by the look that comes after. None is shown. */
export function planInside({ database, found, resources, scope }: JustMade): Step[] {
  const { seen } = scope;
  const made = {
    name: database,
    owner: seen.admin.name,
    adminActsAsOwner: true,
    adminMayConnect: true,
    encoding: 'UTF8',
    allowsConnections: true,
    connectionLimit: -1,
    comment: null,
    connections: 0,
    acl: [],
  };
  const now = { ...seen, databases: new Map([[database, made]]), inside: new Map([[database, found]]) };
  const inside: Scope = { ...scope, seen: now, databases: new Map([[database, 'ours']]), isJustMade: true };
  const possible = differences<Resource>(kindsInside, resources.filter(isInside), inside).flatMap(
    ({ delta, meanings }) => {
      const able = meanings.filter(
        (meaning) =>
          !('step' in meaning) ||
          // What a template's things may do as another owner is allowed by a flag, once they are seen.
          (meaning.step.risk !== 'elevate' && lacksFor({ ...meaning.step, summary: '' } as Step, inside).length === 0),
      );
      const [first, ...others] = able;
      return first === undefined ? [] : [{ delta, meanings: [first, ...others] as const }];
    },
  );
  return stepsOf({ resources, differences: possible });
}

/** What is desired of each database, by its name. */
export function byDatabase(resources: readonly Resource[]): Map<string, Resource[]> {
  const groups = new Map<string, Resource[]>();
  for (const resource of resources) {
    const database = kindOf(resource).database(resource);
    if (database === undefined) continue;
    const group = groups.get(database);
    if (group === undefined) groups.set(database, [resource]);
    else group.push(resource);
  }
  return groups;
}

function isInside(resource: Resource): boolean {
  return kindOf(resource).isInside === true;
}
