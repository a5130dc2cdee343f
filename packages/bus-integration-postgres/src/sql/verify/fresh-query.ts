// What roles may on tables that were made just now, in the transaction that made them: default privileges at work.
import { tablePrivileges } from '../../manifest/shapes/access-words.ts';
import { literal } from '../../text/sql-text.ts';

/** One statement of a script, which takes no parameters: for each table and role a row `fresh`. */
export function freshQuery(tables: readonly string[], roles: readonly string[], versionNum: number): string {
  const names = (list: readonly string[]) => `ARRAY[${list.map(literal).join(', ')}]::pg_catalog.name[]`;
  return `SELECT pg_catalog.json_build_object('schema', schema.nspname, 'role', role.rolname, 'owner', owner.rolname,
      'privileges', (SELECT coalesce(pg_catalog.json_agg(wanted.privilege), '[]')
          FROM pg_catalog.unnest('{${tablePrivileges(versionNum).join(',')}}'::pg_catalog.text[]) AS wanted(privilege)
         WHERE pg_catalog.has_table_privilege(role.oid, made.oid, wanted.privilege)),
      'defaults', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('privilege', entry.privilege_type,
                    'grantee', CASE WHEN entry.grantee <> 0::pg_catalog.oid THEN pg_catalog.pg_get_userbyid(entry.grantee) END,
                    'isEverywhere', list.defaclnamespace = 0::pg_catalog.oid)
                    ORDER BY list.defaclnamespace, entry.grantee, entry.privilege_type), '[]')
          FROM pg_catalog.pg_default_acl AS list CROSS JOIN LATERAL pg_catalog.aclexplode(list.defaclacl) AS entry
         WHERE list.defaclrole = owner.oid AND list.defaclnamespace IN (0::pg_catalog.oid, schema.oid) AND list.defaclobjtype = 'r'
           AND entry.grantee <> owner.oid
           AND (entry.grantee = 0::pg_catalog.oid OR pg_catalog.pg_has_role(role.oid, entry.grantee, 'USAGE')))) AS fresh
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
  /** What default privileges of the owner give it, and to which role; null is PUBLIC. */
  readonly defaults: readonly FreshDefault[];
}

export interface FreshDefault {
  readonly privilege: string;
  readonly grantee: string | null;
  /** In every schema. */
  readonly isEverywhere: boolean;
}
