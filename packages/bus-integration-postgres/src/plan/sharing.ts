// Roles of one desired state that could have each other run code, since they create in the same schemas. Pure.
import type { Check, DesiredNames, Diagnostic } from 'bus-integration-database';
import type { Observation } from '../observe/observation.ts';
import { firstOf, mostTold, someNames } from '../text/bounded.ts';

const remedy = 'give each role a database or a deployment of its own, or make one a member of the other';

/** Declared roles that share the schemas of these databases, none of which is a member of the other. */
interface SharedSchemas {
  readonly roles: readonly string[];
  readonly databases: readonly string[];
}

/**
 * Plan's warnings: as it is desired. Members of each other trust each other.
 * https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-PATTERNS
 */
export function sharingFindings({ databases }: DesiredNames, { roles }: Pick<Observation, 'roles'>): Diagnostic[] {
  const isMember = (one: string, other: string) => roles.get(one)?.memberOf.includes(other) === true;
  const meetings = [...databases].map(
    ([database, { schemas, logins, creators = logins }]): readonly [string, readonly string[]] => [
      database,
      schemas.size === 0
        ? []
        : creators.filter((one) =>
            creators.some((other) => one !== other && !isMember(one, other) && !isMember(other, one)),
          ),
    ],
  );
  return messagesOf(meetings).map((message) => ({ severity: 'warn', code: 'shared-schema', message, remedy }));
}

/** Verify's findings: as the services saw it, by the databases that they logged in to. */
export function sharingChecks(sharersIn: ReadonlyMap<string, readonly string[]>): Check[] {
  return messagesOf([...sharersIn]).map((seen) => ({
    id: 'shared-schema',
    kind: 'connectivity',
    result: 'warn',
    seen,
    remedy,
  }));
}

/** One sentence for each set of roles. */
function messagesOf(meetings: readonly (readonly [database: string, roles: readonly string[]])[]): string[] {
  const found = new Map<string, { readonly roles: readonly string[]; readonly databases: string[] }>();
  for (const [database, roles] of meetings) {
    if (roles.length === 0) continue;
    const key = JSON.stringify(roles);
    const known = found.get(key) ?? { roles, databases: [] };
    known.databases.push(database);
    found.set(key, known);
  }
  const messages = [...found.values()].map(
    ({ roles, databases }: SharedSchemas) =>
      `${someNames(roles, mostTold)} may create in the same schemas of ${someNames(databases, mostTold)}: what one of them makes there, the other may run`,
  );
  return firstOf(messages, (left) => `and ${left.length} more sets of roles may create in the same schemas`);
}
