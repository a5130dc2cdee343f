// What keeps an extension from being had as it is desired, foreseen from what the server's files say: another version, one
// that it requires, a superuser who has to make it. Pure.
// https://www.postgresql.org/docs/current/extend-extensions.html
import { advise, type Diagnostic, type Remedy } from 'bus-integration-database';
import type { AvailableExtension, Observation, ObservedExtension } from '../../observe/observation.ts';
import { inDatabase, ownerOrSuperuser, runs, superuser } from '../../text/psql-remedy.ts';
import { printable, shown } from '../../text/shown.ts';
import { identifier, literal } from '../../text/sql-text.ts';
import { lacking } from '../kind/kind-words.ts';

export interface DesiredExtension {
  readonly database: string;
  readonly name: string;
  readonly schema: string;
  readonly version?: string;
  readonly beside?: readonly string[];
}

type Named = Pick<DesiredExtension, 'database' | 'name'>;

export function findExtension({ database, name }: Named, seen: Observation): ObservedExtension | undefined {
  return seen.inside.get(database)?.extensions?.find((found) => found.name === name);
}

/** The one that a declaration is met with: of the version that it names, or the server's own. */
export function versionOf(
  { name, version }: { readonly name: string; readonly version?: string },
  { extensions }: Observation,
): AvailableExtension | undefined {
  return extensions?.get(name)?.find((one) => (version === undefined ? one.isDefault : one.version === version));
}

/** The schema that its files say it has to be in. */
export function onlySchema(desired: DesiredExtension, seen: Observation): string | null {
  return versionOf(desired, seen)?.schema ?? null;
}

/** Why nobody could make it, or bring it to the version that is desired. */
export function unavailable(desired: DesiredExtension, seen: Observation): Diagnostic[] {
  const { database, name, schema, version, beside = [] } = desired;
  const fault = (code: string, message: string, remedy: Remedy): Diagnostic[] => [
    { severity: 'fail', code, message, target: printable(database), ...advise(remedy) },
  ];
  const what = `extension ${shown(name)} of database ${shown(database)}`;
  const all = seen.extensions?.get(name) ?? [];
  if (all.length === 0) {
    const remedy = "install its package on the server's host, or take it out of extensions";
    return fault('no-extension', `the server does not have ${what}`, remedy);
  }
  const found = findExtension(desired, seen);
  const meant = versionOf(desired, seen);
  const versions = all.map((one) => one.version).join(', ');
  if (meant === undefined) {
    const remedy =
      version === undefined ? 'name one of them: {name, version}' : 'name one of them, or leave version out';
    return fault(
      'no-version',
      `the server does not have version ${version ?? '(its own)'} of ${what}; it has ${versions}`,
      remedy,
    );
  }
  if (found !== undefined)
    return found.isUpdatable
      ? []
      : fault(
          'no-update',
          `${what} has version ${found.version}, from which no update leads to ${meant.version}`,
          `write version: ${JSON.stringify(found.version)}, or leave version out; nothing updates to an older one`,
        );
  if (meant.schema !== null && schema !== 'public' && schema !== meant.schema)
    return fault(
      'other-schema',
      `${what} can be in schema ${shown(meant.schema)} alone, not in ${shown(schema)}`,
      'leave its schema out',
    );
  const there = new Set([...beside, ...(seen.inside.get(database)?.extensions ?? []).map((one) => one.name)]);
  return meant.requires
    .filter((required) => !there.has(required))
    .flatMap((required) =>
      fault(
        'requires-extension',
        `${what} requires ${shown(required)}, which the database neither has nor is to have`,
        `add ${required} to its extensions: nothing is made that the manifest does not name`,
      ),
    );
}

/** What has to stay in another schema than is desired; nothing where this admin can move it. */
export function otherSchema(is: string, desired: DesiredExtension, seen: Observation): Diagnostic[] {
  const { database, name, schema } = desired;
  const isRelocatable = findExtension(desired, seen)?.isRelocatable === true;
  if (isRelocatable && seen.admin.isSuperuser) return [];
  const sql = `ALTER EXTENSION ${identifier(name)} SET SCHEMA ${identifier(schema)};`;
  return [
    {
      severity: 'warn',
      code: 'extension-schema',
      message: `extension ${shown(name)} of database ${shown(database)} is in schema ${shown(is)}, expected ${shown(schema)}${
        isRelocatable ? "; what belongs to it is a superuser's" : "; it can't be moved"
      }`,
      target: printable(database),
      ...advise(isRelocatable ? runs(superuser, inDatabase(database), sql) : `write schema: ${JSON.stringify(is)}`),
    },
  ];
}

/** Why a superuser has to make or update it, with the statement. */
export function lacksExtension(
  desired: Named & { readonly schema?: string; readonly version?: string; readonly database_owner?: string },
  seen: Observation,
): Diagnostic[] {
  const { admin } = seen;
  if (admin.isSuperuser) return [];
  const { database, name, schema, version, database_owner: databaseOwner } = desired;
  const found = findExtension(desired, seen);
  const meant = versionOf(desired, seen);
  const inside = seen.inside.get(database);
  const what = `extension ${shown(name)} of database ${shown(database)}`;
  const sql =
    found === undefined
      ? `CREATE EXTENSION ${identifier(name)}${schema === undefined ? '' : ` SCHEMA ${identifier(schema)}`}${
          version === undefined ? '' : ` VERSION ${literal(version)}`
        };`
      : `ALTER EXTENSION ${identifier(name)} UPDATE TO ${literal(version ?? '')};`;
  const place = inDatabase(database);
  // Nobody can do it before the database is made.
  const remedy: Remedy = seen.databases.has(database)
    ? runs(superuser, place, sql)
    : [
        `leave ${shown(name)} out of extensions and apply, which makes the database; then `,
        runs(superuser, place, sql),
        ' then put it back and apply again',
      ];
  if (meant?.wantsSuperuser && !meant.isTrusted)
    return [lacking('lacks-superuser', `${what} is not trusted: a superuser alone makes it`, { remedy })];
  if (found !== undefined)
    return found.adminActsAsOwner
      ? []
      : [lacking('lacks-ownership', `${what} belongs to another role than ${shown(admin.name)}`, { remedy })];
  const isOwner = databaseOwner !== undefined && seen.databases.get(database)?.owner === databaseOwner;
  if (inside === undefined || inside.adminMayCreateSchemas || isOwner) return [];
  return [
    lacking(
      'lacks-create',
      `role ${shown(admin.name)} may not create in database ${shown(database)}; ${what} needs that`,
      {
        remedy: runs(
          ownerOrSuperuser,
          place,
          `GRANT CREATE ON DATABASE ${identifier(database)} TO ${identifier(admin.name)};`,
        ),
      },
    ),
  ];
}

/** Each after those that it requires; where they require each other, as they came. */
export function inRequiredOrder<T extends { readonly name: string; readonly requires: readonly string[] }>(
  extensions: readonly T[],
): readonly T[] {
  const byName = new Map(extensions.map((one) => [one.name, one]));
  const ordered = new Set<T>();
  const begun = new Set<T>();
  const enter = (one: T) => {
    if (begun.has(one)) return;
    begun.add(one);
    for (const name of one.requires) {
      const required = byName.get(name);
      if (required !== undefined) enter(required);
    }
    ordered.add(one);
  };
  for (const one of extensions) enter(one);
  return [...ordered];
}
