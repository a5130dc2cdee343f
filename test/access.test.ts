// Access words, held against what a server says after an apply: of what was there, and of what comes later.
import { type Major, majors, type Server, startServer } from 'embedded';
import { describe, expect, test } from 'vitest';
import { type AdminKind, adminDsnOf, admins } from './access/admins.ts';
import { givenBy, heldOn, makingAll, type Word } from './access/asked.ts';
import { createDeployment, stepLines, temporaryFolder } from './scenarios/deployment.ts';
import { explain } from './scenarios/stage.ts';

const sampled: readonly Major[] = process.env.ACCESS === 'all' ? majors : [14, 16, 18];
console.log(`access: PostgreSQL ${sampled.join(', ')} (ACCESS=all runs ${majors.join(', ')})`);

const roles = ['maker', 'app', 'reader', 'visitor', 'stranger'] as const;
type Access = Readonly<Partial<Record<(typeof roles)[number], Word>>>;
const given: Access = { maker: 'create', app: 'write', reader: 'read', visitor: 'connect' };

const manifestOf = (access: Access, routines: 'closed' | 'keep') => `
version: 1
deployment: example-dev
roles: {owner: {}, maker: {}, app: {}, reader: {}, visitor: {}, stranger: {}}
databases:
  orders:
    owner: owner
    schemas: [app]
    routines: ${routines}
    access: ${JSON.stringify(access)}
`;

describe.each(sampled)('PostgreSQL %i', (major) => {
  test.each(admins)('as %s: what was there and what comes later', { timeout: 60_000 }, async (kind) => {
    await using on = await deploymentOn(major, kind);
    await on.applied({ maker: 'create' }, 'closed');
    await makeAs(on.server, 'owner', makingAll('there'));
    await makeAs(on.server, 'maker', makingAll('made'));
    await on.applied(given, 'closed', ['revoke']);
    await makeAs(on.server, 'owner', makingAll('later'));
    await makeAs(on.server, 'maker', makingAll('makers'));
    await expectAccess(on.server, given, true);
    expect(await on.planned(given, 'closed')).toEqual([]);
    // A word that is less, and one that is gone.
    const less: Access = { maker: 'create', app: 'read', visitor: 'connect' };
    expect(await on.refused(less, 'closed')).toBe('unsafe');
    await on.applied(less, 'closed', ['revoke']);
    await makeAs(on.server, 'owner', makingAll('last'));
    await makeAs(on.server, 'maker', makingAll('made_last'));
    await expectAccess(on.server, less, true);
  });

  test('routines that are kept stay everybody’s', { timeout: 60_000 }, async () => {
    await using on = await deploymentOn(major, 'plain');
    await on.applied({ maker: 'create', reader: 'read' }, 'keep');
    await makeAs(on.server, 'maker', makingAll('later'));
    await expectAccess(on.server, { maker: 'create', reader: 'read' }, false);
    expect(await on.planned({ maker: 'create', reader: 'read' }, 'keep')).toEqual([]);
  });
});

async function deploymentOn(major: Major, kind: AdminKind) {
  const server = await startServer({ major });
  const folder = temporaryFolder();
  const adminDsn = await adminDsnOf(server, kind);
  const of = (access: Access, routines: 'closed' | 'keep') =>
    createDeployment({
      adminDsn,
      folder: folder.path,
      wish: { databases: [], manifest: manifestOf(access, routines) },
    });
  return {
    server,
    /** Applied, and nothing is left to do. */
    applied: async (access: Access, routines: 'closed' | 'keep', allow: readonly string[] = []) => {
      const applied = await of(access, routines).apply({ allow });
      expect(applied.ok, explain(applied)).toBe(true);
      expect(stepLines((await of(access, routines).plan()).steps)).toEqual([]);
    },
    planned: async (access: Access, routines: 'closed' | 'keep') =>
      stepLines((await of(access, routines).plan()).steps),
    refused: async (access: Access, routines: 'closed' | 'keep') => (await of(access, routines).apply()).error_class,
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      folder[Symbol.dispose]();
    },
  };
}

function makeAs(server: Server, role: string, sql: string) {
  return server.query(`SET ROLE ${role}; SET search_path = app; ${sql}; RESET ROLE`, { database: 'orders' });
}

async function expectAccess(server: Server, access: Access, isClosed: boolean) {
  const held = await heldOn(server, 'orders', 'app', roles);
  for (const role of roles.filter((one) => one !== 'maker')) {
    const objects = Object.keys(held[role] ?? {});
    expect(objects.length).toBeGreaterThan(8);
    expect(held[role], role).toEqual(givenBy(access[role] ?? 'none', objects, isClosed));
  }
}
