import { describe, expect, test } from 'vitest';
import { type Adoption, judgeDatabase, judgeRole } from '../../src/ownership/ours.ts';
import { database, role, type Said, seen, unfinished } from '../observed.ts';

const ours: Adoption = { deploymentId: 'shop', adopt: false };
const adopting: Adoption = { ...ours, adopt: true };
const taking: Adoption = { ...adopting, adoptFrom: ['older', 'other'] };
const foreign = 'bus-deployment=other';

describe('a role (IN-35, IN-36, IN-37, IN-38)', () => {
  test.each([
    ['not there', undefined, ours, 'missing'],
    ['ours', role('svc'), ours, 'ours'],
    ['unmarked', role('svc', { comment: null }), ours, 'refused'],
    ['unmarked, --adopt', role('svc', { comment: 'a note' }), adopting, 'adopted'],
    ['foreign, --adopt', role('svc', { comment: foreign }), adopting, 'refused'],
    ['foreign, --adopt-from its own', role('svc', { comment: foreign }), taking, 'adopted'],
    ['foreign, --adopt-from another', role('svc', { comment: 'bus-deployment=third' }), taking, 'refused'],
    ['a superuser, though ours', role('svc', { isSuperuser: true }), taking, 'refused'],
    ['with CREATEROLE', role('svc', { createsRoles: true }), taking, 'refused'],
    ['with CREATEDB', role('svc', { createsDatabases: true }), taking, 'refused'],
    ['with REPLICATION', role('svc', { replicates: true }), taking, 'refused'],
    ['with BYPASSRLS', role('svc', { bypassesRowSecurity: true }), taking, 'refused'],
    ['member of a predefined role', role('svc', { memberOf: ['pg_monitor'] }), taking, 'refused'],
    ['pg_database_owner of its own', role('svc', { memberOf: ['pg_database_owner'] }), ours, 'ours'],
    ['member of an ordinary role', role('svc', { memberOf: ['staff'] }), ours, 'ours'],
    [
      'member of a powerful role',
      role('svc', { powerfulGroups: [{ name: 'ops', power: 'has CREATEDB' }] }),
      taking,
      'refused',
    ],
    ['owner of a database that is ours', role('svc', { ownsDatabases: ['app'] }), ours, 'ours'],
    ['owner of a database that is not', role('svc', { ownsDatabases: ['theirs'] }), ours, 'refused'],
  ] as const)('%s', (_, one, adoption, standing) => {
    const said: Said = { roles: one === undefined ? [] : [one], databases: [database('app')] };
    const judgement = judgeRole('svc', seen(said), adoption);
    expect(judgement.standing).toBe(standing);
    expect(judgement.refusal?.remedy !== undefined).toBe(standing === 'refused');
  });

  test('all of its powers are named at once, with the statements that take them away', () => {
    const mighty = role('svc', {
      createsDatabases: true,
      replicates: true,
      powerfulGroups: [{ name: 'ops', power: 'has CREATEDB' }],
      powerfulGrants: [{ group: 'ops', grantor: 'dba' }],
      ownsDatabases: ['theirs'],
    });
    const { refusal } = judgeRole('svc', seen({ roles: [mighty] }), ours);
    expect(refusal?.message).toBe(
      "role svc has CREATEDB, has REPLICATION, is a member of role ops, which has CREATEDB, owns database theirs, which isn't this deployment's; a service role must not",
    );
    expect(refusal?.remedy).toMatch(
      /^a superuser runs, in any database: ALTER ROLE "svc" NOCREATEDB NOREPLICATION; REVOKE "ops" FROM "svc"( GRANTED BY "dba")?; ALTER DATABASE "theirs" OWNER TO "admin";$/,
    );
    const { refusal: unmarked } = judgeRole('svc', seen({ roles: [{ ...mighty, comment: null }] }), adopting);
    expect(unmarked?.remedy).toMatch(/^name another role in BUS_DATABASE_SERVICE_ROLE, or a superuser runs, in any/);
    const byManifest = { ...adopting, databases: new Set<string>() };
    const { refusal: declared } = judgeRole('svc', seen({ roles: [{ ...mighty, comment: null }] }), byManifest);
    expect(declared?.remedy).toMatch(/^name another role under roles in the manifest, or a superuser runs, in any/);
    const { refusal: admin } = judgeRole('admin', seen(), byManifest);
    expect(admin?.remedy).toBe('name another role under roles in the manifest');
  });

  test('the admin is never a service role, whether it shows among the roles or not', () => {
    expect(judgeRole('admin', seen(), taking).standing).toBe('refused');
    expect(judgeRole('admin', seen({ roles: [role('admin')] }), taking).standing).toBe('refused');
  });
});

describe('a database (IN-35, IN-36, IN-39, IN-40)', () => {
  test.each([
    ['not there', undefined, ours, 'missing'],
    ['ours', database('app'), ours, 'ours'],
    ['unmarked', database('app', { comment: null }), ours, 'refused'],
    ['unmarked, --adopt', database('app', { comment: null }), adopting, 'adopted'],
    ['foreign', database('app', { comment: foreign }), adopting, 'refused'],
    ['foreign, --adopt-from', database('app', { comment: foreign }), taking, 'adopted'],
    ['unfinished', unfinished('app'), ours, 'unfinished'],
    ['closed by hand, though ours', database('app', { allowsConnections: false }), taking, 'refused'],
    ['invalid, though ours', database('app', { connectionLimit: -2 }), taking, 'refused'],
    ['invalid and closed', database('app', { connectionLimit: -2, allowsConnections: false }), taking, 'refused'],
  ] as const)('%s', (_, one, adoption, standing) => {
    const judgement = judgeDatabase('app', seen({ databases: one === undefined ? [] : [one] }), adoption);
    expect(judgement.standing).toBe(standing);
    expect(judgement.refusal?.remedy !== undefined).toBe(standing === 'refused');
  });
});

describe('what a refusal says and offers', () => {
  const refusalOf = (one: ReturnType<typeof database>) =>
    judgeDatabase('app', seen({ databases: [one] }), ours).refusal;

  test("IN-39 an unfinished one of another admin's apply is that admin's to finish, not to be opened by hand", () => {
    expect(refusalOf(unfinished('app', { owner: 'dba' }))).toMatchObject({
      code: 'not-ours',
      message: "database app was begun by dba's apply and not finished",
      remedy: 'run apply as dba: name it in the admin DSN, then bus operator database apply',
    });
    const marked = unfinished('app', { owner: 'dba', comment: 'bus-deployment=shop' });
    expect(refusalOf(marked)?.message).toContain('allows no connections');
  });

  test('what belongs to yet another deployment is refused as where nothing is taken over', () => {
    const foreign = database('app', { comment: 'bus-deployment=third' });
    expect(judgeDatabase('app', seen({ databases: [foreign] }), taking).refusal).toMatchObject({
      message: 'database app belongs to deployment third; name another database, unless it is to be taken over',
      remedy: 'bus operator database apply --adopt-from third',
    });
  });

  test.each([
    ['unmarked', null, 'bus operator database apply --adopt'],
    ['foreign', 'bus-deployment=shop-live', 'bus operator database apply --adopt-from shop-live'],
    ['foreign, by a mark that a shell would run', 'bus-deployment=a; rm -rf "$HOME"', 'name another database'],
  ])('IN-35, IN-36 %s: the command to copy', (_, comment, remedy) => {
    expect(refusalOf(database('app', { comment }))?.remedy).toBe(remedy);
  });
});
