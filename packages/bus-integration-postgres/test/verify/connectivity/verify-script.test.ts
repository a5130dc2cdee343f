// What the service asks and tries, on real servers: who owns the database, or inherits from its owner, may make schemas
// in it. Nothing of it is logged, nothing stays.
import { startServer } from 'embedded';
import { describe, expect, test } from 'vitest';
import { connect, type Session } from '../../../src/connection/connect.ts';
import { type FactsRow, factsQuery } from '../../../src/sql/verify/verify-query.ts';
import { type Attempted, verifyScript } from '../../../src/sql/verify/verify-script.ts';
import { literal } from '../../../src/text/sql-text.ts';
import { factsOf, type ServiceFacts } from '../../../src/verify/connectivity/facts.ts';
import { brief, targetOf } from '../../target.ts';

// As an admin who may grant, beside what each case gives: the database's own right is all that counts.
const cases: readonly [
  what: string,
  grants: (role: string, database: string) => string,
  facts: object,
  managed: object,
][] = [
  ['an ordinary role', () => 'SELECT 1', { actsAsOwner: false, createsSchemas: false }, []],
  [
    'the owner',
    (role, database) => `ALTER DATABASE ${database} OWNER TO ${role}`,
    { actsAsOwner: true, createsSchemas: true },
    ['create schemas'],
  ],
  [
    'a member that inherits from the owner',
    (role, database) =>
      `CREATE ROLE ${role}_group; GRANT ${role}_group TO ${role}; ALTER DATABASE ${database} OWNER TO ${role}_group`,
    { actsAsOwner: true, createsSchemas: true, powers: { powerfulGroups: [] } },
    ['create schemas'],
  ],
  [
    'a role that was granted CREATE',
    (role, database) => `GRANT CREATE ON DATABASE ${database} TO ${role}`,
    { actsAsOwner: false, createsSchemas: true },
    ['create schemas'],
  ],
  [
    'a role with CREATEROLE',
    (role) => `ALTER ROLE ${role} CREATEROLE`,
    { powers: { createsRoles: true } },
    ['create roles'],
  ],
  [
    'a role that could become one with CREATEDB, and reads verifiers',
    (role) =>
      `CREATE ROLE ${role}_group CREATEDB; GRANT ${role}_group TO ${role}; GRANT SELECT ON pg_catalog.pg_authid TO ${role}`,
    { readsVerifiers: true, powers: { createsDatabases: false } },
    ['read password verifiers'],
  ],
  [
    'a role with a predefined group, and a schema of somebody else',
    (role) => `GRANT pg_read_all_settings TO ${role}; CREATE SCHEMA more; GRANT CREATE ON SCHEMA more TO ${role}`,
    { powers: { powerfulGroups: ['pg_read_all_settings'] }, otherSchemas: [{ name: 'more', isByPublic: false }] },
    [],
  ],
  [
    'a role that may not even enter the schema',
    () => 'REVOKE ALL ON SCHEMA public FROM PUBLIC',
    { closedSchemas: ['public'] },
    undefined as never,
  ],
];

async function factsIn(session: Session, isWhole: boolean, schemas: readonly string[]): Promise<ServiceFacts> {
  const [row] = await session.query<FactsRow>(factsQuery({ looksAtRole: isWhole, hasOthers: isWhole }), [
    schemas,
    'bus-deployment=shop',
    'postgres',
    ...(isWhole ? [[]] : []),
  ]);
  if (row === undefined) throw new Error('no row');
  return factsOf(row, [], { schemas, declaredSchemas: new Set(schemas), adminRole: 'postgres', roles: [] });
}

describe.each([14, 15, 18] as const)('PostgreSQL %i', (major) => {
  test.each(cases)('%s', async (_what, grants, expected, managed) => {
    await using server = await startServer({ major });
    await server.query('CREATE ROLE svc');
    await server.query('CREATE DATABASE app');
    const onDatabase = { database: 'app' };
    await server.query('GRANT USAGE, CREATE ON SCHEMA public TO PUBLIC', onDatabase);
    for (const statement of grants('svc', 'app').split('; ')) await server.query(statement, onDatabase);
    await using session = await connect({ ...targetOf(server), database: 'app' }, brief);
    await session.query(`SET SESSION AUTHORIZATION ${literal('svc')}`);
    const facts = await factsIn(session, true, ['public']);
    expect(facts).toMatchObject({ user: 'svc', database: 'app', catchesErrors: true, isStandby: false, ...expected });
    if (facts.closedSchemas.length !== 0) return;
    const tried = ['create roles', 'read password verifiers', 'create schemas'] as const;
    const rows = (await session.script(verifyScript(['public'], tried, 'probe'), { doing: 'trying' })).flat();
    expect(rows).toContainEqual({ value: 'probe' });
    expect((rows.at(-1) as { attempted: Attempted }).attempted).toEqual({ managed, unclear: [] });
    expect(server.log()).not.toMatch(/ERROR|FATAL/);
    const left = await server.query(
      "SELECT relname FROM pg_class WHERE relname = 'probe' UNION ALL SELECT rolname FROM pg_roles WHERE rolname = 'probe' UNION ALL SELECT nspname FROM pg_namespace WHERE nspname = 'probe'",
      onDatabase,
    );
    expect(left).toEqual([]);
  });

  test('a role or database of which only part is looked at', async () => {
    await using server = await startServer({ major });
    await server.query('DROP EXTENSION plpgsql');
    await using session = await connect(targetOf(server), brief);
    const facts = await factsIn(session, false, ['public', 'gone']);
    expect(facts).toMatchObject({ catchesErrors: false, closedSchemas: ['gone'], powers: null, reachable: null });
  });
});
