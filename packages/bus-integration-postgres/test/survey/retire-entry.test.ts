// What left a manifest is told with the entry that would retire it.
import { type DeclaredManifest, manifestState } from 'bus-integration-database';
import { readManifest } from 'bus-integration-database/manifest';
import { expect, test } from 'vitest';
import { postgresRules } from '../../src/desired/rules.ts';
import type { Resource } from '../../src/kinds/index.ts';
import { postgresManifest } from '../../src/manifest/index.ts';
import { nothingRemains, type Remains } from '../../src/observe/remains.ts';
import type { Intent } from '../../src/plan/intent.ts';
import { leftoversOf } from '../../src/survey/leftovers.ts';
import { intentOf } from '../observed.ts';

function intentBy(text: string, file?: string): Intent {
  const lines = `version: 1\ndeployment: shop\n${text}`;
  const { expanded, written } = readManifest(Buffer.from(lines), 'm.yaml', postgresManifest);
  if (expanded === undefined || written === undefined) throw new Error('the manifest is wrong');
  const manifest: DeclaredManifest = { expanded, written, ...(file !== undefined && { file }) };
  const desired = manifestState<Resource>(manifest, { rules: postgresRules });
  return { ...intentOf({ databases: ['x'], roles: ['y'], schemas: [] }), desired, declared: desired };
}

const role = (name: string, databases: readonly string[]): Remains['roles'][number] => ({
  name,
  adminMayGrant: true,
  sessions: 2,
  databases: databases.map((database) => ({ name: database, allowsConnections: true, adminMayConnect: true })),
  isInShared: true,
  ownsShared: false,
  grantors: [],
});

const remains: Remains = {
  ...nothingRemains,
  roles: [role('old', ['app']), role('no', [])],
  databases: [{ name: 'le"gacy', owner: 'admin', adminActsAsOwner: true, sessions: 0, isCredible: true }],
};

const told = (intent: Intent) =>
  leftoversOf({
    intent,
    remains,
    markedSchemas: new Map(),
    reached: { host: 'db', port: 5432, isEncrypted: false, hasSsl: false },
    server: { database: 'postgres', versionNum: 180004, entersPostgres: true },
    admin: { name: 'admin', isSuperuser: false },
  });

const text = 'roles: {o: {}, svc: {login: true}}\ndatabases: {app: {owner: o, access: {svc: write}}}\n';

test('a leftover of a manifest comes with the lines to add to it, and without statements', () => {
  const left = told(intentBy(text, './shop.yaml'));
  expect(left.map(({ command }) => command)).toEqual([
    'add to ./shop.yaml:\nretire:\n  databases:\n    "le\\"gacy": {drop: "le\\"gacy", dump: "./dumps/le\\"gacy.dump"}',
    'add to ./shop.yaml:\nretire:\n  roles:\n    old: {reassign_to: o}',
    'add to ./shop.yaml:\nretire:\n  roles:\n    "no": {}',
  ]);
  expect(left.flatMap(({ retire }) => retire ?? [])).toEqual([]);
  expect(left[1]?.advice).toEqual([
    {
      kind: 'edit',
      change: 'insert',
      file: { path: './shop.yaml' },
      text: ['retire:', '  roles:', '    old: {reassign_to: o}'],
    },
  ]);
  expect(left[1]?.before).toContain('(now: 2)');
});

test('the lines are what they say: the manifest with them is right, and retires what was left', () => {
  for (const { command = '' } of told(intentBy(text, './shop.yaml'))) {
    const lines = command.split('\n').slice(1).join('\n');
    const { desired } = intentBy(`${text}${lines}\n`);
    expect(desired.resources.filter(({ kind }) => kind.startsWith('retired-'))).toHaveLength(1);
  }
});

test('a manifest that came with a request has no file to name', () => {
  expect(told(intentBy(text)).map(({ command }) => command?.split('\n')[0])).toEqual(
    Array(3).fill('add to the manifest:'),
  );
});
