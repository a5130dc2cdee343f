// Which new passwords are set together: each role's services stand outside until its files have its password. Pure.
import type { RoleDecision } from 'bus-integration-database';
import type { PlannedStatement } from './ledger.ts';

/** As many at once as are proven at once; more only where files hold the logins of several, which change together. */
export function batchesOf(
  statements: readonly PlannedStatement[][],
  most: number,
  credentials: readonly RoleDecision[],
): PlannedStatement[][][] {
  const batches: PlannedStatement[][][] = [];
  for (const group of togetherIn(statements, credentials)) {
    const last = batches.at(-1);
    if (last !== undefined && last.length + group.length <= most) last.push(...group);
    else batches.push([...group]);
  }
  return batches;
}

function togetherIn(
  statements: readonly PlannedStatement[][],
  credentials: readonly RoleDecision[],
): PlannedStatement[][][] {
  const groups = new Map<string | PlannedStatement[], PlannedStatement[][]>();
  const leaderOf = leaders(credentials);
  for (const one of statements) {
    const role = rolesIn(one)[0];
    const key = role === undefined ? one : leaderOf(role);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

/** One role for all whose logins stand in files together, also by way of others. */
function leaders(credentials: readonly RoleDecision[]): (role: string) => string {
  const next = new Map<string, string>();
  const leaderOf = (role: string): string => {
    let at = role;
    for (let to = next.get(at); to !== undefined; to = next.get(at)) at = to;
    return at;
  };
  const shared = new Map<string, string>();
  for (const { role, files } of credentials) {
    for (const { pair } of files) {
      if (pair.output.connections.length === 1) continue;
      const [one, other] = [leaderOf(role), leaderOf(shared.get(pair.file) ?? role)];
      if (one !== other) next.set(one, other);
      shared.set(pair.file, other);
    }
  }
  return leaderOf;
}

export function rolesIn(statements: readonly PlannedStatement[]): string[] {
  return statements.flatMap(({ role }) => role ?? []);
}
