// What the admin lacks for a plan, predicted before anything is touched, each with the SQL that a DBA would run. What
// each step needs its kind knows. Pure.
import { type Diagnostic, type Step, some } from 'bus-integration-database';
import { ruleOf, statementsOf } from '../kinds/index.ts';
import { isUnseen } from '../kinds/kind/found.ts';
import type { Scope } from '../kinds/kind/kind.ts';
import { lacking } from '../kinds/kind/kind-words.ts';
import { lacksToActAs } from '../kinds/owners/acting.ts';
import { isFull, type Observation } from '../observe/observation.ts';
import { actedAs } from '../ownership/self-grant.ts';
import { anyDatabase, ownerOrSuperuser, runs, superuser } from '../text/psql-remedy.ts';
import { shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';
import { showingContext } from './steps.ts';

/**
 * Why this admin could not look into a database or carry the steps out, each reason once.
 * https://www.postgresql.org/docs/current/role-attributes.html
 */
export function missingAuthority(
  steps: readonly Step[],
  { seen, databases: standings, deploymentId }: Pick<Scope, 'seen' | 'databases' | 'deploymentId'>,
): Diagnostic[] {
  const findings = [
    ...serverFindings(steps, seen),
    ...unseenFindings(standings, seen),
    ...attributeFindings(steps, seen),
    ...steps.flatMap((step) => lacksFor(step, { seen, deploymentId })),
  ];
  const unique = new Map(findings.map((finding) => [`${finding.code} ${finding.message}`, finding]));
  return [...unique.values()];
}

/** What one step needs and the admin lacks. */
export function lacksFor(step: Step, scope: Pick<Scope, 'seen' | 'deploymentId'>): Diagnostic[] {
  const { seen } = scope;
  const lacks = ruleOf(step).lacks(step, seen);
  // Nothing acts as another role where that was not looked at, and a superuser acts as everybody.
  if (seen.details === undefined || seen.admin.isSuperuser) return [...lacks];
  const roles = actedAs(statementsOf(step, showingContext(scope)));
  return [...lacks, ...[...roles].flatMap((role) => lacksToActAs(role, seen))];
}

function serverFindings(steps: readonly Step[], { server, admin }: Observation): Diagnostic[] {
  const isChanging = steps.some(({ sql }) => sql !== undefined && sql.length > 0);
  if (!isChanging) return [];
  if (server.isInRecovery) {
    return [
      lacking('standby', 'the server is a standby (in recovery); it takes no changes', {
        remedy: 'point the admin DSN at the primary, or list all hosts with target_session_attrs=read-write',
      }),
    ];
  }
  if (server.readsOnlyByDefault) {
    return [
      lacking(
        'read-only',
        `transactions of ${shown(admin.name)} are read-only here (default_transaction_read_only is on)`,
        {
          remedy: runs(
            'if that is not on purpose, a superuser',
            anyDatabase,
            `ALTER ROLE ${identifier(admin.name)} SET default_transaction_read_only = off;`,
          ),
        },
      ),
    ];
  }
  return [];
}

/** Without a look inside nothing can be said of a database's schemas, not even that all is well. */
function unseenFindings(standings: Scope['databases'], seen: Observation): Diagnostic[] {
  return [...standings]
    .filter(([name, standing]) => (standing === 'ours' || standing === 'adopted') && isUnseen(seen, name))
    .map(([name]) => {
      const database = seen.databases.get(name);
      if (database !== undefined && isFull(database, seen.admin)) {
        const { connectionLimit, connections } = database;
        return lacking(
          'connection-limit',
          `database ${shown(name)} takes no more connections: CONNECTION LIMIT ${connectionLimit}, ${connections} in use`,
          { remedy: runs(ownerOrSuperuser, anyDatabase, `ALTER DATABASE ${identifier(name)} CONNECTION LIMIT -1;`) },
        );
      }
      return lacking('lacks-connect', `role ${shown(seen.admin.name)} may not connect to database ${shown(name)}`, {
        remedy: runs(
          ownerOrSuperuser,
          anyDatabase,
          `GRANT CONNECT ON DATABASE ${identifier(name)} TO ${identifier(seen.admin.name)};`,
        ),
      });
    });
}

/** Attributes of the admin's own role, each said once however many things need it. */
function attributeFindings(steps: readonly Step[], { admin }: Observation): Diagnostic[] {
  const has = { CREATEROLE: admin.createsRoles, CREATEDB: admin.createsDatabases };
  return (['CREATEROLE', 'CREATEDB'] as const).flatMap((attribute) => {
    if (has[attribute]) return [];
    const needing = steps.filter((step) => ruleOf(step).attribute?.(step) === attribute);
    if (needing.length === 0) return [];
    const things = some(
      needing.map(({ target }) => target),
      1,
    );
    return [
      lacking(
        `lacks-${attribute.toLowerCase()}`,
        `role ${shown(admin.name)} lacks ${attribute}, which creating ${things} needs`,
        { remedy: runs(superuser, anyDatabase, `ALTER ROLE ${identifier(admin.name)} ${attribute};`) },
      ),
    ];
  });
}
