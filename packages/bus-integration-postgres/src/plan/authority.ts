// What the admin lacks for a plan, predicted before anything is touched, each with the SQL that a DBA would run. Pure.
import type { Diagnostic, Step } from 'bus-integration-database';
import { isFull, type Observation } from '../observe/observation.ts';
import { anyDatabase, inDatabase, ownerOrSuperuser, runs, superuser } from '../text/psql-remedy.ts';
import { shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';
import { type Comparison, findObject, isUnseen } from './compare.ts';

/**
 * Why this admin could not look into a database or carry the steps out, each reason once.
 * https://www.postgresql.org/docs/current/role-attributes.html
 */
export function missingAuthority(
  steps: readonly Step[],
  seen: Observation,
  standings: Comparison['databases'],
): Diagnostic[] {
  const findings = [
    ...serverFindings(steps, seen),
    ...unseenFindings(standings, seen),
    ...creationFindings(steps, seen),
    ...steps.flatMap((step) => stepFindings(step, seen)),
  ];
  const unique = new Map(findings.map((finding) => [`${finding.code} ${finding.message}`, finding]));
  return [...unique.values()];
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
function unseenFindings(standings: Comparison['databases'], seen: Observation): Diagnostic[] {
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
function creationFindings(steps: readonly Step[], { admin }: Observation): Diagnostic[] {
  const roles = steps.filter(({ action }) => action === 'create-role');
  // One that only has to be finished was made already.
  const databases = steps.filter(({ action, before }) => action === 'create-database' && before === undefined);
  return [
    ...(admin.createsRoles ? [] : attributeFinding('CREATEROLE', roles, admin.name)),
    ...(admin.createsDatabases ? [] : attributeFinding('CREATEDB', databases, admin.name)),
  ];
}

function attributeFinding(attribute: string, [first, ...others]: readonly Step[], admin: string): Diagnostic[] {
  if (first === undefined) return [];
  const things = `${first.target}${others.length === 0 ? '' : ` and ${others.length} more`}`;
  return [
    lacking(
      `lacks-${attribute.toLowerCase()}`,
      `role ${shown(admin)} lacks ${attribute}, which creating ${things} needs`,
      { remedy: runs(superuser, anyDatabase, `ALTER ROLE ${identifier(admin)} ${attribute};`) },
    ),
  ];
}

function stepFindings(step: Step, seen: Observation): Diagnostic[] {
  const { admin } = seen;
  switch (step.action) {
    case 'alter-role':
    case 'adopt-role': {
      const name = step.after?.name ?? '';
      if (seen.roles.get(name)?.adminMayAlter) return [];
      const createrole = admin.createsRoles ? '' : ` ALTER ROLE ${identifier(admin.name)} CREATEROLE;`;
      const option =
        seen.server.versionNum >= 160000
          ? ` GRANT ${identifier(name)} TO ${identifier(admin.name)} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;`
          : '';
      return [
        lacking('lacks-role-admin', `role ${shown(admin.name)} may not alter role ${shown(name)}`, {
          remedy: runs(superuser, anyDatabase, `${createrole}${option}`.trim()),
        }),
      ];
    }
    case 'adopt-database':
      return databaseOwnership(step.after?.name ?? '', 'marking it', seen);
    case 'create-schema': {
      const { database = '', name = '' } = step.after ?? {};
      const inside = seen.inside.get(database);
      if (inside === undefined || inside.adminMayCreateSchemas) return [];
      return [
        lacking(
          'lacks-create',
          `role ${shown(admin.name)} may not create schema ${shown(name)} in database ${shown(database)}`,
          {
            remedy: runs(
              ownerOrSuperuser,
              anyDatabase,
              `GRANT CREATE ON DATABASE ${identifier(database)} TO ${identifier(admin.name)};`,
            ),
          },
        ),
      ];
    }
    case 'grant-privileges':
      return grantFindings(step.after, seen);
    default:
      return [];
  }
}

function grantFindings(wish: Extract<Step, { action: 'grant-privileges' }>['after'], seen: Observation): Diagnostic[] {
  if (wish === undefined) return [];
  const findings: Diagnostic[] = [];
  const { database } = wish;
  if (wish.on_database.length > 0 && seen.databases.get(database)?.allowsConnections) {
    findings.push(...databaseOwnership(database, 'granting on it', seen));
  }
  for (const { schema, privileges } of wish.on_schemas) {
    const object = findObject(seen, { database, schema });
    if (object === undefined || object.adminActsAsOwner) continue;
    const grantee = wish.grantee === null ? 'PUBLIC' : identifier(wish.grantee);
    findings.push(
      lacking(
        'lacks-ownership',
        `schema ${shown(schema)} of database ${shown(database)} belongs to ${shown(object.owner)}, not to ${shown(seen.admin.name)}`,
        {
          remedy: runs(
            `${shown(object.owner)} or a superuser`,
            inDatabase(database),
            `GRANT ${privileges.join(', ')} ON SCHEMA ${identifier(schema)} TO ${grantee};`,
          ),
        },
      ),
    );
  }
  return findings;
}

function databaseOwnership(name: string, purpose: string, { databases, admin }: Observation): Diagnostic[] {
  const database = databases.get(name);
  if (database === undefined || database.adminActsAsOwner) return [];
  return [
    lacking(
      'lacks-ownership',
      `database ${shown(name)} belongs to ${shown(database.owner)}; ${purpose} needs its owner`,
      {
        remedy: runs(superuser, anyDatabase, `ALTER DATABASE ${identifier(name)} OWNER TO ${identifier(admin.name)};`),
      },
    ),
  ];
}

function lacking(code: string, message: string, { remedy }: { remedy: string }): Diagnostic {
  return { severity: 'fail', code, message, remedy };
}
