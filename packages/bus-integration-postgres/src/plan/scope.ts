// What the kinds look at, from what was declared, read and decided. Pure.
import { type Declaration, type RoleDecision, rolesOf } from 'bus-integration-database';
import { decidedFiles } from '../kinds/dsn-file.ts';
import type { Scope } from '../kinds/kind.ts';
import type { Observation } from '../observe/observation.ts';

/** Whose wish it is: what its configuration declares beside it is not left over. */
interface ScopeWish {
  readonly deploymentId: string;
  readonly declaration: Declaration;
  readonly configured?: Declaration | undefined;
}

/** What was judged and decided before anything is compared. */
export interface Decided extends Pick<Scope, 'roles' | 'databases' | 'serviceEndpoint'> {
  readonly credentials: readonly RoleDecision[];
}

export function scopeOf(
  { deploymentId, declaration, configured }: ScopeWish,
  seen: Observation,
  { roles, databases, credentials, serviceEndpoint }: Decided,
): Scope {
  const names = (of: (declared: Declaration) => readonly string[]) =>
    new Set([declaration, configured].flatMap((declared) => (declared === undefined ? [] : of(declared))));
  return {
    deploymentId,
    seen,
    roles,
    databases,
    declared: {
      roles: names(rolesOf),
      databases: names((declared) => declared.databases),
      schemas: names((declared) => declared.schemas),
    },
    files: decidedFiles(credentials),
    serviceEndpoint,
  };
}
