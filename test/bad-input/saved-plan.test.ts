// Plans that were saved, and are not what would be done; and risks that nobody allowed.
import { readFileSync } from 'node:fs';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDeployment } from '../deployment.ts';
import { expectDone, expectRefusal } from './refusal.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const again = 'plan --save FILE';

/** A deployment with a saved plan, `plan.json`. */
async function deploymentWithPlan(name: string) {
  const keys = { BUS_DATABASE_NAMES: name, BUS_DATABASE_SERVICE_ROLE: `${name}_service` };
  const deployment = makeDeployment({ adminDsn: server.dsn(), keys });
  await expectDone(deployment, ['plan', '--save', 'plan.json']);
  return deployment;
}

type Edit = (plan: {
  steps: { target: string; after: Record<string, unknown> }[];
  target: Record<string, unknown>;
}) => void;

describe('saved plans', () => {
  it.each<[string, Edit]>([
    ['a step changed', ({ steps }) => Object.assign(steps[2]?.after ?? {}, { name: 'somebody_else' })],
    ['a step left out', ({ steps }) => void steps.splice(3, 1)],
    ['a step added', ({ steps }) => void steps.push({ ...(steps[3] as (typeof steps)[0]), target: 'another' })],
    ['another target', ({ target }) => Object.assign(target, { system_identifier: '1' })],
  ])('IN-51 edited: %s', async (_, edit) => {
    using deployment = await deploymentWithPlan('edited');
    const plan = JSON.parse(readFileSync(deployment.path('plan.json'), 'utf8'));
    edit(plan);
    deployment.write('plan.json', JSON.stringify(plan));
    await expectRefusal(deployment, server, {
      args: ['apply', '--plan', 'plan.json'],
      exit: 4,
      says: 'plan plan.json was edited after it was saved: its identity does not fit its steps',
      next: again,
    });
  });

  it.each([{ allow: 'revoke' }, { allow: [], adopt: 'yes' }, 'all'])('IN-51 edited: allowed is %j', async (allowed) => {
    using deployment = await deploymentWithPlan('edited');
    const plan = JSON.parse(readFileSync(deployment.path('plan.json'), 'utf8'));
    deployment.write('plan.json', JSON.stringify({ ...plan, allowed }));
    await expectRefusal(deployment, server, {
      args: ['apply', '--plan', 'plan.json'],
      exit: 2,
      says: 'plan plan.json holds no plan',
    });
  });

  it('IN-52 of another cluster', async () => {
    using deployment = await deploymentWithPlan('elsewhere');
    await using other = await startServer({ encoding: 'LATIN1' });
    deployment.write('local/postgres-admin-dsn', `${other.dsn()}\n`);
    await expectRefusal(deployment, other, {
      args: ['apply', '--plan', 'plan.json'],
      exit: 4,
      says: /the saved plan is for cluster \d+, this is \d+/,
      next: again,
    });
  });

  it('IN-52 of a server at another address, a copy of this one', async () => {
    using deployment = await deploymentWithPlan('elsewhere');
    await using other = await startServer();
    deployment.write('local/postgres-admin-dsn', `${other.dsn()}\n`);
    await expectRefusal(deployment, other, {
      args: ['apply', '--plan', 'plan.json'],
      exit: 4,
      says: `the saved plan is for 127.0.0.1:${server.port}/postgres, this is 127.0.0.1:${other.port}/postgres`,
      next: again,
    });
  });

  it('IN-53 of another deployment', async () => {
    using deployment = await deploymentWithPlan('another');
    deployment.configure({ BUS_DEPLOYMENT_ID: 'example-prod' });
    await expectRefusal(deployment, server, {
      args: ['apply', '--plan', 'plan.json'],
      exit: 4,
      says: 'plan plan.json is for deployment example-dev, this is example-prod',
      next: again,
    });
  });

  it.each([[], ['--dry-run']])('IN-54 stale: it was applied already %s', async (...flags) => {
    const name = `stale${flags.length}`;
    using deployment = await deploymentWithPlan(name);
    await expectDone(deployment, ['apply', '--plan', 'plan.json', '--dry-run']);
    await expectDone(deployment, ['apply', '--plan', 'plan.json']);
    await expectRefusal(deployment, server, {
      args: ['apply', '--plan', 'plan.json', ...flags],
      exit: 4,
      says: `the saved plan is not what would be done now: 4 of its steps are no longer to do (create-role ${name}_service, `,
      next: again,
    });
  });

  it('IN-54 stale: the configuration wants more', async () => {
    using deployment = await deploymentWithPlan('stale_too');
    deployment.configure({ BUS_DATABASE_NAMES: 'stale_too,stale_more' });
    await expectRefusal(deployment, server, {
      args: ['apply', '--plan', 'plan.json'],
      exit: 4,
      says: 'the saved plan is not what would be done now: 3 steps are new (create-database stale_more, ',
      next: again,
    });
  });

  it.each([
    ['the text form', 'ok: true\ntarget: …\n', 'is the text form; save one with plan --save FILE'],
    ['no JSON', '{', 'is not JSON; save a plan with plan --save FILE'],
    ['JSON that is no plan', '[]', 'holds no plan; save one with plan --save FILE'],
    ['a refused plan', undefined, 'holds a plan that was refused; mend what it names, then plan --save FILE again'],
  ])('IN-55 given instead: %s', async (_, text, why) => {
    using deployment = await deploymentWithPlan('instead');
    const refused = () => readFileSync(deployment.path('plan.json'), 'utf8').replace('"ok": true', '"ok": false');
    deployment.write('plan.json', text ?? refused());
    await expectRefusal(deployment, server, {
      args: ['apply', '--plan', 'plan.json'],
      exit: 2,
      says: `plan plan.json ${why}`,
    });
  });
});

describe('risks', () => {
  it('IN-56 a hazard that was not allowed', async () => {
    const keys = { BUS_DATABASE_NAMES: 'risky', BUS_DATABASE_SERVICE_ROLE: 'risky_service' };
    using deployment = makeDeployment({ adminDsn: server.dsn(), keys });
    await expectDone(deployment, ['apply']);
    await server.query('GRANT CONNECT ON DATABASE risky TO PUBLIC');
    for (const args of [['apply'], ['plan'], ['apply', '--allow', 'update,rotate,destructive']]) {
      const { stdout } = await expectRefusal(deployment, server, {
        args,
        exit: 4,
        says: 'refused: 1 revoke not allowed (risky)',
        next: 'bus operator database apply --allow revoke',
      });
      expect(stdout).toMatch(/^- revoke-privileges +risky +PUBLIC loses CONNECT$/m);
    }
    await expectRefusal(deployment, server, {
      args: ['apply', '--allow', 'revok'],
      exit: 2,
      says: '--allow "revok" is no risk; did you mean revoke?',
    });
    await expectRefusal(deployment, server, {
      args: ['plan', '--save', 'plan.json'],
      exit: 4,
      says: 'refused: 1 revoke not allowed (risky)',
    });
    await expectDone(deployment, ['plan', '--save', 'plan.json', '--allow', 'revoke']);
    await expectDone(deployment, ['apply', '--plan', 'plan.json']);
    await expectDone(deployment, ['plan', '--check']);
  });
});
