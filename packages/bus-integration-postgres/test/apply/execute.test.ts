// The phases of an apply on a real server: their order, how many things go into one message, what stands and what is
// undone where one of them fails, and that a further run finishes it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Lists, OperationError } from 'bus-integration-database';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { execute } from '../../src/apply/execute.ts';
import { createStage } from './stage.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

let count = 0;
/** Names of its own, as each test's deployment is on the same server. */
function declare(databases: number, roles = 1): Lists {
  count += 1;
  const letters = ['a', 'b', 'c'];
  const names = letters.slice(0, roles).map((letter) => `role${count}${letter}`);
  return {
    databases: letters.slice(0, databases).map((letter) => `app${count}${letter}`),
    roles: names,
    ...(names[0] !== undefined && { serviceRole: names[0] }),
    schemas: ['public', 'data'],
  };
}

const serverError = (code: string) => Object.assign(new Error(`refused with ${code}`), { code });
const passwordIn = (dsn: string) => /:([^:@/]+)@/.exec(dsn)?.[1];

test('every file is staged first; roles, databases, what is in them, the way in; only then files take their place', async () => {
  using stage = createStage(server);
  const declaration = declare(2);
  const [a, b] = declaration.databases;
  const events: string[] = [];
  await using prepared = await stage.prepare({
    declaration,
    jobs: 1,
    onSend: (event) => void events.push(`${event}; ${stage.files().join(' ')}`),
  });
  const { inside } = await execute(prepared.execution);
  const staged = `${a}.dsn.staged ${b}.dsn.staged`;
  expect(events).toEqual(
    ['roles 1', `create ${a}`, `create ${b}`, 'open', `inside ${a}`, `inside ${b}`, 'enter'].map(
      (event) => `${event}; ${staged}`,
    ),
  );
  expect(stage.files()).toEqual([`${a}.dsn`, `${b}.dsn`]);
  expect(prepared.undone()).toEqual([]);
  expect([...inside.keys()]).toEqual([a, b]);
  expect(
    inside
      .get(`${a}`)
      ?.schemas.map(({ name }) => name)
      .sort(),
  ).toEqual(['data', 'public']);
  const login = {
    database: `${a}`,
    user: `${declaration.serviceRole}`,
    password: `${passwordIn(stage.read(`${a}.dsn`))}`,
  };
  expect(await server.query('SELECT FROM data.no_table', login).catch(({ code }) => code)).toBe('42P01');
});

test('new passwords of roles in use come last, as many at once as there are jobs, and each has its files before the next', async () => {
  using stage = createStage(server);
  const declaration = declare(1, 3);
  {
    await using first = await stage.prepare({ declaration });
    await execute(first.execution);
  }
  const old = new Map(stage.files().map((name) => [name, stage.read(name)]));
  const replaced = () =>
    stage.files().filter((name) => !name.endsWith('.staged') && stage.read(name) !== old.get(name));
  const [database] = declaration.databases;
  const [service, other, third] = declaration.roles;
  const events: string[] = [];
  // A further database is made in the same run: it is done before any service's password changes.
  const desired = { ...declaration, databases: [...declaration.databases, `${database}_more`] };
  await using prepared = await stage.prepare({
    declaration: desired,
    rotate: declaration.roles,
    jobs: 1,
    onSend: (event) => void events.push(`${event}: ${replaced().length}`),
  });
  await execute(prepared.execution);
  expect(events.slice(-4)).toEqual([
    `enter: 0`,
    `password ${service}: 0`,
    `password ${other}: 2`,
    `password ${third}: 4`,
  ]);
  expect(replaced()).toHaveLength(6);
  expect(prepared.undone()).toEqual([]);
});

test('500 roles go into one transaction, the rest into the next', async () => {
  using stage = createStage(server);
  const roles = Array.from({ length: 501 }, (_, index) => `crowd_${index}`);
  const declaration = { databases: [], roles, schemas: [] };
  const events: string[] = [];
  await using prepared = await stage.prepare({ declaration, onSend: (event) => void events.push(event) });
  await execute(prepared.execution);
  expect(events).toEqual(['roles 500', 'roles 1']);
});

test('where the server lacks memory for locks, the same is done in smaller transactions', async () => {
  using stage = createStage(server);
  const roles = Array.from({ length: 12 }, (_, index) => `many_${index}`);
  const declaration = { databases: [], roles, schemas: [] };
  const events: string[] = [];
  await using prepared = await stage.prepare({
    declaration,
    onSend: (event) => {
      events.push(event);
      if (event === 'roles 12') throw serverError('53200');
    },
  });
  await execute(prepared.execution);
  expect(events).toEqual(['roles 12', 'roles 3', 'roles 3', 'roles 3', 'roles 3']);
  expect(prepared.undone()).toEqual([]);
});

async function isOpen({ databases }: Lists): Promise<unknown> {
  const query = 'SELECT datallowconn FROM pg_catalog.pg_database WHERE datname = $1';
  return (await server.query(query, { values: [databases[0]] }))[0]?.datallowconn;
}

const failures = ['roles 1', 'create', 'open', 'inside', 'enter'] as const;
test.each(failures)(
  'a server that refuses at "%s": what was done stands, nothing later is begun, the next run ends it',
  async (phase) => {
    using stage = createStage(server);
    const declaration = declare(2);
    const [a, b] = declaration.databases;
    const events: string[] = [];
    const staged = [`${a}.dsn.staged`, `${b}.dsn.staged`];
    {
      await using prepared = await stage.prepare({
        declaration,
        jobs: 1,
        onSend: (event) => {
          events.push(event.split(' ')[0] ?? '');
          if (event.startsWith(phase)) throw serverError('42501');
        },
      });
      await expect(execute(prepared.execution)).rejects.toMatchObject({ code: '42501' });
      expect(prepared.execution.ledger.inFlight().size).toBeGreaterThan(0);
      expect(prepared.undone()).toContain(`write-dsn-file ./dsn/${a}.dsn: planned`);
    }
    const order = ['roles', 'create', 'open', 'inside', 'enter'];
    expect([...new Set(events)]).toEqual(order.slice(0, order.indexOf(phase.split(' ')[0] ?? '') + 1));
    // The password is not lost: it waits where the next run looks for it, and no service has been given it yet.
    expect(stage.files()).toEqual(staged);
    const password = passwordIn(stage.read(`${a}.dsn.staged`));
    {
      await using again = await stage.prepare({ declaration });
      await execute(again.execution);
      expect(again.undone()).toEqual([]);
      expect(stage.files()).toEqual([`${a}.dsn`, `${b}.dsn`]);
      expect(passwordIn(stage.read(`${a}.dsn`))).toBe(password);
    }
    await using last = await stage.prepare({ declaration });
    expect(last.execution.computed.deltas).toEqual([]);
  },
);

test('without the lock nothing is begun, not even a file', async () => {
  using stage = createStage(server);
  const events: string[] = [];
  await using prepared = await stage.prepare({ declaration: declare(1), onSend: (event) => void events.push(event) });
  await prepared.loseLock();
  await expect(execute(prepared.execution)).rejects.toMatchObject({ code: '22012' });
  expect([events, stage.files()]).toEqual([[], []]);
});

test('a lock that is lost under way: its transaction changes nothing, and no file takes its place', async () => {
  using stage = createStage(server);
  const declaration = declare(1);
  const events: string[] = [];
  await using prepared = await stage.prepare({
    declaration,
    onSend: async (event) => {
      events.push(event);
      if (event === 'open') await prepared.loseLock();
    },
  });
  await expect(execute(prepared.execution)).rejects.toMatchObject({ code: '22012' });
  expect(events.at(-1)).toBe('open');
  expect(await isOpen(declaration)).toBe(false);
  expect(stage.files()).toEqual([`${declaration.databases[0]}.dsn.staged`]);
});

test('an interruption ends it before the next phase', async () => {
  using stage = createStage(server);
  const declaration = declare(1);
  const events: string[] = [];
  await using prepared = await stage.prepare({
    declaration,
    onSend: (event) => {
      events.push(event);
      if (event.startsWith('create')) prepared.abort(new Error('interrupted'));
    },
  });
  await expect(execute(prepared.execution)).rejects.toThrow('interrupted');
  expect(events).toEqual(['roles 1', `create ${declaration.databases[0]}`]);
  // The statement that was under way is ended as it should be; the database stays closed.
  expect(await isOpen(declaration)).toBe(false);
});

test('a staged file that another run changed meanwhile is not put in place, and keeps no other file', async () => {
  using stage = createStage(server);
  const declaration = declare(2);
  const [a, b] = declaration.databases;
  const theirs = `postgresql://${declaration.serviceRole}:theirs@127.0.0.1:1/${a}\n`;
  await using prepared = await stage.prepare({
    declaration,
    onSend: (event) => {
      if (event === 'enter') writeFileSync(join(stage.path, `${a}.dsn.staged`), theirs);
    },
  });
  const error = await execute(prepared.execution).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OperationError);
  expect(error).toMatchObject({ errorClass: 'not-converged', diagnostics: [{ code: 'staged-file-changed' }] });
  expect(stage.files()).toEqual([`${a}.dsn.staged`, `${b}.dsn`]);
  expect(stage.read(`${a}.dsn.staged`)).toBe(theirs);
  expect(prepared.undone()).toEqual([`write-dsn-file ./dsn/${a}.dsn: failed`]);
});
