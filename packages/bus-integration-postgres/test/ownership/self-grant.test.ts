// The temporary membership on real servers: every kind of admin gets an owner's rights for one transaction, and what
// pg_auth_members holds is the same before and after it, row for row, however the transaction ends.
import { Secret } from 'bus-integration-database';
import { createPlainAdmin, type Major, majors, type Server, startServer } from 'embedded';
import { describe, expect, test } from 'vitest';
import { inTurn } from '../../../../test/variants.ts';
import { parseDsn } from '../../src/dsn/dsn.ts';
import { readCluster } from '../../src/observe/catalog.ts';
import type { Observation } from '../../src/observe/observation.ts';
import { selfGrantOf, withSelfGrants } from '../../src/ownership/self-grant.ts';
import { acquireLock } from '../../src/run/lock.ts';
import { createRun, openLockSession } from '../../src/run/run.ts';
import { inTransaction } from '../../src/run/transaction.ts';
import { desiredOf } from '../observed.ts';
import { targetOf } from '../target.ts';

interface Case {
  readonly name: string;
  readonly majors: readonly Major[];
  /** Roles that the superuser makes; `$` is the admin. */
  readonly before?: string;
  /** Run by the admin. */
  readonly made: string;
  /** After that, by the superuser. */
  readonly after?: string;
  readonly isSuperuser?: boolean;
  /** How the transaction begins. */
  readonly grants: readonly string[];
  readonly undone: readonly string[];
}

const all: readonly Major[] = majors;
const newer = majors.filter((major) => major >= 16);
const older = majors.filter((major) => major < 16);
const make = 'CREATE ROLE "owner b"; CREATE ROLE owner_a';
const join = (name: string) => `GRANT "${name}" TO CURRENT_USER WITH INHERIT TRUE, SET TRUE`;
const leave = (name: string) => `REVOKE "${name}" FROM CURRENT_USER`;

const cases: readonly Case[] = [
  { name: 'a superuser', majors: all, made: make, isSuperuser: true, grants: [], undone: [] },
  {
    name: 'a plain admin',
    majors: newer,
    made: make,
    grants: [join('owner b'), join('owner_a')],
    undone: [leave('owner_a'), leave('owner b')],
  },
  {
    name: 'a plain admin',
    majors: older,
    made: make,
    grants: ['GRANT "owner b" TO CURRENT_USER', 'GRANT "owner_a" TO CURRENT_USER'],
    undone: [leave('owner_a'), leave('owner b')],
  },
  {
    name: 'a fixed REVOKE takes a standing self-grant away: createrole_self_grant has given it',
    majors: newer,
    before: `ALTER ROLE $ SET createrole_self_grant = 'set, inherit'`,
    made: make,
    grants: [],
    undone: [],
  },
  {
    name: 'a partly standing edge of its own',
    majors: newer,
    before: `ALTER ROLE $ SET createrole_self_grant = 'set'`,
    made: make,
    grants: [join('owner b'), join('owner_a')],
    undone: ['owner_a', 'owner b'].map((name) => `GRANT "${name}" TO CURRENT_USER WITH INHERIT FALSE, SET TRUE`),
  },
  {
    name: 'ADMIN by a group alone',
    majors: newer,
    before: 'CREATE ROLE dba CREATEROLE; GRANT dba TO $ WITH INHERIT TRUE',
    made: 'SET ROLE dba; CREATE ROLE "owner b"; RESET ROLE; CREATE ROLE owner_a',
    grants: [`${join('owner b')} GRANTED BY "dba"`, join('owner_a')],
    undone: [leave('owner_a'), `${leave('owner b')} GRANTED BY "dba"`],
  },
  {
    name: 'a membership that a superuser gave, with half of the rights',
    majors: newer,
    made: make,
    after: 'GRANT owner_a TO $ WITH INHERIT FALSE, SET TRUE',
    grants: [join('owner b'), join('owner_a')],
    undone: [leave('owner_a'), leave('owner b')],
  },
  {
    name: 'a membership that a superuser gave',
    majors: older,
    made: make,
    after: 'GRANT owner_a TO $',
    grants: ['GRANT "owner b" TO CURRENT_USER'],
    undone: [leave('owner b')],
  },
  {
    name: 'a member of a member, where that one does not inherit',
    majors: older,
    made: make,
    after: 'CREATE ROLE between NOINHERIT; GRANT owner_a TO between; GRANT between TO $',
    grants: ['GRANT "owner b" TO CURRENT_USER', 'GRANT "owner_a" TO CURRENT_USER'],
    undone: [leave('owner_a'), leave('owner b')],
  },
];

const turns = inTurn('self-grants', all, cases, (one, major) => one.majors.includes(major));

describe.each(turns)('PostgreSQL %i', (major, own) => {
  test.each(own)('$name', async (one) => {
    await using server = await startServer({ major });
    await using stage = await prepare(server, one);
    const { seen, work } = stage;
    const statements = withSelfGrants(workIn('app'), (role) => selfGrantOf(role, seen)).map(({ sql }) => sql);
    const count = workIn('app').length;
    expect(statements.slice(0, one.grants.length)).toEqual(one.grants);
    expect(statements.slice(one.grants.length + count)).toEqual(one.undone);

    const before = await edges(server);
    await work(workIn('app'));
    expect(await edges(server)).toEqual(before);
    expect(await ownersOf(server)).toEqual(['owner b', 'owner_a']);

    // It fails in the middle, and before the end.
    const failing = { sql: 'SELECT 1/0', as: 'owner_a' };
    await expect(work([...workIn('other'), failing])).rejects.toThrow(/division by zero/);
    expect(await edges(server)).toEqual(before);

    // The connection is lost while the membership stands.
    const dying = { sql: 'SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())', as: 'owner_a' };
    await expect(work([...workIn('other'), dying])).rejects.toThrow();
    expect(await edges(server)).toEqual(before);
    expect(await ownersOf(server)).toEqual(['owner b', 'owner_a']);
  });
});

describe('without a server', () => {
  test('nothing is joined for statements that act as nobody', () => {
    const statements = [{ sql: 'SELECT 1' }];
    expect(withSelfGrants(statements, () => ({ grant: 'G', undo: 'U' }))).toBe(statements);
  });

  test('each role is joined once for a whole transaction, in the order of names, and left the other way round', () => {
    const statements = [{ sql: '1', as: 'b' }, { sql: '2', as: 'a' }, { sql: '3', as: ['b', 'a'] }, { sql: '4' }];
    const grantOf = (role: string) => ({ grant: `join ${role}`, undo: `leave ${role}` });
    expect(withSelfGrants(statements, grantOf).map(({ sql }) => sql)).toEqual([
      ...['join a', 'join b', '1', '2', '3', '4', 'leave b', 'leave a'],
    ]);
  });
});

function workIn(schema: string) {
  return ['owner_a', 'owner b'].flatMap((owner) => [
    { sql: `CREATE SCHEMA "${schema} of ${owner}" AUTHORIZATION "${owner}"`, as: owner },
    { sql: `ALTER DEFAULT PRIVILEGES FOR ROLE "${owner}" GRANT SELECT ON TABLES TO PUBLIC`, as: owner },
  ]);
}

/** Every row as it is stored, its oid too where it has one. */
async function edges(server: Server): Promise<readonly unknown[]> {
  return await server.query(
    'SELECT pg_catalog.to_jsonb(edge) AS edge FROM pg_catalog.pg_auth_members AS edge ORDER BY edge.roleid, edge.member, edge.grantor',
  );
}

async function ownersOf(server: Server): Promise<string[]> {
  const rows = await server.query<{ owner: string }>(
    `SELECT DISTINCT nspowner::regrole::text AS owner FROM pg_namespace WHERE nspname LIKE '% of owner%'`,
  );
  return rows.map(({ owner }) => owner.replaceAll('"', '')).sort();
}

async function prepare(server: Server, { before = '', made, after = '', isSuperuser = false }: Case) {
  const dsn = parseDsn(await createPlainAdmin(server));
  const { user = '', password = '' } = isSuperuser ? { user: server.superuser, password: server.password } : dsn;
  const name = `"${user}"`;
  await server.query(before.replaceAll('$', name));
  await server.query(made, { user, password });
  await server.query(after.replaceAll('$', name));
  if (!isSuperuser) await server.query(`GRANT CREATE ON DATABASE postgres TO ${name}`);
  const { signal } = new AbortController();
  const target = targetOf(server, {
    user,
    addresses: [{ host: server.host, port: server.port, password: new Secret(password) }],
  });
  const run = createRun({ target, signal });
  const lockSession = await openLockSession(run);
  await lockSession.isPooled();
  const lock = await acquireLock(lockSession, { deploymentId: 'shop', timeoutMs: 10_000, signal });
  const desired = desiredOf({ databases: [], roles: ['owner_a', 'owner b'], schemas: [] });
  await using reading = await run.open('read');
  const cluster = await readCluster(reading, desired, { withSizes: false, details: [] });
  const seen: Observation = { ...cluster, inside: new Map() };
  return {
    seen,
    work: async (statements: readonly { readonly sql: string; readonly as?: string }[]) => {
      await using session = await run.open('write');
      const wrapped = withSelfGrants(statements, (role) => selfGrantOf(role, seen));
      await inTransaction({ session, lock, statements: wrapped, doing: 'working', signal });
    },
    [Symbol.asyncDispose]: () => lock.release(),
  };
}
