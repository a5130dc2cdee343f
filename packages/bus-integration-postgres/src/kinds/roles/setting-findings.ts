// Which settings no step can bring about, and which this admin may not set. Pure.
// https://www.postgresql.org/docs/current/view-pg-settings.html
import type { Diagnostic, Remedy } from 'bus-integration-database';
import type { Observation } from '../../observe/observation.ts';
import type { ObservedParameter } from '../../observe/observed-details.ts';
import { anyDatabase, runs, superuser } from '../../text/psql-remedy.ts';
import { printable, shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import { lacking } from '../kind/kind-words.ts';
import { quotedSetting, type SettingsContent, type StoredSetting, sqlOfSettings } from './setting-content.ts';
import { valueFault } from './setting-value.ts';

/** Why a setting can't be had on this server, whoever sets it. */
export function impossible({ role, database, name, values }: StoredSetting, seen: Observation): Diagnostic | undefined {
  // pg_settings does not tell of it.
  if (name === 'role') return undefined;
  const fault = faultOf(name, values, seen);
  if (fault === undefined) return undefined;
  return {
    severity: 'fail',
    code: 'setting',
    message: `${fault} (${ofWhat({ role, database })})`,
    target: printable(role ?? database ?? ''),
    remedy: 'change it in the manifest, or take it out',
  };
}

function faultOf(name: string, values: readonly string[], { server, details }: Observation): string | undefined {
  const parameter = details?.parameters.get(name);
  if (parameter === undefined || isCustom(parameter)) {
    if (!name.includes('.')) return `PostgreSQL ${server.version} has no setting ${name}`;
    return values.length === 1 ? undefined : `${name} takes one value, no list`;
  }
  const when = parameter.context === null ? undefined : reasons[parameter.context];
  if (when !== undefined) return `${name} ${when}, not for a role or a database`;
  const why = valueFault(parameter, values);
  return why === undefined ? undefined : `${name}: "${printable(values.join(', '))}" ${why}`;
}

const reasons: Readonly<Record<NonNullable<ObservedParameter['context']>, string | undefined>> = {
  internal: 'can not be set',
  postmaster: "is set in the server's configuration alone",
  sighup: "is set in the server's configuration alone",
  'superuser-backend': 'is set by a client when it connects',
  backend: 'is set by a client when it connects',
  superuser: undefined,
  user: undefined,
};

/** A module's own, which has not been loaded; it may be any name with a dot. */
function isCustom({ context }: ObservedParameter): boolean {
  return context === null;
}

/** Those that only a superuser sets, or who was given the right to (15 and newer). */
export function lacksForSettings(content: SettingsContent, seen: Observation): Diagnostic[] {
  const { admin, details } = seen;
  if (admin.isSuperuser) return [];
  const barred = content.settings.filter(({ name }) => {
    const parameter = details?.parameters.get(name);
    return name !== 'role' && parameter?.context !== 'user' && parameter?.adminMaySet !== true;
  });
  if (barred.length === 0) return [];
  const names = barred.map(({ name }) => name);
  return [
    lacking(
      'lacks-setting',
      `role ${shown(admin.name)} may not set ${names.join(', ')} (${ofWhat(content)}): a superuser may, and who has SET on it`,
      { remedy: remedyFor({ ...content, settings: barred }, seen) },
    ),
  ];
}

/** Of what exists they are set by hand, whereupon nothing is left to do; else the admin is given the right (15 and newer). */
function remedyFor(content: SettingsContent, { admin, roles, databases, server }: Observation): Remedy {
  const { role, database, settings } = content;
  const isThere = (role === undefined || roles.has(role)) && (database === undefined || databases.has(database));
  if (isThere)
    return runs(
      superuser,
      anyDatabase,
      sqlOfSettings(content)
        .map((each) => `${each};`)
        .join(' '),
    );
  if (server.versionNum < 150000) return 'only a superuser sets it: name one in the admin DSN';
  const names = settings.map(({ name }) => quotedSetting(name)).join(', ');
  return runs(superuser, anyDatabase, `GRANT SET ON PARAMETER ${names} TO ${identifier(admin.name)};`);
}

function ofWhat({ role, database }: { readonly role?: string | undefined; readonly database?: string | undefined }) {
  const parts = [...(role === undefined ? [] : [`role ${shown(role)}`])];
  if (database !== undefined) parts.push(`database ${shown(database)}`);
  return parts.join(' in ');
}
