// What of privileges this admin can't change, or nobody declared: told, with the statements for who can. Pure.
import { advise, type Diagnostic } from 'bus-integration-database';
import type { Observation } from '../../observe/observation.ts';
import { beyondReach, type Grantable, type Guarded } from '../../ownership/effective.ts';
import { anyDatabase, runs, superuser } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import {
  type FilledObject,
  type Grantee,
  granteeName,
  managedOfPublicOnSchema,
  sqlOf,
  sqlPlaceOf,
  targetOf,
  wordsOf,
} from './grant-object.ts';
import { onOneObject, type PrivilegeLists, privilegeStatements } from './privileges.ts';

interface DesiredGrant extends PrivilegeLists {
  readonly on: FilledObject;
}

/** What PUBLIC holds by somebody else's grant. */
export function foreignPublicGrants(
  { on, privileges }: DesiredGrant,
  object: Guarded,
  { admin }: Observation,
): Diagnostic[] {
  const entries = beyondReach(object, null, admin.name).filter(
    ({ privilege }) =>
      !privileges.includes(privilege) && (on.type === 'database' || managedOfPublicOnSchema.includes(privilege)),
  );
  return entries.map(({ privilege, grantor }) => ({
    severity: 'warn',
    code: on.type === 'database' ? 'public-connect' : 'public-writable',
    message:
      on.type === 'database'
        ? `PUBLIC has ${privilege} on ${wordsOf(on)}, granted by ${shown(grantor)}; this admin can't take it away`
        : `PUBLIC may create in ${wordsOf(on)}, which belongs to ${shown(object.owner)}`,
    target: targetOf(on),
    ...advise(
      runs(`${shown(grantor)} or a member of it`, sqlPlaceOf(on), `REVOKE ${privilege} ON ${sqlOf(on)} FROM PUBLIC;`),
    ),
  }));
}

/** What others granted to a service beyond what it is to have: theirs to take back. */
export function foreignGrants(
  { on, privileges, grantable = [] }: DesiredGrant,
  object: Guarded,
  role: Grantable,
  { admin }: Observation,
): Diagnostic[] {
  if (role.name === object.owner) return [];
  const extras = beyondReach(object, role.name, admin.name).filter(
    ({ privilege, isGrantable }) => !privileges.includes(privilege) || (isGrantable && !grantable.includes(privilege)),
  );
  return extras.map(({ privilege, grantor }) => {
    const isWanted = privileges.includes(privilege);
    const option = isWanted ? 'GRANT OPTION FOR ' : '';
    return {
      severity: 'warn',
      code: 'extra-privilege',
      message: `role ${shown(role.name)} ${isWanted ? 'may pass on' : 'has'} ${privilege} on ${wordsOf(on)}, granted by ${shown(grantor)}; this admin can't take it away`,
      target: targetOf(on),
      ...advise(
        runs(
          `${shown(grantor)} or a member of it`,
          sqlPlaceOf(on),
          `REVOKE ${option}${privilege} ON ${sqlOf(on)} FROM ${identifier(role.name)};`,
        ),
      ),
    };
  });
}

/** What a service may do in a database as its owner or through another role, beyond what it is to have. */
export function ownPrivileges(
  { on, privileges }: DesiredGrant,
  object: Guarded,
  role: Grantable,
  { admin }: Observation,
): Diagnostic[] {
  if (on.type !== 'database') return [];
  const isOwner = role.name === object.owner;
  const holders = isOwner ? [role.name] : role.inherits;
  const extras = object.acl.filter(
    ({ grantee, privilege }) => grantee !== null && holders.includes(grantee) && !privileges.includes(privilege),
  );
  return extras.map(({ grantee, privilege }) => ({
    severity: isOwner ? ('info' as const) : ('warn' as const),
    code: 'extra-privilege',
    message: `role ${shown(role.name)} has ${privilege} on ${wordsOf(on)}, ${isOwner ? 'which it owns' : `through role ${shown(grantee ?? '')}`}`,
    target: targetOf(on),
    ...advise(
      isOwner
        ? runs(superuser, anyDatabase, `ALTER DATABASE ${identifier(on.database)} OWNER TO ${identifier(admin.name)};`)
        : runs(
            'if no service needs it, a superuser',
            anyDatabase,
            `REVOKE ${identifier(grantee ?? '')} FROM ${identifier(role.name)};`,
          ),
    ),
  }));
}

/** What a role of the deployment was granted on an object of the deployment, and nobody declared. */
export function undeclaredGrant({
  on,
  privileges,
  grantable = [],
  grantee,
}: DesiredGrant & { readonly grantee: Grantee }): Diagnostic {
  const name = granteeName(grantee);
  const list = privileges.map((one) => (grantable.includes(one) ? `${one} with grant option` : one)).join(', ');
  // An option goes with its privilege.
  const revocations = privilegeStatements('REVOKE', onOneObject(on, grantee, { privileges }));
  return {
    severity: 'warn',
    code: 'extra-privilege',
    message: `${name === null ? 'PUBLIC' : `role ${shown(name)}`} has ${list} on ${wordsOf(on)}, which is not declared`,
    target: targetOf(on),
    ...advise(
      // A REVOKE by anybody but the grantor removes nothing.
      runs('the admin role', sqlPlaceOf(on), revocations.map(({ sql }) => `${sql};`).join(' ')),
    ),
  };
}
