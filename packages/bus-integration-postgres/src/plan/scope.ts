// What the kinds look at, from what was declared, read and decided. Pure.
import type { DesiredNames, RoleDecision } from 'bus-integration-database';
import { decidedFiles } from '../kinds/dsn-file.ts';
import type { Scope } from '../kinds/kind.ts';
import type { Observation } from '../observe/observation.ts';

/** What was judged and decided before anything is compared. */
export interface Decided extends Pick<Scope, 'roles' | 'databases' | 'serviceEndpoint'> {
  readonly credentials: readonly RoleDecision[];
}

export function scopeOf(
  declared: DesiredNames,
  seen: Observation,
  { roles, databases, credentials, serviceEndpoint }: Decided,
): Scope {
  return {
    deploymentId: declared.deploymentId,
    seen,
    roles,
    databases,
    declared,
    files: decidedFiles(credentials),
    serviceEndpoint,
  };
}
