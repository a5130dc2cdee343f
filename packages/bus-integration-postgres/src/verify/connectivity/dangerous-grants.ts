// Grants by which a service reads passwords or files of the server, or has it run code: in its own databases as it saw
// them itself, in the admin's as the admin sees it, and on parameters of the whole cluster. Pure.
import { advise, type Check, printable, some } from 'bus-integration-database';
import type { DangerousGrant } from '../../sql/verify/grants-query.ts';
import { mostTold } from '../../text/bounded.ts';
import { anyDatabase, inDatabase, runs, superuser } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier, literal } from '../../text/sql-text.ts';
import type { ServiceFacts } from './facts.ts';
import type { DeclaredObjects } from './objects/declared-objects.ts';

/** What a service saw in a database that it entered. */
export type EnteredDatabase = Pick<ServiceFacts, 'database' | 'grants' | 'readsVerifiers'>;

/** A check for each place with such a grant; and the databases that were looked at. */
export function judgeGrants(
  role: string,
  own: readonly EnteredDatabase[],
  declared: DeclaredObjects | undefined,
): { readonly checks: Check[]; readonly looked: readonly string[] } {
  const places = new Map(own.map(({ database, grants }) => [database, grants]));
  const byAdmin = declared?.roles.find(({ name }) => name === role);
  if (declared !== undefined && byAdmin?.grants && !places.has(declared.database))
    places.set(declared.database, byAdmin.grants);
  const within = [...places].flatMap(([database, grants]) => checkOf(role, grants, database));
  return { checks: [...within, ...checkOf(role, byAdmin?.parameters ?? [])], looked: [...places.keys()] };
}

function checkOf(role: string, grants: readonly DangerousGrant[], database?: string): Check[] {
  if (grants.length === 0) return [];
  const where = database === undefined ? '' : ` in ${shown(database)}`;
  const told = grants.map((grant) => `${powerOf(grant)}${where} (${howOf(grant)})`);
  return [
    {
      id: 'service-limits',
      kind: 'connectivity',
      target: printable(role),
      result: 'fail',
      seen: `${shown(role)} may ${some(told, mostTold)}, which no service needs`,
      ...advise(
        runs(
          superuser,
          database === undefined ? anyDatabase : inDatabase(database),
          grants.slice(0, mostTold).map(remedyOf).join(' '),
        ),
      ),
    },
  ];
}

const readBy: Readonly<Record<string, string>> = {
  'pg_catalog.pg_subscription': 'passwords of subscriptions',
  'pg_catalog.pg_user_mapping': 'passwords of user mappings',
};

function powerOf({ kind, name }: DangerousGrant): string {
  if (kind === 'table') return `read ${readBy[name] ?? 'password verifiers'}`;
  if (kind === 'function') return `call ${printable(name)}`;
  if (kind === 'language') return `create functions in language ${printable(name)}`;
  return `use ${printable(name)}`;
}

function howOf({ kind, name, to }: DangerousGrant): string {
  const grantee = to === null ? 'PUBLIC' : shown(to);
  if (kind === 'table') return `${name}, granted to ${grantee}`;
  return kind === 'language' ? `marked as trusted, with USAGE for ${grantee}` : `granted to ${grantee}`;
}

function remedyOf({ kind, name, to }: DangerousGrant): string {
  const from = `FROM ${to === null ? 'PUBLIC' : identifier(to)};`;
  if (kind === 'table') return `REVOKE SELECT ON ${name} ${from}`;
  if (kind === 'function') return `REVOKE EXECUTE ON FUNCTION ${printable(name)} ${from}`;
  if (kind === 'parameter') return `REVOKE ${printable(name)} ${from}`;
  return `UPDATE pg_catalog.pg_language SET lanpltrusted = false WHERE lanname = ${literal(printable(name))};`;
}
