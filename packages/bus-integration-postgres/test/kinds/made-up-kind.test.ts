// A kind with an action of its own, from its difference to what a person, a program and the server get of it: nothing but
// its file, its row in the table and what asks for it knows that it is there.
import { contractSchemas, type JsonSchema, type Response, responseFaults, type Step } from 'bus-integration-database';
import { describe, expect, test, vi } from 'vitest';
import { scriptLines } from '../../../bus-operator-database/src/render/script.ts';
import { planText } from '../../../bus-operator-database/src/render/text-plan.ts';
import { viewOf } from '../../../bus-operator-database/test/examples.ts';
import { createLedger } from '../../src/apply/ledger.ts';
import type { Resource } from '../../src/kinds/index.ts';
import { postgresFacts } from '../../src/kinds/provider-facts.ts';
import { type Kinds, tableOf } from '../../src/kinds/table.ts';
import { compare } from '../../src/plan/compare.ts';
import { hazards } from '../../src/plan/hazard.ts';
import { showingContext, toSteps } from '../../src/plan/steps.ts';
import { psqlScript } from '../../src/text/psql-script.ts';
import { note, notes } from '../made-up-kind.ts';
import { database, desiredOf, role, scopeWith, seen } from '../observed.ts';

vi.mock('../../src/kinds/index.ts', async (original) => {
  const real = (await original()) as { kinds: Kinds<Resource> };
  const [{ tableOf }, { notes }] = await Promise.all([
    import('../../src/kinds/table.ts'),
    import('../made-up-kind.ts'),
  ]);
  const kinds = { ...real.kinds, note: notes() };
  return { ...real, kinds, ...tableOf(kinds) };
});

const declaration = { databases: ['app'], roles: ['svc'], serviceRole: 'svc', schemas: ['data'] };
const observation = seen({ roles: [role('svc')], databases: [database('app')], schemas: { app: [] } });
const scope = scopeWith(declaration, observation);
const desired = desiredOf(declaration);
const resources = [...desired.resources, note('data', "it's ours")] as Resource[];
const { differences } = compare(resources, scope);
const steps = toSteps({ desired, seen: observation, resources, differences });
const response: Response = {
  ok: true,
  deployment_id: 'shop',
  provider: 'postgres',
  actions: steps.map(({ action }) => action),
  steps,
  diagnostics: [],
};
const sql = `COMMENT ON SCHEMA "data" IS 'it''s ours'`;

describe('its step', () => {
  const own = steps.filter(({ action }) => action === 'write-note');

  test('stands in the plan, in its database, with summary and SQL', () => {
    expect(own).toEqual([
      {
        state: 'planned',
        action: 'write-note',
        target: 'data',
        risk: 'update',
        after: { database: 'app', about: 'data', text: "it's ours" },
        summary: "says it's ours",
        sql: [sql],
      },
    ]);
    const [made, written] = ['create-schema', 'write-note'].map((action) => response.actions.indexOf(action));
    expect(written).toBe((made ?? 0) + 1);
  });

  test('is checked as it was registered, and told to others so', () => {
    const faultsOf = (change: (step: Step) => Step) => {
      const changed = steps.map((step) => (step.action === 'write-note' ? change(step) : step));
      return responseFaults({ ...response, steps: changed }, { facts: postgresFacts });
    };
    expect(faultsOf((step) => step)).toEqual([]);
    expect(faultsOf((step) => ({ ...step, before: { text: 'theirs' } }))).toEqual([]);
    const at = `steps.${steps.findIndex(({ action }) => action === 'write-note')}`;
    expect(faultsOf((step) => ({ ...step, after: { ...step.after, text: 7 } }))).toEqual([
      `${at}.after.text: missing or of another type`,
    ]);
    expect(faultsOf((step) => ({ ...step, after: { ...step.after, tags: 'none' } }))).toEqual([
      `${at}.after.tags: missing or of another type`,
    ]);
    expect(faultsOf((step) => ({ ...step, before: { stray: 1 } }))).toContain(`${at}.before: unknown key stray`);
    const { oneOf } = contractSchemas((name) => name, { facts: postgresFacts }).Step as { oneOf: JsonSchema[] };
    const published = oneOf.find(({ properties }) => JSON.stringify(properties).includes('"write-note"'));
    expect(published?.properties).toMatchObject({ after: { required: ['database', 'about', 'text'] } });
  });

  test('is shown and scripted by the surfaces', () => {
    const view = viewOf();
    expect(planText(response, view)).toContain("~ write-note             data      says it's ours");
    const script = scriptLines(response, view, psqlScript);
    expect(script.slice(script.findIndex((line) => line.startsWith('\\connect')))).toContain(`${sql};`);
  });

  test('is asked about where its database was only just adopted', () => {
    const allowed = { allow: [], adopt: true, rotate: [] };
    const adopted = { ...scope, databases: new Map([['app', 'adopted' as const]]) };
    expect(hazards(own, allowed, scope, observation)).toEqual([]);
    expect(hazards(own, allowed, adopted, observation)).toMatchObject([{ needs: { allow: ['update'] } }]);
  });

  test('is carried out inside its database', () => {
    const ledger = createLedger(steps, showingContext({ deploymentId: 'shop', seen: observation }));
    const statements = ledger.statements('inside', 'app').filter(({ step }) => step.action === 'write-note');
    expect(statements.map((statement) => statement.sql)).toEqual([sql]);
  });
});

test('two kinds with an action of one name are an internal error', () => {
  const twice = { note: notes(), other: notes() } as unknown as Kinds<Resource>;
  expect(() => tableOf(twice)).toThrow('internal error: two kinds have the action write-note');
});
