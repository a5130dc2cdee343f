// Names: those that are refused, and odd ones that must work from the plan to the service's login.
import { readdirSync } from 'node:fs';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDeployment } from '../deployment.ts';
import { expectDone, expectRefusal } from './refusal.ts';

const [names, serviceRole, roles, schemas] = [
  'BUS_DATABASE_NAMES',
  'BUS_DATABASE_SERVICE_ROLE',
  'BUS_DATABASE_ROLE_NAMES',
  'BUS_DATABASE_SCHEMAS',
] as const;

let server: Server;
let admin: string;
beforeAll(async () => {
  server = await startServer();
  admin = await createPlainAdmin(server);
});
afterAll(() => server.stop());

describe('names that are refused', () => {
  it.each([
    ['IN-25 an empty item', { [names]: 'a,,b' }, `${names} has an empty item (.env:4)`, 'one comma between them'],
    ['IN-26 a database twice', { [names]: 'a,b,a' }, `database "a" is listed twice in ${names}`, 'drop one'],
    [
      'IN-26 a role twice',
      { [roles]: 'bus_service' },
      `role "bus_service" is the service role and stands in`,
      'drop one',
    ],
    [
      'IN-27 64 bytes',
      { [names]: 'x'.repeat(64) },
      'is 64 bytes long; 63 is the most (.env:4)',
      `change it in ${names}`,
    ],
    [
      'IN-27 64 bytes in 32 letters',
      { [serviceRole]: 'é'.repeat(32) },
      'is 64 bytes long; 63 is the most (.env:5)',
      `change ${serviceRole}`,
    ],
    [
      'IN-29 a role pg_x',
      { [serviceRole]: 'pg_x' },
      'role "pg_x" begins with pg_, which the server keeps',
      serviceRole,
    ],
    ['IN-29 a schema pg_x', { [schemas]: 'pg_x' }, 'schema "pg_x" begins with pg_, which the server keeps', schemas],
    ['IN-32 a line break', { [serviceRole]: 'a\nb' }, 'role "a\\u000ab" holds a line break (CR or LF)', serviceRole],
    [
      'a semicolon in a list',
      { [names]: 'a;b' },
      `${names} holds a semicolon, expected commas or white`,
      'write commas',
    ],
    ['IN-30 template0', { [names]: 'template0' }, 'database "template0" is a database that the server keeps', names],
    ['IN-30 public as role', { [serviceRole]: 'public' }, 'role "public" is a role that the server keeps', serviceRole],
    [
      'IN-31 names that differ in case only',
      { [names]: 'App,app' },
      'databases "App" and "app" differ only in upper and lower case',
      'rename one',
    ],
  ])('%s', async (_, keys, says, next) => {
    using deployment = makeDeployment({ adminDsn: admin, keys });
    await expectRefusal(deployment, server, { exit: 2, says, next });
  });

  it.each([
    ['as a byte', 'bus\0auth', 'NUL can be in no environment variable'],
    ['as an escape', '"bus\\x00auth"', 'an escape makes NUL, which can be in no environment variable'],
  ])('IN-28 NUL %s', async (_, value, why) => {
    using deployment = makeDeployment({ adminDsn: admin });
    deployment.write('.env', `BUS_DEPLOYMENT_ID=example-dev\n${names}=${value}\n`);
    await expectRefusal(deployment, server, { exit: 2, says: `bus: failed to load .env: .env:2: ${why}` });
  });
});

describe('odd names that work', () => {
  it.each([
    ['IN-25 one name alone, blanks around it', [' solo ', 'plain'], ['solo.dsn']],
    ['IN-27 63 bytes', ['x'.repeat(63), 'é'.repeat(31)], [`${'x'.repeat(63)}.dsn`]],
    ['IN-31 upper case', ['Shop', 'Shop_Service'], ['Shop.dsn']],
    ['IN-32 quotes, blanks, dots', [`q"uo'te.d.b`, `r"o'l e.x`, `s"c'he.ma`], ['q%22uo%27te%2Ed%2Eb.dsn']],
    ['IN-32 what a shell or SQL would run', ['a&b$(c)`d`', '--x;', '$$--'], ['a%26b%24%28c%29%60d%60.dsn']],
    ['IN-32 a tab and an escape character', ['a\x1bb', 'c\td', 'e\x7ff'], ['a%1Bb.dsn']],
    ['IN-33 Unicode', ['база-日本', 'служба', 'größe'], ['%D0%B1%D0%B0%D0%B7%D0%B0-%E6%97%A5%E6%9C%AC.dsn']],
    [
      'IN-33 right-to-left marks',
      ['a\u202Egnp.\u2066b', 'r\u200Fx\u202E', 's\u200Dy'],
      ['a%E2%80%AEgnp%2E%E2%81%A6b.dsn'],
    ],
    ['IN-34 a way out of the directory', ['../x', '../../y', '..'], ['%2E%2E%2Fx.dsn']],
    ['IN-34 an absolute path', ['/etc/x', '/', '.'], ['%2Fetc%2Fx.dsn']],
  ])('%s', async (_, [database = '', role = '', schema], files) => {
    const keys = {
      [names]: database,
      [serviceRole]: role,
      ...(schema !== undefined && { [schemas]: `${schema},public` }),
    };
    using deployment = makeDeployment({ adminDsn: admin, keys });
    const answers = [
      await expectDone(deployment, ['plan', '-v']),
      await expectDone(deployment, ['apply', '-f', 'json']),
      await expectDone(deployment, ['verify', '-v']),
      await expectDone(deployment, ['status', '--check']),
    ];
    for (const { stdout, stderr } of answers) expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(raw);
    expect(readdirSync(deployment.path('local/dsn'))).toEqual(files);
    expect(readdirSync(deployment.path('local')).sort()).toEqual(['dsn', 'postgres-admin-dsn']);
    const [found] = await server.query<{ database: string; role: string }>(
      `SELECT base.datname AS database, role.rolname AS role FROM pg_catalog.pg_database AS base, pg_catalog.pg_roles AS role
        WHERE base.datname = $1 AND role.rolname = $2`,
      { values: [database.trim(), role] },
    );
    expect(found).toEqual({ database: database.trim(), role });
  });
});

/** Control, bidirectional and invisible characters. */
const raw = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
