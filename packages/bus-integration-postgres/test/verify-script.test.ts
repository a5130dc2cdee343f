// What the service tries, on real servers: who owns the database, or inherits from its owner, may make schemas in it.
import { sharedServer } from 'embedded';
import { describe, expect, test } from 'vitest';
import { connect } from '../src/connect.ts';
import { verifyScript } from '../src/sql/verify.ts';
import { literal } from '../src/sql.ts';
import { brief, targetOf } from './target.ts';

// As an admin who may grant, beside what each case gives: the database's own right is all that counts.
const cases: readonly [
  what: string,
  grants: (role: string, database: string) => string,
  refusal: string | undefined,
][] = [
  ['an ordinary role', () => 'SELECT 1', undefined],
  ['the owner', (role, database) => `ALTER DATABASE ${database} OWNER TO ${role}`, undefined],
  [
    'a member that inherits from the owner',
    (role, database) =>
      `CREATE ROLE ${role}_group; GRANT ${role}_group TO ${role}; ALTER DATABASE ${database} OWNER TO ${role}_group`,
    undefined,
  ],
  [
    'a role that was granted CREATE',
    (role, database) => `GRANT CREATE ON DATABASE ${database} TO ${role}`,
    'may create schemas',
  ],
  ['a role with CREATEROLE', (role) => `ALTER ROLE ${role} CREATEROLE`, 'may create roles'],
  [
    'an owner with CREATEROLE',
    (role, database) => `ALTER DATABASE ${database} OWNER TO ${role}; ALTER ROLE ${role} CREATEROLE`,
    'may create roles',
  ],
];

describe.each([15, 18] as const)('PostgreSQL %i', (major) => {
  test.each(cases)('%s', async (_what, grants, refusal) => {
    await using server = await sharedServer(major);
    await using admin = await connect(targetOf(server), brief);
    const role = `verify_${process.pid}_${major}`;
    const database = `${role}_app`;
    const run = async (sql: string) => {
      for (const statement of sql.split('; ')) await admin.query(statement);
    };
    try {
      await run(`CREATE ROLE ${role}; CREATE DATABASE ${database}; ${grants(role, database)}`);
      await using session = await connect({ ...targetOf(server), database }, brief);
      await session.query('GRANT USAGE, CREATE ON SCHEMA public TO PUBLIC');
      await session.query(`SET SESSION AUTHORIZATION ${literal(role)}`);
      const trying = session.script(verifyScript(['public'], 'probe'), { doing: 'trying' });
      if (refusal === undefined) expect((await trying).flat()).toContainEqual({ value: 'probe' });
      else await expect(trying).rejects.toThrow(refusal);
    } finally {
      await run(`DROP DATABASE IF EXISTS ${database}; DROP ROLE IF EXISTS ${role}_group; DROP ROLE IF EXISTS ${role}`);
    }
  });
});
