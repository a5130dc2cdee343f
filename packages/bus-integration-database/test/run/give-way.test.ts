import { afterAll, beforeEach, expect, it } from 'vitest';
import type { ManifestLanguage } from '../../src/manifest/read-manifest.ts';
import type { Provider } from '../../src/run/provider.ts';
import { answer } from '../../src/worker/answer.ts';

const about = { deployment_id: 'shop', provider: 'one' };
const language = {
  shape: { schema: { properties: { version: {} } }, read: (root: object) => root },
  expand: () => ({ deployment: 'shop' }),
} as unknown as ManifestLanguage;
const verb = async () => ({ ok: true, ...about, actions: [], steps: [], diagnostics: [] });
const provider = {
  name: 'one',
  manifest: async () => language,
  names: {
    manifest: () => ({
      names: {
        deploymentId: 'shop',
        roles: new Set<string>(),
        databases: new Map(),
        schemas: new Set<string>(),
        outputs: [],
      },
      resources: () => [],
    }),
  },
  ...{ plan: verb, apply: verb, status: verb, verify: verb, doctor: verb },
} as unknown as Provider;
const context = { signal: new AbortController().signal };
const defects: unknown[] = [];
const ask = () =>
  answer('plan', { ...about, manifest: { version: 1 } }, [provider], context, (defect) => defects.push(defect));

/** How often the event loop went round. */
let rounds = 0;
let next: NodeJS.Immediate;
const round = () => {
  rounds += 1;
  next = setImmediate(round);
};

beforeEach(async () => {
  // What is loaded late is loaded.
  expect([await ask(), defects]).toMatchObject([{ ok: true }, []]);
  clearImmediate(next);
  rounds = 0;
  round();
});
afterAll(() => clearImmediate(next));

it('lets others have their turn between the parts of an answer', async () => {
  await ask();
  expect(rounds).toBeGreaterThanOrEqual(6);
});

it('lets one part of one answer come between two turns of others, however many are asked for', async () => {
  await Promise.all([ask(), ask(), ask(), ask()]);
  expect(rounds).toBeGreaterThanOrEqual(4 * 6);
});
