// Plans that were saved, and are not what would be done; and risks that nobody allowed.
import { readFileSync } from 'node:fs';
import { type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi } from '../api-server.ts';
import { type Deployment, makeDeployment } from '../deployment.ts';
import { expectDone, expectRefusal } from './refusal.ts';

let server: Server;
/** A saved plan for `bus_auth` and `bus_events`, which no test here carries out. */
let saved: string;
beforeAll(async () => {
  server = await startServer();
  using deployment = makeDeployment({ adminDsn: server.dsn() });
  await expectDone(deployment, ['plan', '--save', 'plan.json']);
  saved = readFileSync(deployment.path('plan.json'), 'utf8');
});
afterAll(() => server.stop());

const again = 'bus operator database plan --save plan.json';
const args = ['apply', '--plan', 'plan.json'];

function deploymentWithPlan(plan = saved): Deployment {
  const deployment = makeDeployment({ adminDsn: server.dsn() });
  deployment.write('plan.json', plan);
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
    const plan = JSON.parse(saved);
    edit(plan);
    using deployment = deploymentWithPlan(JSON.stringify(plan));
    await expectRefusal(deployment, server, {
      args,
      exit: 4,
      says: 'plan plan.json was edited after it was saved: its identity does not fit its steps',
      next: again,
    });
  });

  it.each([{ allow: 'revoke' }, { allow: [], adopt: 'yes' }, 'all'])('IN-51 edited: allowed is %j', async (allowed) => {
    using deployment = deploymentWithPlan(JSON.stringify({ ...JSON.parse(saved), allowed }));
    await expectRefusal(deployment, server, {
      args,
      exit: 2,
      says: 'plan plan.json holds no plan',
    });
  });

  it('IN-52 of another cluster', async () => {
    using deployment = deploymentWithPlan();
    await using other = await startServer({ encoding: 'LATIN1' });
    deployment.write('local/postgres-admin-dsn', `${other.dsn()}\n`);
    await expectRefusal(deployment, other, {
      args,
      exit: 4,
      says: /the saved plan is for cluster \d+, this is \d+/,
      next: /next: bus operator database plan$/,
    });
  });

  it('IN-52 of a server at another address, a copy of this one', async () => {
    using deployment = deploymentWithPlan();
    await using other = await startServer();
    deployment.write('local/postgres-admin-dsn', `${other.dsn()}\n`);
    await expectRefusal(deployment, other, {
      args,
      exit: 4,
      says: `the saved plan is for 127.0.0.1:${server.port}/postgres, this is 127.0.0.1:${other.port}/postgres`,
      next: /next: bus operator database plan$/,
    });
  });

  it('IN-53 of another deployment', async () => {
    using deployment = deploymentWithPlan();
    deployment.configure({ BUS_DEPLOYMENT_ID: 'example-prod' });
    await expectRefusal(deployment, server, {
      args,
      exit: 4,
      says: 'plan plan.json is for deployment example-dev, this is example-prod',
      next: /next: bus operator database plan$/,
    });
  });

  it('IN-54 carried out already: nothing is left of it to do', async () => {
    const keys = { BUS_DATABASE_NAMES: 'stale', BUS_DATABASE_SERVICE_ROLE: 'stale_service' };
    using deployment = makeDeployment({ adminDsn: server.dsn(), keys });
    await expectDone(deployment, ['plan', '--save', 'plan.json']);
    await expectDone(deployment, [...args, '--dry-run']);
    await expectDone(deployment, args);
    for (const flags of [[], ['--dry-run']]) {
      const { stdout, stderr } = await expectDone(deployment, [...args, ...flags]);
      expect(stdout).toMatch(/^ok: true\n/);
      expect(stdout).toContain('nothing to do: 1 role, 1 database, 1 file are as declared');
      expect(stderr).toContain('note: the saved plan was carried out already\n');
    }
    // Half of it undone again: it is no longer the plan that was reviewed.
    await server.query('REVOKE CONNECT ON DATABASE stale FROM stale_service');
    await expectRefusal(deployment, server, {
      args,
      exit: 4,
      says: 'the saved plan is not what would be done now: 3 of its steps are no longer to do (create-role stale_service, ',
      next: again,
    });
    // Another deployment's names now: what the plan was about can't be told to have been done.
    deployment.configure({ BUS_DATABASE_NAMES: 'stale_other' });
    await expectRefusal(deployment, server, { args, exit: 4, says: 'the saved plan is not what would be done now' });
  });

  it.each([
    ['here', false],
    ['by an API', true],
  ])('IN-54 a rotation that was carried out already is not made again: %s', async (_, isRemote) => {
    const name = isRemote ? 'turned_api' : 'turned';
    const keys = {
      BUS_DATABASE_NAMES: name,
      BUS_DATABASE_SERVICE_ROLE: `${name}_a`,
      BUS_DATABASE_ROLE_NAMES: `${name}_b`,
    };
    using deployment = makeDeployment({ adminDsn: server.dsn(), keys });
    await expectDone(deployment, ['apply']);
    const file = deployment.path('local/dsn', `${name}.dsn`);
    await using api = isRemote ? await startApi(deployment) : undefined;
    const flags = api === undefined ? [] : ['--api-url', api.url, '--token-file', api.tokenFile];
    const rotate = ['--rotate', `${name}_a`, '--rotate', `${name}_b`];
    await expectDone(deployment, ['plan', ...rotate, '--save', 'plan.json', ...flags]);
    // One of the two alone is half of the plan.
    await expectDone(deployment, ['apply', '--rotate', `${name}_b`, ...flags]);
    await expectRefusal(deployment, server, {
      args: [...args, ...flags],
      exit: 4,
      says: 'the saved plan is not what would be done now: some of its steps have other details now',
      next: `plan ${[...flags, '--save', 'plan.json', ...rotate].join(' ')}`,
    });
    await expectDone(deployment, ['plan', ...rotate, '--save', 'plan.json', ...flags]);
    const before = readFileSync(file, 'utf8');
    await expectDone(deployment, [...args, ...flags]);
    const rotated = readFileSync(file, 'utf8');
    expect(rotated === before).toBe(false);
    for (const more of [[], ['--dry-run'], ['-f', 'json']]) {
      const { stdout } = await expectDone(deployment, [...args, ...more, ...flags]);
      expect(stdout).toMatch(more[0] === '-f' ? /"carried-out"/ : /\nnothing to do: 2 roles, /);
      expect(readFileSync(file, 'utf8') === rotated).toBe(true);
    }
    await expectDone(deployment, ['verify', ...flags]);
  });

  it('IN-54 stale: the configuration wants more', async () => {
    using deployment = deploymentWithPlan();
    deployment.configure({ BUS_DATABASE_NAMES: 'bus_auth,bus_events,bus_usage' });
    await expectRefusal(deployment, server, {
      args,
      exit: 4,
      says: 'the saved plan is not what would be done now: 3 steps are new (create-database bus_usage, ',
      next: again,
    });
  });

  it.each([
    ['the text form', 'ok: true\ntarget: …\n', 'is the text form'],
    ['no JSON', '{', 'is not JSON'],
    ['JSON that is not a plan', '[]', 'holds no plan'],
    ['a refused plan', 'refused', 'holds a plan that was refused'],
  ])('IN-55 given instead: %s', async (_, text, why) => {
    using deployment = deploymentWithPlan(text === 'refused' ? saved.replace('"ok": true', '"ok": false') : text);
    await expectRefusal(deployment, server, {
      args,
      exit: 2,
      says: `plan plan.json ${why}`,
      next: text === 'refused' ? again : again.replace('plan.json', 'new-plan.json'),
    });
  });
});

describe('risks', () => {
  it('IN-56 a hazard that was not allowed', async () => {
    const keys = { BUS_DATABASE_NAMES: 'risky', BUS_DATABASE_SERVICE_ROLE: 'risky_service' };
    using deployment = makeDeployment({ adminDsn: server.dsn(), keys });
    await expectDone(deployment, ['apply']);
    await server.query('GRANT CONNECT ON DATABASE risky TO PUBLIC');
    for (const [args, allowed] of [
      [['apply'], 'apply --allow revoke'],
      [['plan'], 'plan --allow revoke'],
      [['apply', '--dry-run'], 'apply --dry-run --allow revoke'],
      [['apply', '--allow', 'update,rotate,destructive'], 'apply --allow update,rotate,destructive,revoke'],
    ] as const) {
      const { stdout } = await expectRefusal(deployment, server, {
        args,
        exit: 4,
        says: 'refused: 1 revoke not allowed (risky)',
        next: `bus operator database ${allowed}`,
      });
      expect(stdout).toMatch(/^- revoke-privileges +risky +PUBLIC loses CONNECT$/m);
    }
    await expectRefusal(deployment, server, {
      args: ['apply', '--allow', 'revok'],
      exit: 2,
      says: '--allow "revok" is not a risk; did you mean revoke?',
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
