// Who owns the declared schemas of a database, and may create in them, beside its services and its admins. Pure.
import type { Check, Diagnostic } from 'bus-integration-database';
import { creatorFinding, ownerFinding } from '../../plan/strangers.ts';
import type { DeclaredSchema } from '../../sql/verify.ts';
import { boundedChecks } from '../../text/bounded.ts';
import { shown } from '../../text/shown.ts';

/** @param trial the declared roles of the database, and its admin */
export function schemaChecks(
  database: string,
  schemas: readonly DeclaredSchema[],
  trial: { readonly roles: readonly string[]; readonly adminRole: string },
): Check[] {
  const findings = schemas.flatMap(({ name, owner, isStrange, creators }) => {
    const on = { database, schema: name };
    const isService = trial.roles.includes(owner);
    return [
      ...(isStrange ? [ownerFinding(on, owner, { isService, admin: trial.adminRole })] : []),
      ...creators.map((creator) => creatorFinding(on, owner, creator)),
    ];
  });
  return boundedChecks(findings.map(checkOf), `findings on schemas of ${shown(database)}`);
}

function checkOf({ severity, code, message, target, remedy }: Diagnostic): Check {
  return {
    id: code,
    kind: 'connectivity',
    result: severity,
    seen: message,
    ...(target !== undefined && { target }),
    ...(remedy !== undefined && { remedy }),
  };
}
