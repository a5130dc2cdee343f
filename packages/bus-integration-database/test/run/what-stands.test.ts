import { describe, expect, it } from 'vitest';
import type { ProviderFacts } from '../../src/contract/facts.ts';
import type { Step, StepState } from '../../src/contract/step.ts';
import { sameCommand } from '../../src/model/advice.ts';
import { whatStands } from '../../src/run/what-stands.ts';

function database(name: string, created: StepState, granted: StepState = 'planned'): Step[] {
  const base = { target: name, summary: '' } as const;
  return [
    {
      ...base,
      action: 'create-database',
      risk: 'create',
      after: { name, owner: 'a', encoding: 'UTF8' },
      state: created,
    },
    {
      ...base,
      action: 'grant-privileges',
      risk: 'grant',
      after: { database: name, grantee: 'r', on: [{ type: 'database', privileges: ['CONNECT'] }] },
      state: granted,
    },
  ];
}

const role: Step = {
  action: 'create-role',
  target: 'r',
  summary: '',
  risk: 'create',
  after: { name: 'r', can_login: true, password: 'new' },
  state: 'applied',
};

const facts: ProviderFacts = {
  target: {},
  found: {},
  actions: { 'create-database': { about: 'database' }, 'create-role': { about: 'role' }, 'grant-privileges': {} },
};

function toldOf(steps: readonly Step[], begun: ReadonlySet<Step> = new Set()) {
  return whatStands({ steps, begun, facts, staged: 0, next: sameCommand });
}

describe('whatStands', () => {
  it('says plainly that nothing was changed', () => {
    const { message, remedy } = toldOf([...database('one', 'planned')]);
    expect(message).toBe('nothing was changed');
    expect(remedy).toBe('run the same command again; it continues');
  });

  it('tells ready, closed and shut databases apart, and is silent about those not begun', () => {
    const steps = [
      role,
      ...database('ready', 'applied', 'applied'),
      ...database('shut', 'applied'),
      ...database('closed', 'planned'),
      ...database('later', 'planned'),
    ];
    const begun = new Set(steps.filter(({ action, target }) => action === 'create-database' && target === 'closed'));
    expect(toldOf(steps, begun).message).toBe(
      '4 of 9 steps were carried out; 1 of 4 new databases are ready (ready); closed is closed and unfinished; nobody may connect to shut yet',
    );
  });

  it('counts where a list would be long', () => {
    const steps = Array.from({ length: 6 }, (_, index) => database(`b${index}`, 'planned')).flat();
    const begun = new Set(steps.filter(({ action }) => action === 'create-database'));
    expect(toldOf(steps, begun).message).toBe(
      '0 of 12 steps were carried out; 0 of 6 new databases are ready; b0, b1, b2, b3 and 2 more are closed and unfinished',
    );
  });

  it('does not claim that nothing was changed when that is not known', () => {
    expect(toldOf([{ ...role, state: 'unknown' }]).message).toBe('0 of 1 steps were carried out, 1 may have been');
  });
});
