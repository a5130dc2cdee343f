// One random case from its seed: what the cluster and the files have been through, what is declared, who the admin is.
// Everything but the server itself follows from the seed.
import { expandRole } from 'bus-integration-database';
import type { Major } from 'embedded';
import type { Desired } from '../scenarios/deployment.ts';
import type { Admin } from '../scenarios/scenario.ts';
import { createRandom, type Random } from './random.ts';
import { type Change, pool, randomChanges } from './starting-state.ts';
import type { Managed } from './unmanaged.ts';

export interface RandomCase {
  readonly seed: number;
  readonly major: Major;
  readonly admin: Admin;
  /** Another deployment that was applied on the same server first. */
  readonly other?: Desired;
  /** What the same deployment declared when it was applied last. */
  readonly earlier?: Desired;
  readonly changes: readonly Change[];
  readonly desired: Desired;
}

export function randomCase(seed: number): RandomCase {
  const random = createRandom(seed);
  // The first numbers of neighbouring seeds are alike in no way that matters, but the draw order must stay as it is.
  const major = random.pick([15, 18] as const);
  const admin = random.pick(['superuser', 'plain'] as const);
  const desired = randomDeclared(random);
  const other = random.chance(0.25) ? randomDeclared(random) : undefined;
  const earlier = random.chance(0.65) ? (random.chance(0.4) ? desired : randomDeclared(random)) : undefined;
  const changes = randomChanges(random, managedBy(desired), random.chance(0.5) ? 3 : 9);
  return { seed, major, admin, desired, changes, ...(other && { other }), ...(earlier && { earlier }) };
}

function randomDeclared(random: Random): Desired {
  const databases = random.some(pool.databases, 1);
  const [serviceRole = '', ...others] = random.some(pool.roles, 1, 3);
  const roles = others.filter((name) => !name.includes('{')).slice(0, 1);
  return {
    databases,
    serviceRole,
    roles: random.chance(0.4) ? roles : [],
    schemas: random.chance(0.4) ? ['public'] : random.some(pool.schemas, 1),
    ...(random.chance(0.2) && { keys: { BUS_DATABASE_SERVICE_HOST: 'localhost' } }),
  };
}

/** What a declaration makes the deployment's. */
export function managedBy({ databases, serviceRole = '', roles = [], schemas = ['public'] }: Desired): Managed {
  const logins = databases.flatMap((database) =>
    [serviceRole, ...roles].map((role) => ({ database, role: expandRole(role, database) })),
  );
  return { databases, schemas, logins, roles: [...new Set(logins.map(({ role }) => role))] };
}
