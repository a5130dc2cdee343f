// Access words, held against what a server says after an apply: of what was there, and of what comes later of the owner, of
// one who acts as it, and of a second creator.
import { majors, type Server } from 'embedded';
import { describe, expect, test } from 'vitest';
import { admins } from './access/admins.ts';
import { manifestWith, type OnServer, onServer } from './access/applied.ts';
import { elsewhere, givenBy, heldOn, makingAll, type Word } from './access/asked.ts';
import { someOf } from './variants.ts';

const roles = ['maker', 'app', 'reader', 'visitor', 'stranger'] as const;
type Access = Readonly<Partial<Record<(typeof roles)[number], Word>>>;
const given: Access = { maker: 'create', app: 'write', reader: 'read', visitor: 'connect' };

const manifestOf = (access: Access, routines: 'closed' | 'keep') =>
  manifestWith(
    '{owner: {}, migrator: {login: true, acts_as: owner}, maker: {}, app: {}, reader: {}, visitor: {}, stranger: {}}',
    `{orders: {owner: owner, schemas: [app], routines: ${routines}, access: ${JSON.stringify({ ...access, migrator: 'connect' })}}}`,
  );

describe.each(someOf('access', majors, 1))('PostgreSQL %i', (major) => {
  test.each(admins)('as %s: what was there and what comes later', { timeout: 60_000 }, async (kind) => {
    await using on = await onServer(major, kind);
    await on.converge(manifestOf({ maker: 'create' }, 'closed'));
    await on.make(elsewhere);
    await on.make(makingAll('there'), { as: 'owner' });
    await on.make(makingAll('made'), { as: 'maker' });
    await on.converge(manifestOf(given, 'closed'), ['revoke']);
    await on.make(makingAll('later'), { as: 'owner' });
    await on.make(makingAll('makers'), { as: 'maker' });
    await expectAccess(on.server, given, true);
    await on.converge(manifestOf(given, 'closed'));
    for (const prefix of ['there', 'made', 'later', 'makers']) await expectStatements(on, prefix);
    // A word that is less, and one that is gone.
    const less: Access = { maker: 'create', app: 'read', visitor: 'connect' };
    expect((await on.apply(manifestOf(less, 'closed'))).error_class).toBe('unsafe');
    await on.converge(manifestOf(less, 'closed'), ['revoke']);
    await on.make(makingAll('last'), { as: 'owner' });
    await on.make(makingAll('made_last'), { as: 'maker' });
    await expectAccess(on.server, less, true);
  });

  test('routines that are kept stay everybody’s', { timeout: 60_000 }, async () => {
    await using on = await onServer(major, 'plain');
    const manifest = manifestOf({ maker: 'create', reader: 'read' }, 'keep');
    await on.converge(manifest);
    await on.make(elsewhere);
    await on.make(makingAll('later'), { as: 'maker' });
    await expectAccess(on.server, { maker: 'create', reader: 'read' }, false);
    await on.converge(manifest);
  });
});

/** What roles do with such things, by statements. */
async function expectStatements(on: OnServer, prefix: string) {
  const allowed: readonly (readonly [as: string, sql: string])[] = [
    ['app', `INSERT INTO ${prefix}_table (note) VALUES ('one'); UPDATE ${prefix}_table SET note = 'two'`],
    ['app', `INSERT INTO ${prefix}_part VALUES (1, '2026-02-01'); DELETE FROM ${prefix}_parent`],
    ['app', `SELECT nextval('${prefix}_sequence'), ${prefix}_function(1); CALL ${prefix}_procedure()`],
    ['reader', `SELECT * FROM ${prefix}_table, ${prefix}_view, ${prefix}_stored, ${prefix}_parent, ${prefix}_part`],
    ['reader', `SELECT last_value FROM ${prefix}_sequence; SELECT ${prefix}_aggregate(${prefix}_function(1))`],
  ];
  const refused: readonly (readonly [as: string, sql: string])[] = [
    ['app', `TRUNCATE ${prefix}_table`],
    ['reader', `INSERT INTO ${prefix}_table (note) VALUES ('one')`],
    ['reader', `SELECT nextval('${prefix}_sequence')`],
    ['visitor', `SELECT * FROM app.${prefix}_table`],
    ['stranger', `SELECT app.${prefix}_function(1)`],
  ];
  for (const [as, sql] of allowed) await on.make(sql, { as });
  for (const [as, sql] of refused)
    await expect(on.make(sql, { as }), `${as}: ${sql}`).rejects.toThrow(/permission denied/);
}

async function expectAccess(server: Server, access: Access, isClosed: boolean) {
  const held = await heldOn(server, 'orders', 'app', roles);
  for (const role of roles.filter((one) => one !== 'maker')) {
    const objects = Object.keys(held[role] ?? {});
    expect(objects.length).toBeGreaterThan(8);
    expect(held[role], role).toEqual(givenBy(access[role] ?? 'none', objects, isClosed));
  }
}
