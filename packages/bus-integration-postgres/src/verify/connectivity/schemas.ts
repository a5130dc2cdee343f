// Who owns the declared schemas of a database, and may create in them, beside its services and its admins.
import { advise, type Check, type Diagnostic, printable, remedyOf } from 'bus-integration-database';
import type { Session } from '../../connection/connect.ts';
import { boolean, list, readRow, record, text } from '../../connection/session/shape.ts';
import { creatorFinding, ownerFinding } from '../../ownership/strangers.ts';
import { type DeclaredSchema, declaredSchemasQuery } from '../../sql/verify/declared-schemas-query.ts';
import { boundedChecks, mostTold, someNames } from '../../text/bounded.ts';
import { inDatabase, ownerOrSuperuser, runs, superuser } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import type { LoginTrial } from './login-trial.ts';

const shape = record<{ readonly declaredSchemas: readonly DeclaredSchema[] }>({
  declaredSchemas: list(
    record<DeclaredSchema>({
      name: text,
      owner: text,
      isStrange: boolean,
      creators: list(record<DeclaredSchema['creators'][number]>({ name: text, grantor: text })),
    }),
  ),
});

/** One statement, of these schemas. */
export async function readStrangers(
  session: Session,
  trial: LoginTrial,
  schemas: readonly string[],
): Promise<readonly DeclaredSchema[]> {
  if (schemas.length === 0) return [];
  const values = [schemas, trial.adminRole, trial.roles];
  const doing = `trying ${trial.pair.path}`;
  return (await readRow(session, shape, { sql: declaredSchemasQuery, values, doing })).declaredSchemas;
}

/** @param trial the declared roles of the database, its admin, and who is declared to own its schemas */
export function schemaChecks(
  database: string,
  schemas: readonly DeclaredSchema[],
  trial: Pick<LoginTrial, 'roles' | 'adminRole'> & { readonly owner: string | undefined },
): Check[] {
  const findings = schemas.flatMap(({ name, owner, isStrange, creators }) => {
    const on = { database, schema: name };
    const isService = trial.roles.includes(owner);
    return [
      ...(isStrange && owner !== trial.owner ? [ownerFinding(on, owner, { isService, admin: trial.adminRole })] : []),
      ...creators.map((creator) => creatorFinding(on, owner, creator)),
    ];
  });
  return boundedChecks(findings.map(checkOf), `findings on schemas of ${shown(database)}`);
}

/** Schemas that are not declared and stand on a service's search_path, where others make what it may run. */
export function pathStrangerChecks(
  { pair, roles, adminRole }: Pick<LoginTrial, 'pair' | 'roles' | 'adminRole'>,
  schemas: readonly DeclaredSchema[],
): Check[] {
  const { role, database } = pair;
  return schemas.flatMap(({ name, owner, isStrange, creators }): Check[] => {
    const isOwned = isStrange && !roles.includes(owner);
    const granted = [...new Set(creators.map((creator) => creator.name))];
    const strangers = [...(isOwned ? [owner] : []), ...granted];
    if (strangers.length === 0) return [];
    const schema = identifier(name);
    const sql = [
      ...(isOwned ? [`ALTER SCHEMA ${schema} OWNER TO ${identifier(adminRole)};`] : []),
      ...(granted.length > 0
        ? [`REVOKE CREATE ON SCHEMA ${schema} FROM ${granted.slice(0, mostTold).map(identifier).join(', ')};`]
        : []),
    ];
    return [
      {
        id: 'path-of-others',
        kind: 'connectivity',
        result: 'warn',
        target: `${printable(role)}@${printable(database)}`,
        seen: `${someNames(strangers, mostTold)} may create in schema ${shown(name)}, which is on the search_path of ${shown(role)}: functions and operators there may be run with its rights`,
        ...advise([
          `take ${shown(name)} out of search_path; or, if it is not meant, `,
          runs(isOwned ? superuser : ownerOrSuperuser, inDatabase(database), sql.join(' ')),
        ]),
      },
    ];
  });
}

function checkOf(finding: Diagnostic): Check {
  const { severity, code, message, target } = finding;
  return {
    id: code,
    kind: 'connectivity',
    result: severity,
    seen: message,
    ...(target !== undefined && { target }),
    ...advise(remedyOf(finding)),
  };
}
