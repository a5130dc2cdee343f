// What roles may on tables that were made just now, in the transaction that made them: default privileges at work.
import { tablePrivileges } from '../../manifest/shapes/access-words.ts';
import { literal } from '../../text/sql-text.ts';

/** One statement of a script, which takes no parameters: for each table and role a row `fresh`. */
export function freshQuery(tables: readonly string[], roles: readonly string[], versionNum: number): string {
  const names = (list: readonly string[]) => `ARRAY[${list.map(literal).join(', ')}]::pg_catalog.name[]`;
  return `SELECT pg_catalog.json_build_object('schema', schema.nspname, 'role', role.rolname, 'owner', owner.rolname,
      'privileges', (SELECT coalesce(pg_catalog.json_agg(wanted.privilege), '[]')
          FROM pg_catalog.unnest('{${tablePrivileges(versionNum).join(',')}}'::pg_catalog.text[]) AS wanted(privilege)
         WHERE pg_catalog.has_table_privilege(role.oid, made.oid, wanted.privilege))) AS fresh
    FROM pg_catalog.pg_class AS made
    JOIN pg_catalog.pg_namespace AS schema ON schema.oid = made.relnamespace
    JOIN pg_catalog.pg_roles AS owner ON owner.oid = made.relowner
    JOIN pg_catalog.pg_roles AS role ON role.rolname = ANY (${names(roles)})
   WHERE made.relname = ANY (${names(tables)}) AND made.relkind = 'r'
   ORDER BY schema.nspname, role.rolname`;
}

/** What a role may on a table that was made and not committed. */
export interface FreshTable {
  readonly schema: string;
  readonly role: string;
  readonly owner: string;
  readonly privileges: readonly string[];
}
