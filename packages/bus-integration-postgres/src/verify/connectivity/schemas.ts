// Who owns the declared schemas of a database, and may create in them, beside its services and its admins.
import { advise, type Check, type Diagnostic, remedyOf } from 'bus-integration-database';
import type { Session } from '../../connection/connect.ts';
import { boolean, list, readRow, record, text } from '../../connection/session/shape.ts';
import { creatorFinding, ownerFinding } from '../../ownership/strangers.ts';
import { type DeclaredSchema, declaredSchemasQuery } from '../../sql/verify/declared-schemas-query.ts';
import { boundedChecks } from '../../text/bounded.ts';
import { shown } from '../../text/shown.ts';
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

/** One statement. */
export async function readDeclaredSchemas(session: Session, trial: LoginTrial): Promise<readonly DeclaredSchema[]> {
  const values = [trial.schemas, trial.adminRole, trial.roles];
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
