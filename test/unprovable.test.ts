// A password that this admin can't prove to be the server's: told by doctor and plan, and refused by apply before
// anything is made. Each way in which pg_hba.conf brings that about, on a real server.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMeter } from '../packages/bus-integration-postgres/src/connection/network/meter.ts';
import { createDeployment, temporaryFolder } from './scenarios/deployment.ts';
import { explain, stateOf } from './scenarios/stage.ts';

const desired = { databases: ['app'], serviceRole: 'svc' };
const local = 'local all all scram-sha-256\nhost all postgres 127.0.0.1/32 scram-sha-256\n';
const adminToo = 'host all deploy_admin 127.0.0.1/32 scram-sha-256\n';
let server: Server;
let adminDsn: string;

beforeAll(async () => {
  server = await startServer();
  adminDsn = await createPlainAdmin(server);
});
afterAll(() => server.stop());

test.each([
  ['trust for everybody', `${local}host all all 127.0.0.1/32 trust`, 'asks for no password'],
  ['trust for the service', `${local}${adminToo}host app all 127.0.0.1/32 trust`, 'asks for no password'],
  ['password', `${local}${adminToo}host all all 127.0.0.1/32 password`, 'in plaintext'],
  ['reject', `${local}${adminToo}host all svc 127.0.0.1/32 reject`, 'refuses it before any password'],
  ['no line', `${local}${adminToo}`, 'refuses it before any password'],
  ['ident', `${local}${adminToo}host all all 127.0.0.1/32 ident`, 'refuses it before any password'],
  [
    'radius',
    `${local}${adminToo}host all all 127.0.0.1/32 radius radiusservers="127.0.0.1" radiussecrets="x"`,
    'in plaintext',
  ],
])('%s', async (_, hba, why) => {
  await server.reload({ hba });
  using folder = temporaryFolder();
  const deployment = createDeployment({ adminDsn, desired, folder: folder.path });
  const before = await stateOf(server, deployment);
  const told = { code: 'password-unprovable', message: expect.stringContaining(why) };
  expect(await deployment.plan()).toMatchObject({ ok: false, error_class: 'unsafe', diagnostics: [told] });
  const doctor = await deployment.doctor();
  expect(doctor.ok).toBe(false);
  expect(doctor.checks).toContainEqual(expect.objectContaining({ id: told.code, result: 'fail', seen: told.message }));
  expect(await deployment.apply()).toMatchObject({ ok: false, error_class: 'unsafe', diagnostics: [told] });
  expect(await stateOf(server, deployment)).toEqual(before);
});

test('peer over the socket', async () => {
  await server.reload({
    hba: `local all postgres scram-sha-256\nlocal all deploy_admin scram-sha-256\nlocal all all peer\n${local}`,
  });
  using folder = temporaryFolder();
  const password = decodeURIComponent(new URL(adminDsn).password);
  const socketDsn = server.socketDsn('postgres', 'deploy_admin', password);
  const deployment = createDeployment({ adminDsn: socketDsn, desired, folder: folder.path });
  const before = await stateOf(server, deployment);
  const told = { code: 'password-unprovable', message: expect.stringContaining('refuses it before any password') };
  expect(await deployment.plan()).toMatchObject({
    ok: false,
    diagnostics: expect.arrayContaining([told].map(containing)),
  });
  expect((await deployment.apply()).error_class).toBe('unsafe');
  expect(await stateOf(server, deployment)).toEqual(before);
});

function containing(told: object): unknown {
  return expect.objectContaining(told);
}

test('md5, which asks for SCRAM once the verifier is stored: a new role, and one that had an MD5 hash', async () => {
  await server.reload({
    hba: `${local}${adminToo}host all all 127.0.0.1/32 md5`,
    settings: { password_encryption: 'md5' },
  });
  using folder = temporaryFolder();
  const deployment = createDeployment({
    adminDsn,
    desired: { databases: ['hashed'], serviceRole: 'hashed_svc' },
    folder: folder.path,
  });
  const answer = await deployment.apply();
  expect(answer.ok, explain(answer)).toBe(true);
  await server.query(`ALTER ROLE hashed_svc PASSWORD 'lost'`);
  const rotated = await deployment.apply({ rotate: ['hashed_svc'] });
  expect(rotated.ok, explain(rotated)).toBe(true);
  await server.reload({ settings: { password_encryption: 'scram-sha-256' } });
});

test('either remedy lets apply converge; then nothing more is asked', async () => {
  await server.reload({ hba: `${local}host all all 127.0.0.1/32 trust` });
  using folder = temporaryFolder();
  const meter = createMeter();
  const deployment = createDeployment({ adminDsn, desired, folder: folder.path, meter });
  expect((await deployment.plan()).ok).toBe(false);
  await server.query('GRANT SELECT ON pg_catalog.pg_authid TO deploy_admin');
  const answer = await deployment.apply();
  expect(answer.ok, explain(answer)).toBe(true);
  await server.query('REVOKE SELECT ON pg_catalog.pg_authid FROM deploy_admin');
  // A rotation sets a password again.
  expect(await deployment.plan({ rotate: ['svc'] })).toMatchObject({ error_class: 'unsafe' });
  await server.reload({ hba: `${local}host all all 127.0.0.1/32 scram-sha-256` });
  const rotated = await deployment.apply({ rotate: ['svc'] });
  expect(rotated.ok, explain(rotated)).toBe(true);
  const before = meter.connections;
  expect((await deployment.plan()).ok).toBe(true);
  // The survey, one database, the proof of its file.
  expect(meter.connections - before).toBe(3);
});

test('where files exist and the rule says trust, the way on is the rule, not a rotation that would be refused', async () => {
  await server.reload({ hba: `${local}host all all 127.0.0.1/32 scram-sha-256` });
  using folder = temporaryFolder();
  const kept = { databases: ['kept'], serviceRole: 'kept_svc' };
  const deployment = createDeployment({ adminDsn, desired: kept, folder: folder.path });
  const made = await deployment.apply();
  expect(made.ok, explain(made)).toBe(true);
  await server.reload({ hba: `${local}${adminToo}host all all 127.0.0.1/32 trust` });
  const next =
    /^on the line of pg_hba\.conf that kept_svc matches from here write scram-sha-256, then a superuser runs.*GRANT SELECT ON pg_catalog\.pg_authid TO "?deploy_admin"?;$/;
  const told = async () => {
    const doctor = await deployment.doctor();
    const { diagnostics } = await deployment.plan();
    const applied = await deployment.apply();
    expect(JSON.stringify([doctor, diagnostics, applied.diagnostics])).not.toContain('--rotate');
    for (const remedies of [
      (doctor.checks ?? []).filter(({ id }) => id.startsWith('password-')),
      diagnostics.filter(({ code }) => code.startsWith('password-')),
      applied.diagnostics.filter(({ code }) => code.startsWith('password-')),
    ]) {
      expect(remedies.length).toBeGreaterThan(0);
      for (const { remedy } of remedies) expect(remedy).toMatch(next);
    }
  };
  await told();
  // No file holds one.
  rmSync(join(folder.path, 'local', 'dsn', 'kept.dsn'));
  await told();
  // With the rule, a new password is offered again.
  await server.reload({ hba: `${local}host all all 127.0.0.1/32 scram-sha-256` });
  const { diagnostics } = await deployment.plan();
  expect(diagnostics.find(({ code }) => code === 'password-lost')?.remedy).toContain('--rotate kept_svc');
  const rotated = await deployment.apply({ rotate: ['kept_svc'] });
  expect(rotated.ok, explain(rotated)).toBe(true);
});
