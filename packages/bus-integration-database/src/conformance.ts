// What every provider must do, as checks that a provider's own tests run against the real thing. Knows no test framework:
// a check that fails throws.
import assert from 'node:assert/strict';
import { type ConformanceSubject, type Conversation, conversation } from './conformance-conversation.ts';
import type { Response, Verb } from './contract/response.ts';
import { responseFaults } from './contract/response-schema.ts';
import { isMutating, type Step } from './contract/step.ts';
import { planId } from './model/plan.ts';

export type { ConformanceSubject };

export interface ConformanceOptions {
  /** Called for each check. */
  readonly createProvider: () => Promise<ConformanceSubject>;
}

export interface ConformanceCheck {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/**
 * The checks that every provider must pass. Each makes a provider, uses it through the contract, and throws if a rule is broken.
 *
 * @example
 * for (const { name, run } of conformanceSuite({ createProvider })) test(name, run);
 */
export function conformanceSuite({ createProvider }: ConformanceOptions): readonly ConformanceCheck[] {
  return Object.entries(checks).map(([name, check]) => ({
    name,
    run: async () => {
      await using subject = await createProvider();
      await check(conversation(subject));
    },
  }));
}

function todo(response: Response) {
  return response.steps.filter(isMutating);
}

function mustBeOk(response: Response, what: string): void {
  assert.equal(response.ok, true, `${what}: ${JSON.stringify(response.diagnostics)}`);
  assert.equal(response.error_class, undefined, `${what}: error_class`);
}

const checks: Readonly<Record<string, (talk: Conversation) => Promise<void>>> = {
  'a first plan says what it found, what it computed, and only makes and grants': async ({ ask }) => {
    const plan = await ask('plan');
    mustBeOk(plan, 'plan');
    assert.deepEqual(plan.actions.slice(0, 2), ['discover-provider', 'compute-database-plan']);
    assert.ok(todo(plan).length > 0, 'nothing to do in an empty place');
    for (const { action, risk } of plan.steps) assert.ok(['create', 'grant'].includes(risk), `${action} is ${risk}`);
    assert.equal(plan.dry_run, true);
    assert.ok(plan.target, 'plan: target');
    assert.equal(plan.plan_id, planId(plan.deployment_id, plan.target, plan.steps, plan.allowed));
  },

  'it registers its actions: what a step says beyond its shape, or under another name, is no answer': async ({
    subject,
    ask,
  }) => {
    const { facts } = subject.provider;
    assert.ok(facts, 'no facts: nothing of its own is checked');
    const plan = await ask('plan');
    for (const [index, step] of plan.steps.entries()) {
      const faultsOf = (changed: Step): readonly string[] => {
        const steps = plan.steps.with(index, changed);
        return responseFaults({ ...plan, steps, actions: steps.map(({ action }) => action) }, { facts });
      };
      assert.deepEqual(faultsOf(step), [], step.action);
      assert.notDeepEqual(faultsOf({ ...step, after: { ...step.after, stray: 1 } }), [], `${step.action}: a stray key`);
      assert.notDeepEqual(faultsOf({ ...step, action: `${step.action}-not` }), [], `${step.action}-not`);
    }
  },

  'planning changes nothing, however it is asked': async ({ ask }) => {
    const first = await ask('plan');
    const dry = await ask('apply', { dry_run: true });
    assert.equal(dry.dry_run, true);
    assert.deepEqual(dry.actions, first.actions);
    await ask('plan', { dry_run: false });
    assert.equal((await ask('plan')).plan_id, first.plan_id);
    for (const { state } of (await ask('status')).databases ?? []) assert.equal(state, 'missing');
  },

  'apply does what the plan said, and then there is nothing to do': async ({ ask, apply }) => {
    const plan = await ask('plan');
    const applied = await apply();
    mustBeOk(applied, 'apply');
    assert.equal(applied.dry_run, false);
    assert.deepEqual(
      todo(applied).map(({ action, target }) => [action, target]),
      todo(plan).map(({ action, target }) => [action, target]),
    );
    for (const { action, state } of todo(applied)) assert.equal(state, 'applied', action);
    const second = await ask('plan');
    mustBeOk(second, 'second plan');
    assert.deepEqual(todo(second), []);
  },

  'apply again does nothing': async ({ apply }) => {
    mustBeOk(await apply(), 'first');
    const again = await apply();
    mustBeOk(again, 'second');
    assert.deepEqual(todo(again), []);
  },

  'status shows everything as declared after apply': async ({ subject, ask, apply }) => {
    await apply();
    const status = await ask('status');
    mustBeOk(status, 'status');
    assert.deepEqual(status.drift, []);
    assert.deepEqual(status.databases?.map(({ name, state }) => [name, state]).sort(), wanted(subject.databases));
    assert.deepEqual(status.roles?.map(({ name, state }) => [name, state]).sort(), wanted(subject.roles));
  },

  'status and verify look at what they are asked about': async ({ subject, ask, apply }) => {
    await apply();
    const { databases, roles, schemas } = subject;
    const [first] = databases;
    const status = await ask('status', { databases: [first, `${first}_x`], roles, schemas });
    mustBeOk(status, 'status');
    assert.deepEqual(status.databases?.map(({ name, state }) => [name, state]).sort(), [
      [first, 'ours'],
      [`${first}_x`, 'missing'],
    ]);
    mustBeOk(await ask('verify', { databases: [first], roles, schemas }), 'verify');
    assert.deepEqual((await ask('status')).databases?.map(({ name }) => name).sort(), [...databases].sort());
  },

  'verify finds that services can log in': async ({ ask, apply }) => {
    await apply();
    const verified = await ask('verify');
    mustBeOk(verified, 'verify');
    assert.ok((verified.connectivity?.length ?? 0) > 0, 'no connectivity was checked');
    assert.deepEqual(
      verified.connectivity?.filter(({ result }) => result === 'fail'),
      [],
    );
  },

  'verify is not ok while nothing is made': async ({ ask }) => {
    assert.equal((await ask('verify')).ok, false);
  },

  'a verify that tries nothing is not told as one in which all was well': async ({ subject, ask, apply }) => {
    await apply();
    const { databases, roles, schemas } = subject;
    for (const part of [{ databases }, { roles }, { databases, schemas }, { roles, schemas }]) {
      const { ok, complete, connectivity = [] } = await ask('verify', part);
      const wasTried = connectivity.some(({ result }) => result === 'ok');
      assert.ok(wasTried || !ok || complete === false, `nothing was tried: ${JSON.stringify(part)}`);
    }
  },

  'schemas without a database are nothing to ask about': async ({ subject, ask, apply }) => {
    await apply();
    const { schemas } = subject;
    for (const verb of ['plan', 'status', 'verify', 'doctor'] as const) {
      const answer = await ask(verb, { databases: [], roles: [], schemas });
      assert.equal(answer.error_class, 'invalid-request', verb);
      assert.ok(
        answer.diagnostics.some(({ target }) => target === 'schemas'),
        verb,
      );
    }
  },

  'doctor answers with checks': async ({ ask }) => {
    assert.ok(((await ask('doctor')).checks?.length ?? 0) > 0);
  },

  "another deployment's request is refused, and does nothing": async ({ ask, apply }) => {
    const refused = await apply({ deployment_id: 'somebody-elses' });
    assert.equal(refused.ok, false);
    assert.equal(refused.error_class, 'invalid-request');
    assert.ok(todo(await ask('plan')).length > 0, 'something was made');
  },

  'a request chooses no credentials': async ({ ask }) => {
    for (const verb of ['plan', 'apply', 'status', 'verify'] as const) await refusesCredentials(ask, verb);
  },

  "a doctor's request chooses none either": async ({ ask }) => {
    await refusesCredentials(ask, 'doctor');
  },

  'a saved plan is carried out once, an edited one never': async ({ ask, apply }) => {
    const plan = await ask('plan');
    const edited = { ...plan, steps: plan.steps.slice(0, -1) };
    assert.equal((await apply({ plan: edited })).error_class, 'stale-plan');
    assert.ok(todo(await ask('plan')).length > 0, 'an edited plan was carried out');
    mustBeOk(await apply({ plan }), 'apply of the saved plan');
    const again = await apply({ plan });
    mustBeOk(again, 'apply of a saved plan that was carried out');
    assert.deepEqual(todo(again), [], 'a saved plan was carried out twice');
  },

  'two applies at once end as declared': async ({ ask, apply }) => {
    const answers = await Promise.all([apply(), apply()]);
    for (const { ok, error_class } of answers) assert.ok(ok || error_class === 'locked', `${error_class}`);
    assert.deepEqual(todo(await ask('plan')), []);
  },

  'what is cut off is answered so, and continued by the next': async ({ ask, apply }) => {
    const abort = new AbortController();
    const running = apply({}, abort.signal);
    abort.abort('SIGTERM');
    const cut = await running;
    assert.equal(cut.error_class, 'cancelled');
    mustBeOk(await apply(), 'apply');
    assert.deepEqual(todo(await ask('plan')), []);
  },
};

async function refusesCredentials(ask: Conversation['ask'], verb: Verb): Promise<void> {
  for (const credentials of [{ admin_dsn_file: '/etc/passwd' }, { admin_dsn_secret: 'secret://any' }])
    assert.equal((await ask(verb, { credentials })).error_class, 'forbidden', verb);
}

function wanted(names: readonly string[]): [string, string][] {
  return names.map((name): [string, string] => [name, 'ours']).sort();
}
