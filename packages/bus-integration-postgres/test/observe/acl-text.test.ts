import { type Major, startServer } from 'embedded';
import { describe, expect, test } from 'vitest';
import type { AclEntry } from '../../src/observe/acl-entry.ts';
import { aclText } from '../../src/observe/acl-text.ts';
import { identifier } from '../../src/text/sql-text.ts';

const names = [
  'plain',
  'Two Words',
  'quo"te',
  '""',
  'back\\slash',
  'co,mma',
  '{brace}',
  'eq=ual/slash',
  'NULL',
  '4711',
  'ümlaut',
  'two\nlines',
  '\u{1f418}',
];

/** As the server takes the list apart. */
const exploded = `
SELECT class.relacl::text AS written,
  (SELECT json_agg(json_build_array(role.rolname, pg_get_userbyid(entry.grantor), entry.privilege_type, entry.is_grantable))
     FROM aclexplode(class.relacl) AS entry LEFT JOIN pg_roles AS role ON role.oid = entry.grantee) AS entries
  FROM pg_class AS class WHERE class.relname = 'things'`;

const sorted = (entries: readonly AclEntry[]) => entries.map((one) => JSON.stringify(one)).sort();

describe.each([14, 18] as const)('PostgreSQL %i', (major: Major) => {
  test('a list means what the server says that it means, whatever names are in it', async () => {
    await using server = await startServer({ major });
    await server.query('CREATE TABLE things (id int)');
    for (const name of names) {
      const role = identifier(name);
      await server.query(`CREATE ROLE ${role}; GRANT SELECT, INSERT, TRUNCATE ON things TO ${role};
        GRANT UPDATE, REFERENCES ON things TO ${role} WITH GRANT OPTION`);
      await server.query(`SET ROLE ${role}; GRANT UPDATE ON things TO PUBLIC; RESET ROLE`);
      const [row] = await server.query<{ written: string; entries: [string | null, string, string, boolean][] }>(
        exploded,
      );
      const entries = (row?.entries ?? []).map(([grantee, grantor, privilege, isGrantable]) => ({
        grantee,
        grantor,
        privilege,
        isGrantable,
      }));
      expect(sorted(aclText(row?.written)), name).toEqual(sorted(entries));
    }
  });
});

test('all letters of all versions are known, in the order of their words', () => {
  const [first, ...others] = aclText('{=rawdDxtmXUCcTsA/owner}');
  expect(first).toEqual({ grantee: null, grantor: 'owner', privilege: 'ALTER SYSTEM', isGrantable: false });
  expect(others.map(({ privilege }) => privilege).join()).toBe(
    'CONNECT,CREATE,DELETE,EXECUTE,INSERT,MAINTAIN,REFERENCES,SELECT,SET,TEMPORARY,TRIGGER,TRUNCATE,UPDATE,USAGE',
  );
  expect(aclText('{}')).toEqual([]);
  expect(aclText('{a=/b}')).toEqual([]);
});

test.each([
  ...[
    '',
    'a=r/b',
    '{a=r/b',
    '{a=r/b,}',
    '{,a=r/b}',
    '{a=r/b c=r/d}',
    '{"a=r/b}',
    '{a=r}',
    '{a=r/}',
    '{a/b}',
    '{a=Z/b}',
  ],
  ...['{a=**/b}', '{a"b=r/c}', '{a=r/b}{', '{{a=r/b}}', '{"\\"a=r/b"}', null, 1, ['a=r/b'], { a: 1 }, '{a=r/b\0}'],
])('%j is not a list', (written) => {
  expect(() => aclText(written)).toThrow(/expected/);
});
