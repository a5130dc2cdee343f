import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { ProcessContext } from 'bus-integration-database';
import {
  type Check,
  type Diagnostic,
  OperationError,
  ownCommand,
  planId,
  type Response,
} from 'bus-integration-database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readInvocation } from '../src/command-line/flags.ts';
import { run } from '../src/run.ts';
import * as example from './examples.ts';
import { type Answer, captured, environment, fakeRoot } from './fake-provider.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'operator-run-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** One command line against a provider that answers so. */
async function go(
  argv: string[],
  answer: Response | Answer,
  env: ProcessContext['env'] = environment,
  more: Partial<ProcessContext> = {},
) {
  const invocation = readInvocation(argv);
  if (
    'problem' in invocation ||
    invocation.verb === undefined ||
    invocation.verb === 'validate' ||
    invocation.verb === 'init'
  )
    throw new Error(JSON.stringify(invocation));
  const root = fakeRoot(typeof answer === 'function' ? answer : () => answer);
  const { processContext, out, err } = captured(directory, env, more);
  const status = await run(invocation.verb, invocation.flags, processContext, [root]);
  return { status, out: out(), err: err(), asked: root.asked };
}

const { fail, leadSteps, respond } = example;
const long = 'x'.repeat(300);
const nothingToDo = respond(leadSteps(2));
const thrown =
  (error: unknown): Answer =>
  () => {
    throw error;
  };

describe('run: requests', () => {
  it('plans what the configuration declares', async () => {
    const { asked } = await go(['plan'], example.firstPlan);
    expect(asked[0]?.request).toEqual({
      deployment_id: 'example-dev',
      provider: 'fake',
      databases: ['bus_auth', 'bus_events'],
      roles: [],
      service_role: 'bus_service',
      schemas: ['public'],
      dry_run: true,
      adopt: false,
      allow: [],
      rotate: [],
    });
  });

  it('applies with confirmation, and with what the flags allow', async () => {
    const { asked } = await go(
      ['apply', '--allow', 'revoke,revoke', '--adopt', '--adopt-from', 'old', '--rotate', 'bus_service'],
      nothingToDo,
    );
    expect(asked[0]?.request).toMatchObject({
      dry_run: false,
      confirm: true,
      allow: ['revoke'],
      adopt: true,
      adopt_from: 'old',
      rotate: ['bus_service'],
    });
  });

  it('takes over from several deployments where --adopt-from is given several times', async () => {
    const argv = ['plan', '--adopt-from', 'old', '--adopt-from', 'older', '--adopt-from', 'old'];
    const { asked } = await go(argv, nothingToDo);
    expect(asked[0]?.request).toMatchObject({ adopt_from: ['old', 'older'] });
  });

  it('asks for a dry run, and says so', async () => {
    const { asked, out } = await go(['apply', '--dry-run', '--adopt'], { ...example.firstPlan, dry_run: true });
    expect(asked[0]).toMatchObject({ verb: 'apply', request: { dry_run: true, adopt: true } });
    expect(out).toContain('dry run: nothing was changed\n');
  });

  it('hands the provider its processContext, jobs and lock timeout', async () => {
    mkdirSync(join(directory, 'sub'));
    const { asked } = await go(['status', '-C', 'sub', '--jobs', '3', '--lock-timeout', '2m'], nothingToDo);
    expect(asked[0]?.options).toMatchObject({
      jobs: 3,
      lockTimeoutMs: 120_000,
      processContext: { cwd: join(directory, 'sub'), env: environment },
    });
  });

  it.each([
    [['apply', '--allow', 'revok'], '--allow "revok" is not a risk; did you mean revoke?'],
    [
      ['apply', '--allow', 'drop'],
      '--allow "drop" is not a risk; expected create, grant, update, rotate, weaken-tls, elevate, revoke, destructive',
    ],
    [
      ['apply', '--rotate', 'bus\nservice'],
      '--rotate bus\\u000aservice: holds a line break (CR or LF), which newer servers refuse, and dumps, logs and access rules break on',
    ],
    [['apply', '--rotate', 'bus_servic'], '--rotate bus_servic: no such role is declared; declared: bus_service'],
    [['plan', '--jobs', '0'], '--jobs 0: expected a number from 1 to 64'],
    [['plan', '--timeout', '30'], '--timeout: "30" is not a duration like 500ms, 30s, 2m or 1h30m; did you mean 30s?'],
    [['apply', '--lock-timeout', 'soon'], '--lock-timeout: "soon" is not a duration like 500ms, 30s, 2m or 1h30m'],
    [['plan', '--timeout', '0'], '--timeout is 0, expected a duration like 30s'],
    [['plan', '--timeout', '0s'], '--timeout is 0, expected a duration like 30s'],
    [
      ['plan', '-o', '/proc/self/mem'],
      "/proc/self/mem can't be written (the kernel's own, where no file can be put)\n  next: name a file elsewhere",
    ],
    [
      ['plan', '--save', '/sys/kernel/plan.json'],
      "/sys/kernel/plan.json can't be written (the kernel's own, where no file can be put)\n  next: name a file elsewhere",
    ],
    [['plan', '-C', 'nowhere'], '-C nowhere: no such directory'],
    [['plan', '-C', '/dev/null'], '-C /dev/null: not a directory'],
    [['plan', '-C', long], `-C ${long}: the name is too long`],
    [['plan', '-o', long], `${long} can't be written (its name is too long; expected at most 255 bytes)`],
    [['plan', '--save', long], `${long} can't be written (its name is too long; expected at most 255 bytes)`],
    [['plan', '--save', '-'], '--save -: expected a file; plan -f json prints the plan to stdout'],
    [
      ['plan', '-o', '/proc/self/fd/999999'],
      "/proc/self/fd/999999 can't be written (no such descriptor is open for writing)",
    ],
    [
      ['apply', '--plan', 'nowhere.json'],
      'plan nowhere.json does not exist\n  next: bus operator database plan --save nowhere.json',
    ],
    [['plan', '--save', 'no/plan.json'], "no/plan.json can't be written (its directory does not exist)"],
    [['plan', '-o', '.'], '. is a directory, expected a file'],
  ] as const)('refuses %j before anything is asked', async (argv, message) => {
    const { status, out, err, asked } = await go([...argv], nothingToDo);
    const isOfFiles = argv.some((argument) => argument === '-C') || /can't be written|is a directory/.test(message);
    expect({ status, out, asked }).toEqual({ status: isOfFiles ? 1 : 2, out: 'ok: false\n', asked: [] });
    expect(err).toBe(`bus operator database: ${message}\n`);
  });
});

describe('run: exit statuses', () => {
  const drifted = { ...nothingToDo, drift: [example.revokeConnect('bus_auth')] };
  const failing = { id: 'x', kind: 'doctor', result: 'fail', seen: 'bad' } as const;
  it.each([
    [['plan'], example.firstPlan, 0],
    [['plan', '--check'], example.firstPlan, 3],
    [['plan', '--check'], nothingToDo, 0],
    [['plan'], { ...example.firstPlan, ok: false, error_class: 'unsafe' }, 4],
    [['plan', '--check'], { ...example.firstPlan, ok: false, error_class: 'unsafe' }, 3],
    [['plan', '--check'], { ...nothingToDo, ok: false, error_class: 'not-ours' }, 3],
    [['plan', '--check'], { ...nothingToDo, ok: false, error_class: 'unreachable', plan_id: undefined }, 1],
    [['apply'], nothingToDo, 0],
    [['apply'], { ...nothingToDo, ok: false, error_class: 'not-converged' }, 1],
    [['status'], drifted, 0],
    [['status'], { ...drifted, ok: false }, 0],
    [['status', '--check'], drifted, 3],
    [['status', '--check'], nothingToDo, 0],
    [['status'], { ...nothingToDo, drift: [], diagnostics: [fail('no file holds its password')] }, 0],
    [['status', '--check'], { ...nothingToDo, drift: [], diagnostics: [fail('no file holds its password')] }, 3],
    [['status', '--check'], { ...nothingToDo, drift: [], diagnostics: [{ ...fail('old'), severity: 'warn' }] }, 0],
    [['verify'], { ...nothingToDo, complete: false }, 0],
    [['verify', '--strict'], { ...nothingToDo, complete: false }, 1],
    [['verify', '--strict'], nothingToDo, 0],
    [['verify'], { ...nothingToDo, ok: false }, 1],
    [['doctor'], nothingToDo, 0],
    [['doctor'], { ...nothingToDo, ok: false, checks: [failing] }, 1],
  ] as const)('%j', async (argv, response, expected) => {
    expect((await go([...argv], response as Response)).status).toBe(expected);
  });

  it.each([
    ['unreachable', 1],
    ['invalid-request', 2],
    ['not-configured', 2],
    ['not-ours', 4],
    ['stale-plan', 4],
    ['locked', 1],
    ['timeout', 1],
  ] as const)('%s', async (errorClass, expected) => {
    expect((await go(['apply'], thrown(new OperationError(errorClass, 'why')))).status).toBe(expected);
  });
});

describe('run: output', () => {
  const warnings: Diagnostic[] = [{ severity: 'warn', code: 'tls-off', message: 'data goes in plain text' }];

  it('puts the result on stdout, warnings on stderr', async () => {
    const { out, err } = await go(['plan'], { ...nothingToDo, diagnostics: warnings });
    expect(out).toMatch(/^ok: true\ntarget: deploy_admin@10\.0\.3\.7:5432\/postgres, /);
    expect(err).toBe('bus operator database: warning: data goes in plain text\n');
  });

  it('IN-03 warns of an unknown key, with the nearest one', async () => {
    const { err } = await go(['plan'], nothingToDo, { ...environment, BUS_DATABASE_NAME: 'x' });
    expect(err).toMatch(/warning: BUS_DATABASE_NAME is an unknown key; did you mean BUS_DATABASE_NAMES\?/);
  });

  it('prints no result with -q, writes none, and tells errors also where JSON is asked for', async () => {
    const error = new OperationError('unreachable', "can't reach 10.0.3.7:5432");
    for (const format of [[], ['-f', 'json'], ['--sql']]) {
      const quiet = ['plan', '-q', '-o', 'result.txt', ...format];
      expect(await go(quiet, example.firstPlan)).toMatchObject({ status: 0, out: '', err: '' });
      const failed = { status: 1, out: '', err: "bus operator database: can't reach 10.0.3.7:5432\n" };
      expect(await go(quiet, thrown(error))).toMatchObject(failed);
    }
    expect(await go(['plan', '-q', '-o', 'no/such/file'], example.firstPlan)).toMatchObject({ status: 0, err: '' });
    expect(readdirSync(directory)).not.toContain('result.txt');
    await go(['plan', '-q', '--save', 'plan.json'], example.firstPlan);
    expect(readdirSync(directory)).toContain('plan.json');
  });

  it('keeps warnings to itself with -q, never errors', async () => {
    const response = { ...nothingToDo, diagnostics: warnings };
    expect((await go(['plan', '-q'], response)).err).toBe('');
    const error = new OperationError('unreachable', "can't reach 10.0.3.7:5432", {
      remedy: 'bus operator database doctor',
    });
    expect((await go(['plan', '-q'], thrown(error))).err).toBe(
      "bus operator database: can't reach 10.0.3.7:5432\n  next: bus operator database doctor\n",
    );
  });

  it('names the env file of this run in the commands that remedies give', async () => {
    writeFileSync(join(directory, 'a.env'), 'BUS_DEPLOYMENT_ID=example-dev\n');
    const error = new OperationError('unreachable', 'down', { remedy: ownCommand('doctor') });
    expect((await go(['plan', '--env-file', 'a.env'], thrown(error))).err).toContain(
      'next: bus operator database doctor --env-file a.env\n',
    );
  });

  it('prints the response as JSON, all warnings in it, and nothing beside it', async () => {
    const env = { ...environment, BUS_DATABASE_NAME: 'x' };
    const { out, err } = await go(['plan', '-f', 'json'], { ...nothingToDo, diagnostics: warnings }, env);
    expect(err).toBe('');
    expect(out.startsWith('{\n  "ok": true,\n')).toBe(true);
    expect(JSON.parse(out).diagnostics.map(({ code }: Diagnostic) => code)).toEqual(['tls-off', 'unknown-key']);
    expect((await go(['plan', '-f', 'json'], nothingToDo, {})).out).toContain('"error_class": "not-configured"');
  });

  it('writes the result to a file of mode 0600 and says errors on stderr all the same', async () => {
    const response = {
      ...example.firstPlan,
      ok: false,
      error_class: 'unsafe',
      diagnostics: [fail('refused: 1 revoke', 'allow it')],
    } as const;
    const { status, out, err } = await go(['-o', 'out.txt', '--color', 'always', 'plan'], response);
    expect({ status, out }).toEqual({ status: 4, out: '' });
    expect(readFileSync(join(directory, 'out.txt'), 'utf8')).toMatch(/^ok: false\ntarget: /);
    expect(err).toBe('bus operator database: refused: 1 revoke\n  next: allow it\n');
  });

  it('prints the result after all when its file could not take it', async () => {
    const { status, out, err } = await go(['-o', '/dev/full', 'plan'], nothingToDo);
    expect({ status, err }).toEqual({
      status: 1,
      err: "bus operator database: /dev/full can't be written (the disk is full)\n",
    });
    expect(out).toMatch(/^ok: true\n/);
    const json = await go(['-o', '/dev/full', '-f', 'json', 'plan'], { ...nothingToDo, diagnostics: warnings });
    expect({ status: json.status, err: json.err }).toEqual({ status, err });
    expect(JSON.parse(json.out).diagnostics).toEqual([
      ...warnings,
      {
        severity: 'fail',
        code: 'output-file',
        message: "/dev/full can't be written (the disk is full)",
        target: '/dev/full',
      },
    ]);
  });

  it('takes the names of stdout for stdout itself', async () => {
    const plain = await go(['plan'], nothingToDo);
    for (const name of ['-', '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1']) {
      expect(await go(['plan', '-o', name], nothingToDo)).toEqual(plain);
    }
  });

  it('never advises to remove a device', async () => {
    symlinkSync('/dev/null', join(directory, 'link'));
    const { err } = await go(['plan', '-o', 'link'], nothingToDo);
    expect(err).toBe('bus operator database: link is a symbolic link, expected a file\n  next: name the file itself\n');
  });

  it.each([[['doctor']], [['doctor', '-f', 'json']]])(
    "%j counts the configuration's warnings among its checks, once",
    async (argv) => {
      const env = { ...environment, BUS_DATABASE_NAME: 'x' };
      const good: Check = { id: 'reachable', kind: 'doctor', result: 'ok', seen: 'it answers' };
      const { status, out, err } = await go(argv, { ...respond([]), checks: [good] }, env);
      expect({ status, err }).toEqual({ status: 0, err: '' });
      const seen = 'BUS_DATABASE_NAME is an unknown key; did you mean BUS_DATABASE_NAMES?';
      expect(out.split(seen)).toHaveLength(2);
      if (argv.length === 1) {
        expect(out).toContain(`  warn    unknown-key      BUS_DATABASE_NAME  ${seen}\n`);
        expect(out).toContain('1 check ok, 1 warning, 0 failed\n');
      } else {
        const { checks, diagnostics } = JSON.parse(out);
        expect(diagnostics).toEqual([]);
        expect(checks[0]).toMatchObject({ id: 'unknown-key', kind: 'doctor', result: 'warn', seen });
      }
    },
  );

  it("keeps the configuration's warnings of a doctor that came to no checks", async () => {
    const env = { ...environment, BUS_DATABASE_NAME: 'x' };
    const { err } = await go(['doctor'], thrown(new OperationError('timeout', 'too slow')), env);
    expect(err).toContain('warning: BUS_DATABASE_NAME is an unknown key');
  });

  it('tells a person at the terminal what the file or pipe before it swallowed', async () => {
    const stderr = Object.assign(new PassThrough(), { isTTY: true });
    const response = {
      ...example.firstPlan,
      ok: false,
      error_class: 'unsafe',
      diagnostics: [fail('refused: 1 revoke')],
    } as const;
    await go(['plan', '-q'], response, environment, { stderr });
    expect(String(stderr.read())).toBe('bus operator database: refused: 1 revoke\n');
  });

  it('paints for a terminal alone', async () => {
    const stdout = Object.assign(new PassThrough(), { isTTY: true });
    await go(['plan'], nothingToDo, environment, { stdout });
    expect(String(stdout.read())).toContain('\u001b[32mok: true\u001b[39m\n');
    expect((await go(['plan'], nothingToDo)).out).not.toContain('\u001b');
  });

  it('fails when stdout cannot take the result, not when its reader left', async () => {
    const broken = (code: string) =>
      Object.assign(new PassThrough(), {
        write: (_text: string, done: (error: Error) => void) => {
          done(Object.assign(new Error(code), { code }));
          return false;
        },
      }) as unknown as PassThrough;
    const full = await go(['plan'], nothingToDo, environment, { stdout: broken('ENOSPC') });
    expect(full.status).toBe(1);
    expect(full.err).toBe("bus operator database: the result can't be written to stdout (ENOSPC)\n");
    expect(await go(['plan'], nothingToDo, environment, { stdout: broken('EPIPE') })).toMatchObject({
      status: 0,
      err: '',
    });
  });

  it('prints the script of a plan', async () => {
    const { out } = await go(['plan', '--sql'], example.firstPlan);
    expect(out).toContain('\n\\set ON_ERROR_STOP on\n');
    expect(out.trimEnd().split('\n').at(-1)).toBe('--   bus operator database apply --rotate bus_service');
    const adopting = await go(['plan', '--sql', '--adopt', '--rotate', 'bus_service'], example.firstPlan);
    expect(adopting.out.trimEnd().split('\n').at(-1)).toBe(
      '--   bus operator database apply --adopt --rotate bus_service',
    );
  });

  it('calls a defect a defect, with its trace only when asked', async () => {
    const defect = new TypeError('x is undefined');
    const { status, out, err } = await go(['plan'], thrown(defect));
    expect({ status, out }).toEqual({ status: 1, out: 'ok: false\n' });
    expect(err).toBe(
      'bus operator database: this is a defect of this program: TypeError: x is undefined\n' +
        '  next: run it again with -vv and report what it prints\n',
    );
    expect((await go(['plan', '-vv'], thrown(defect))).err).toMatch(/\nTypeError: x is undefined\n {4}at /);
    const expected = new OperationError('unreachable', 'down');
    expect((await go(['plan', '-vv'], thrown(expected))).err).toBe('bus operator database: down\n');
  });

  it('never prints what the environment keeps secret', async () => {
    for (const verb of ['doctor', 'plan', 'apply', 'status', 'verify']) {
      const { out, err } = await go([verb, '-vv'], nothingToDo);
      expect(out + err).not.toContain('hunter2');
    }
  });
});

describe('run: saved plans', () => {
  it('saves a plan that apply can take, with what it was allowed', async () => {
    const allowed = { allow: ['revoke'], adopt: false, adopt_from: 'old', rotate: ['bus_service'] };
    const plan_id = planId('example-dev', example.target, example.firstPlan.steps, allowed);
    const { out } = await go(['plan', '--save', 'plan.json'], { ...example.firstPlan, plan_id, allowed });
    expect(out).toContain('saved: plan.json\nnext: bus operator database apply --plan plan.json\n');
    const { status, asked } = await go(['apply', '--plan', 'plan.json', '--allow', 'update'], nothingToDo);
    expect(status).toBe(0);
    expect(asked[0]?.request).toMatchObject({
      plan: { plan_id },
      allow: ['update', 'revoke'],
      adopt_from: 'old',
      rotate: ['bus_service'],
    });
  });

  it('does not save a plan that is refused', async () => {
    const refused = {
      ...example.firstPlan,
      ok: false,
      error_class: 'unsafe',
      diagnostics: [fail('1 revoke')],
    } as const;
    const { status, err } = await go(['plan', '--save', 'plan.json'], refused);
    expect(status).toBe(4);
    expect(err).toContain('bus operator database: the plan was not saved: apply would refuse it\n');
    expect(() => readFileSync(join(directory, 'plan.json'))).toThrow('ENOENT');
  });

  it('hands a saved plan to a dry run too', async () => {
    await go(['plan', '--save', 'plan.json'], example.firstPlan);
    const dry = ['apply', '--plan', 'plan.json', '--dry-run'];
    const { status, asked } = await go(dry, { ...example.firstPlan, dry_run: true });
    expect(status).toBe(0);
    expect(asked[0]?.request).toMatchObject({ dry_run: true, plan: { plan_id: example.firstPlan.plan_id } });
  });

  it('IN-55 refuses the text form before anything is asked', async () => {
    await go(['plan', '-o', 'plan.txt'], example.firstPlan);
    const { status, err, asked } = await go(['apply', '--plan', 'plan.txt'], nothingToDo);
    expect({ status, asked }).toEqual({ status: 2, asked: [] });
    expect(err).toBe(
      'bus operator database: plan plan.txt is the text form\n  next: bus operator database plan --save plan.json\n',
    );
  });

  it('never writes through a symbolic link', async () => {
    writeFileSync(join(directory, 'victim'), 'precious');
    symlinkSync('victim', join(directory, 'link'));
    for (const argv of [
      ['plan', '--save', 'link'],
      ['plan', '-o', 'link'],
    ]) {
      const { status, err, asked } = await go(argv, example.firstPlan);
      expect({ status, asked }).toEqual({ status: 1, asked: [] });
      expect(err).toContain('link is a symbolic link, expected a file');
    }
    expect(readFileSync(join(directory, 'victim'), 'utf8')).toBe('precious');
  });
});

describe('run: time limit', () => {
  it('aborts with its reason and answers with class timeout', async () => {
    const untilAborted: Answer = (_verb, _request, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const { status, err } = await go(['plan', '--timeout', '50ms'], untilAborted);
    expect(status).toBe(1);
    expect(err).toBe(
      'bus operator database: not done within 50 ms (--timeout)\n  next: allow more time with --timeout, then run the same command again\n',
    );
  });
});
