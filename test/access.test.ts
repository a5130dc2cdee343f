// Access words, held against what a server says after an apply: of what was there, and of what comes later of the owner, of
// one who acts as it, and of a second creator.
import { type Major, majors, type Server } from 'embedded';
import { describe, expect, test } from 'vitest';
import { admins } from './access/admins.ts';
import { manifestWith, onServer } from './access/applied.ts';
import { givenBy, heldOn, makingAll, type Word } from './access/asked.ts';

const sampled: readonly Major[] = process.env.ACCESS === 'all' ? majors : [14, 16, 18];
console.log(`access: PostgreSQL ${sampled.join(', ')} (ACCESS=all runs ${majors.join(', ')})`);

const roles = ['maker', 'app', 'reader', 'visitor', 'stranger'] as const;
type Access = Readonly<Partial<Record<(typeof roles)[number], Word>>>;
const given: Access = { maker: 'create', app: 'write', reader: 'read', visitor: 'connect' };

const manifestOf = (access: Access, routines: 'closed' | 'keep') =>
  manifestWith(
    '{owner: {}, migrator: {login: true, acts_as: owner}, maker: {}, app: {}, reader: {}, visitor: {}, stranger: {}}',
    `{orders: {owner: owner, schemas: [app], routines: ${routines}, access: ${JSON.stringify({ ...access, migrator: 'connect' })}}}`,
  );

describe.each(sampled)('PostgreSQL %i', (major) => {
  test.each(admins)('as %s: what was there and what comes later', { timeout: 60_000 }, async (kind) => {
    await using on = await onServer(major, kind);
    await on.converge(manifestOf({ maker: 'create' }, 'closed'));
    await on.make(makingAll('there'), { as: 'owner' });
    await on.make(makingAll('made'), { as: 'maker' });
    await on.converge(manifestOf(given, 'closed'), ['revoke']);
    await on.make(makingAll('later'), { as: 'owner' });
    await on.make(makingAll('makers'), { as: 'maker' });
    await on.make('CREATE TABLE migrated (id serial)', { as: 'owner' });
    await expectAccess(on.server, given, true);
    const again = await on.plan(manifestOf(given, 'closed'));
    expect(again.steps.filter(({ risk, state }) => state === 'planned' && risk !== undefined)).toEqual([]);
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
    await on.make(makingAll('later'), { as: 'maker' });
    await expectAccess(on.server, { maker: 'create', reader: 'read' }, false);
    await on.converge(manifest);
  });
});

async function expectAccess(server: Server, access: Access, isClosed: boolean) {
  const held = await heldOn(server, 'orders', 'app', roles);
  for (const role of roles.filter((one) => one !== 'maker')) {
    const objects = Object.keys(held[role] ?? {});
    expect(objects.length).toBeGreaterThan(8);
    expect(held[role], role).toEqual(givenBy(access[role] ?? 'none', objects, isClosed));
  }
}
