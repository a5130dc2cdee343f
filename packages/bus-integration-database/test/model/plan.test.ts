import { describe, expect, test } from 'vitest';
import type { Response, Target } from '../../src/contract/response.ts';
import type { Step } from '../../src/contract/step.ts';
import { isIntact, planId } from '../../src/model/plan.ts';

const target: Target = {
  host: 'db',
  port: 5432,
  database: 'postgres',
  admin_role: 'admin',
  server_version: '18.4',
  system_identifier: '7',
};
const discovered: Step = {
  action: 'discover-provider',
  target: 'postgres',
  risk: 'create',
  summary: 'PostgreSQL 18.4',
  after: { provider: 'postgres', server_version: '18.4', admin_may_create: [] },
};
const make: Step = {
  action: 'create-database',
  target: 'app',
  risk: 'create',
  summary: 'UTF8',
  sql: ['CREATE DATABASE …'],
  state: 'planned',
  after: { name: 'app', owner: 'admin', encoding: 'UTF8' },
};
const steps = [discovered, make];
const id = planId('shop', target, steps);

test('an identity is a SHA-256 in hexadecimal', () => expect(id).toMatch(/^[0-9a-f]{64}$/));

describe('the same plan', () => {
  test.each<[what: string, other: string]>([
    [
      'with another summary, state and SQL',
      planId('shop', target, [discovered, { ...make, summary: '…', state: 'applied', sql: [] }]),
    ],
    [
      'with keys in another order',
      planId('shop', target, [discovered, { ...make, after: { encoding: 'UTF8', owner: 'admin', name: 'app' } }]),
    ],
    [
      'after a minor update',
      planId('shop', { ...target, server_version: '18.5' }, [
        { ...discovered, after: { provider: 'postgres', server_version: '18.5', admin_may_create: [] } },
        make,
      ]),
    ],
    [
      'carried out',
      planId('shop', target, [
        ...steps,
        { action: 'apply-database-plan', target: 'plan', risk: 'create', summary: '', after: { steps: 1 } },
      ]),
    ],
  ])('%s', (_, other) => expect(other).toBe(id));
});

describe('another plan', () => {
  test.each<[what: string, other: string]>([
    ['for another deployment', planId('shop2', target, steps)],
    ['for another cluster', planId('shop', { ...target, system_identifier: '8' }, steps)],
    ['for another host', planId('shop', { ...target, host: 'db2' }, steps)],
    ['for another port', planId('shop', { ...target, port: 5433 }, steps)],
    ['with a step less', planId('shop', target, [discovered])],
    ['with another risk', planId('shop', target, [discovered, { ...make, risk: 'grant' }])],
    [
      'with another owner',
      planId('shop', target, [discovered, { ...make, after: { name: 'app', owner: 'x', encoding: 'UTF8' } }]),
    ],
    [
      'of a database that is there already',
      planId('shop', target, [discovered, { ...make, before: { name: 'app', unfinished: true } }]),
    ],
    ['in another order', planId('shop', target, [make, discovered])],
  ])('%s', (_, other) => expect(other).not.toBe(id));
});

describe('a saved plan (IN-51)', () => {
  const saved: Response = {
    ok: true,
    deployment_id: 'shop',
    provider: 'postgres',
    target,
    actions: [],
    steps,
    diagnostics: [],
    plan_id: id,
  };
  const { plan_id: _, ...unnamed } = saved;
  const { target: __, ...untargeted } = saved;

  test.each<[what: string, plan: Response, expected: boolean]>([
    ['as it was saved', saved, true],
    ['read back from JSON', JSON.parse(JSON.stringify(saved)), true],
    [
      'with an edited step',
      { ...saved, steps: [discovered, { ...make, after: { name: 'app', owner: 'x', encoding: 'UTF8' } }] },
      false,
    ],
    ['with another deployment', { ...saved, deployment_id: 'other' }, false],
    ['without its identity', unnamed, false],
    ['without its target', untargeted, false],
  ])('%s is intact: %s', (_what, plan, expected) => expect(isIntact(plan)).toBe(expected));
});

test.each<[what: string, plan: unknown]>([
  ['nothing but an identity and an empty target', { plan_id: 'x', target: {} }],
  ['no target at all', { plan_id: 'x', target: null, steps: [] }],
  ['steps that are no list', { plan_id: 'x', target, steps: 'all' }],
  ['steps that are no steps', { plan_id: 'x', target, steps: [null] }],
  ['steps that are lists', { plan_id: 'x', target, steps: [[]] }],
  [
    'a step deeper than the stack',
    { plan_id: 'x', target, steps: [{ after: JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) }] },
  ],
])('what a request may call a plan is no intact one, and no defect: %s', (_what, plan) => {
  expect(isIntact(plan as Response)).toBe(false);
});
