// What a server and a folder hold, as plain values to compare before and after; and what must never be printed.
// Changes nothing.
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerAddress } from 'embedded';

/** Rows with the transaction that wrote them, so that writing the same again shows too. */
const clusterQuery = `
SELECT 'role' AS kind, role.xmin::text, to_jsonb(role) AS row FROM pg_catalog.pg_authid AS role
UNION ALL SELECT 'membership', member.xmin::text, to_jsonb(member) FROM pg_catalog.pg_auth_members AS member
UNION ALL SELECT 'database', base.xmin::text, to_jsonb(base) - '{datfrozenxid,datminmxid}'::text[] FROM pg_catalog.pg_database AS base
UNION ALL SELECT 'comment', remark.xmin::text, to_jsonb(remark) FROM pg_catalog.pg_shdescription AS remark
UNION ALL SELECT 'setting', setting.xmin::text, to_jsonb(setting) FROM pg_catalog.pg_db_role_setting AS setting
ORDER BY 1, 3`;

const databaseQuery = `
SELECT 'schema' AS kind, schema.xmin::text, to_jsonb(schema) AS row
  FROM pg_catalog.pg_namespace AS schema WHERE nspname !~ '^pg_(toast_)?temp_'
UNION ALL SELECT 'default', entry.xmin::text, to_jsonb(entry) FROM pg_catalog.pg_default_acl AS entry
UNION ALL SELECT 'table', relation.xmin::text, to_jsonb(relation.oid::regclass::text)
  FROM pg_catalog.pg_class AS relation WHERE relation.oid >= 16384 AND relpersistence <> 't'
ORDER BY 1, 3`;

/** Roles, memberships, databases, comments and settings of a cluster, schemas and tables of each open database. */
export async function catalogs(server: ServerAddress): Promise<Record<string, readonly unknown[]>> {
  const found: Record<string, readonly unknown[]> = { cluster: await server.query(clusterQuery) };
  const open = await server.query<{ name: string }>(
    'SELECT datname AS name FROM pg_catalog.pg_database WHERE datallowconn AND datconnlimit <> -2 AND NOT datistemplate',
  );
  for (const { name } of open) found[name] = await server.query(databaseQuery, { database: name });
  return found;
}

/** Every file of a folder by its path: kind, mode, owner, time of change, and what it holds. */
export function filesIn(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(names.map((name) => [name, describe(join(folder, name))]));
}

/** Every password in the URIs of a folder's files, as written and decoded. */
export function passwordsIn(folder: string): string[] {
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => lstatSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'));
  return [...new Set(texts.flatMap(passwordsOf))];
}

/** The passwords of the URIs in a text. */
export function passwordsOf(text: string): string[] {
  const written = [...text.matchAll(/postgres(?:ql)?:\/\/[^:@/\s]*:([^@\s]+)@/g)].map(([, password = '']) => password);
  return written.flatMap((password) => [password, decodeURIComponent(password)]);
}

function describe(path: string): string {
  const stats = lstatSync(path);
  const kind = stats.isDirectory() ? 'directory' : stats.isFile() ? 'file' : stats.isSymbolicLink() ? 'link' : 'other';
  const facts = [kind, (stats.mode & 0o7777).toString(8), `${stats.uid}:${stats.gid}`];
  if (stats.isFile()) {
    facts.push(`${stats.mtimeMs}`, createHash('sha256').update(readFileSync(path)).digest('hex'));
  }
  if (stats.isSymbolicLink()) facts.push(readlinkSync(path));
  return facts.join(' ');
}
