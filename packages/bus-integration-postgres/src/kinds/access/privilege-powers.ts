// Who alone may grant a privilege, where it is not the admin. Pure.
import type { Diagnostic } from 'bus-integration-database';
import type { Observation } from '../../observe/observation.ts';
import { anyDatabase, inDatabase, runs, superuser } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { findSchema } from '../kind/found.ts';
import { lacking, lacksDatabase } from '../kind/kind-words.ts';
import { type OnObject, privilegeSql, type StepPrivileges, wordsOfObject } from './privileges.ts';

/** Who alone may grant this, where it is not the admin. */
export function lacksForGrant(desired: StepPrivileges, seen: Observation): Diagnostic[] {
  const { database = '', on } = desired;
  return on.flatMap((one) => {
    // What acts as an owner lacks that where it may not act so.
    if ('as' in one && one.as !== undefined) return [];
    if (one.type === 'database') {
      const isOpen = seen.databases.get(database)?.allowsConnections === true;
      return isOpen ? lacksDatabase(database, 'granting on it', seen) : [];
    }
    if (one.type === 'parameters') return lacksForParameters(one, desired, seen);
    if (one.type === 'types' || one.type === 'foreign-servers' || one.type === 'foreign-data-wrappers')
      return lacksForUsed(one, desired, seen);
    if (one.type !== 'schema') return [];
    const object = findSchema(seen, database, one.schema);
    if (object === undefined || object.adminActsAsOwner) return [];
    const granting = runs(
      `${shown(object.owner)} or a superuser`,
      inDatabase(database),
      `${privilegeSql('GRANT', one, desired)};`,
    );
    const isThere = desired.grantee === null || seen.roles.has(desired.grantee);
    return [
      lacking(
        'lacks-ownership',
        `schema ${shown(one.schema)} of database ${shown(database)} belongs to ${shown(object.owner)}, not to ${shown(seen.admin.name)}`,
        {
          remedy: isThere
            ? granting
            : [
                `leave the access of ${shown(desired.grantee ?? '')} out and apply, which makes the role; then `,
                granting,
                ' then put it back and apply again',
              ],
        },
      ),
    ];
  });
}

/** Superusers grant on parameters, and who has the grant option. */
function lacksForParameters(
  one: Extract<OnObject, { readonly type: 'parameters' }>,
  desired: StepPrivileges,
  { admin, details, roles }: Observation,
): Diagnostic[] {
  if (admin.isSuperuser) return [];
  const isPassedOn = (name: string) =>
    details?.parameterGrants
      .find((found) => found.name === name)
      ?.acl.some(
        ({ grantee, privilege, isGrantable }) =>
          isGrantable && grantee === admin.name && one.privileges.includes(privilege),
      ) === true;
  const names = one.names.filter((name) => !isPassedOn(name));
  if (names.length === 0) return [];
  const rest = { ...one, names };
  // Nobody grants anything to a role that is not there yet.
  const sql =
    desired.grantee === null || roles.has(desired.grantee)
      ? privilegeSql('GRANT', rest, desired)
      : privilegeSql('GRANT', { ...rest, grantable: true }, { grantee: admin.name });
  const message = `role ${shown(admin.name)} may not grant ${one.privileges.join(', ')} on ${wordsOfObject(rest)}: a superuser may, and who has the grant option`;
  return [lacking('lacks-grant-option', message, { remedy: runs(superuser, anyDatabase, `${sql};`) })];
}

type OnUsed = Extract<OnObject, { readonly type: 'types' | 'foreign-servers' | 'foreign-data-wrappers' }>;

/** On what is neither the admin's nor a role's as which it may act: who has the grant option grants too. */
function lacksForUsed(one: OnUsed, desired: StepPrivileges, { inside, admin }: Observation): Diagnostic[] {
  const { database = '' } = desired;
  const schema = one.type === 'types' ? one.schema : null;
  const found = inside
    .get(database)
    ?.objects?.used.find(
      ({ type, name, ...of }) => `${type}s` === one.type && of.schema === schema && one.names.includes(name),
    );
  const isPassedOn = found?.acl.some(({ grantee, isGrantable }) => isGrantable && grantee === admin.name);
  if (found === undefined || found.adminActsAsOwner || isPassedOn) return [];
  const remedy = runs(
    `${shown(found.owner)} or a superuser`,
    inDatabase(database),
    `${privilegeSql('GRANT', one, desired)};`,
  );
  const message = `${wordsOfObject(one)} of database ${shown(database)} belongs to ${shown(found.owner)}, not to ${shown(admin.name)}`;
  return [lacking('lacks-ownership', message, { remedy })];
}
