// Settings that nobody declared and that stand before those that are: what the file says is set, and not in effect. Pure.
// https://www.postgresql.org/docs/current/sql-alterrole.html: of a role in a database, then of the role, then of the database.
import { advise, type DesiredNames, type Diagnostic } from 'bus-integration-database';
import type { Resource } from '../kinds/index.ts';
import { quotedSetting, type StoredSetting } from '../kinds/roles/setting-content.ts';
import { isSameValue, storedValues } from '../kinds/roles/setting-value.ts';
import type { Observation } from '../observe/observation.ts';
import type { ObservedSetting } from '../observe/observed-details.ts';
import { adminOrSuperuser, anyDatabase, runs } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';

/** Also a `role` setting, by which whoever logs in works as another one. */
export function overridingFindings(
  resources: readonly Resource[],
  { databases }: Pick<DesiredNames, 'databases'>,
  { details }: Observation,
): Diagnostic[] {
  if (details === undefined) return [];
  const settings = resources.filter((one): one is StoredSetting => one.kind === 'setting');
  const named = new Set(settings.map(keyOf));
  const namesOf = (kind: 'retired-database' | 'retired-role') =>
    new Set(resources.flatMap((one) => (one.kind === kind ? [one.name] : [])));
  const [endingDatabases, endingRoles] = [namesOf('retired-database'), namesOf('retired-role')];
  return details.settings.flatMap((stored) => {
    if (stored.role === null || named.has(keyOf(stored))) return [];
    // They go with what they are of.
    if (endingDatabases.has(stored.database ?? '') || endingRoles.has(stored.role)) return [];
    if (stored.name === 'role')
      return [finding(stored, `works as ${shown(stored.value)}${inDatabase(stored)}, which nobody declared`)];
    const values = storedValues(stored.name, stored.value);
    const parameter = details.parameters.get(stored.name);
    const meets = ({ role, database }: StoredSetting) =>
      role !== undefined ||
      (databases.get(database ?? '')?.logins.includes(stored.role ?? '') === true &&
        !named.has(keyOf({ ...stored, database: database ?? null })));
    const beaten = settings.find(
      (desired) =>
        desired.name === stored.name &&
        isBefore(stored, desired) &&
        meets(desired) &&
        !isSameValue(parameter, values, desired.values),
    );
    if (beaten === undefined) return [];
    const of = beaten.role === undefined ? `database ${shown(beaten.database ?? '')}` : 'the role';
    return [
      finding(
        stored,
        `has ${stored.name} = ${printable(stored.value)}${inDatabase(stored)}, before the ${printable(beaten.values.join(', '))} that is declared of ${of}`,
      ),
    ];
  });
}

function keyOf({
  role,
  database,
  name,
}: Pick<ObservedSetting, 'name'> & { readonly role?: string | null; readonly database?: string | null }) {
  return JSON.stringify([role ?? null, database ?? null, name]);
}

/** Whether sessions take the first where both are for them. */
function isBefore(stored: ObservedSetting, desired: StoredSetting): boolean {
  if (desired.role === undefined) return stored.database === null || stored.database === desired.database;
  return desired.role === stored.role && desired.database === undefined && stored.database !== null;
}

function inDatabase({ database }: ObservedSetting): string {
  return database === null ? '' : ` in ${shown(database)}`;
}

function finding({ role, database, name }: ObservedSetting, what: string): Diagnostic {
  const where = database === null ? '' : ` IN DATABASE ${identifier(database)}`;
  return {
    severity: 'warn',
    code: 'setting-overridden',
    message: `role ${shown(role ?? '')} ${what}`,
    target: printable(role ?? ''),
    ...advise([
      'if it is not meant, ',
      runs(adminOrSuperuser, anyDatabase, `ALTER ROLE ${identifier(role ?? '')}${where} RESET ${quotedSetting(name)};`),
    ]),
  };
}
