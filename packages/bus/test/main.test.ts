import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStage, type Run, type RunOptions, type Stage } from './stage.ts';

let stage: Stage;
let bus: (args: readonly string[], options?: RunOptions) => Promise<Run>;
let folders = 0;

beforeAll(async () => {
  stage = await createStage();
  bus = (args, options) => stage.run(stage.bus, args, options);
  const lines = (what: string) => `for word in ${what}; do printf '<%s>' "$word"; done`;
  stage.command('bus-tell', lines('"$@"'));
  stage.command('bus-env', 'env');
  stage.command('bus-operator-other', `echo other; ${lines('"$@"')}; exit 7`);
});
afterAll(() => stage.remove());

/** A folder of its own for a test, with an env file when one is given. */
function folder(dotenv?: string | Uint8Array): string {
  const path = join(stage.work, `folder-${++folders}`);
  mkdirSync(path);
  if (dotenv !== undefined) writeFileSync(join(path, '.env'), dotenv);
  return path;
}

/** What the family, which runs in-process, says it was given. */
function told({ stdout, stderr }: Run) {
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('what a command is given', () => {
  test.each([
    [[]],
    [['a b', '', ' ', "it's", '"q"', '\\', '$HOME', '*', '`id`']],
    [['two\nlines', 'tab\t', 'å 日本 😀 \u202e']],
    [['-C', 'x', '--perf', '--help', '--version', '--', '--env-file', 'none', '--env-file=none', '-q', '-v']],
    [['--require=./none.js', '--eval', 'throw 1', '--inspect-brk', '-e', '-p']],
  ])('arguments pass unchanged: %j', async (args) => {
    expect(await bus(['tell', ...args])).toEqual({
      status: 0,
      signal: null,
      stdout: args.map((argument) => `<${argument}>`).join(''),
      stderr: '',
    });
  });

  test('flags before it go on, in front of its own arguments', async () => {
    const args = ['-v', '-o', 'out.txt', '-f', 'json', '--color', 'never', '--no-color', 'tell', 'x', '-y'];
    const { stdout } = await bus(args);
    expect(stdout).toBe('<-v><-o><out.txt><-f><json><--color><never><--no-color><x><-y>');
    expect((await bus(['-vv', 'tell', 'x'])).stdout).toBe('<-v><-v><x>');
    expect((await bus(['--trace', 'tell'])).stdout).toBe('<--trace>');
    expect((await bus(['-q', 'tell'])).stdout).toBe('<-q>');
  });

  test('the streams are its own', async () => {
    stage.command('bus-streams', 'cat; echo to stderr >&2');
    const text = 'line\n'.repeat(100_000);
    expect(await bus(['streams'], { stdin: text })).toEqual({
      status: 0,
      signal: null,
      stdout: text,
      stderr: 'to stderr\n',
    });
  });

  test.each([0, 1, 3, 77, 255])('its exit status %i is ours', async (status) => {
    stage.command('bus-status', 'exit $1');
    expect((await bus(['status', String(status)])).status).toBe(status);
  });

  test.each(['SIGKILL', 'SIGSEGV', 'SIGTERM', 'SIGUSR1'] as const)('%s ends it: 128 and the number', async (signal) => {
    stage.command('bus-suicide', 'kill -$1 $$; sleep 5');
    expect((await bus(['suicide', signal.slice(3)])).status).toBe(128 + constants.signals[signal]);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1'] as const)(
    '%s is sent on, and awaited',
    async (signal) => {
      stage.command(
        'bus-wait',
        `trap 'sleep 0.2; echo got ${signal}; exit 9' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`,
      );
      const run = await bus(['wait'], {
        started: (child) => child.stdout?.once('data', () => child.kill(signal)),
      });
      expect(run).toEqual({ status: 9, signal: null, stdout: `ready\ngot ${signal}\n`, stderr: '' });
    },
  );

  test('a signal that it does not catch ends both', async () => {
    stage.command('bus-endless', 'echo ready; exec sleep 30');
    const run = await bus(['endless'], { started: (child) => child.stdout?.once('data', () => child.kill('SIGTERM')) });
    expect(run.status).toBe(143);
  });
});

describe('which command it is', () => {
  test('the first executable on PATH', async () => {
    const [one, two] = [join(stage.work, 'one'), join(stage.work, 'two')];
    mkdirSync(join(one, 'bus-pick'), { recursive: true });
    stage.command('bus-pick', 'echo second', two);
    stage.command('bus-pick', 'echo third');
    const env = { PATH: `${one}:${two}:${stage.path}` };
    expect((await bus(['pick'], { env })).stdout).toBe('second\n');
    stage.command('bus-other', 'echo first', one);
    writeFileSync(join(two, 'bus-other'), 'not executable');
    expect((await bus(['other'], { env })).stdout).toBe('first\n');
  });

  test('none: 127, the name of what was expected, and what there is', async () => {
    const bare = join(stage.work, 'bare');
    stage.command('bus-zeta', 'true', bare);
    stage.command('bus-alpha', 'true', bare);
    mkdirSync(join(bare, 'bus-folder'));
    writeFileSync(join(bare, 'bus-plain'), '');
    const run = await bus(['none'], { env: { PATH: `${bare}:${stage.path}` } });
    expect(run.status).toBe(127);
    expect(run.stdout).toBe('');
    const [first, ...rest] = run.stderr.split('\n');
    expect(first).toBe('bus: missing subcommand: none; expected executable named bus-none in PATH');
    expect(rest[0]).toBe('usage: bus [flags] COMMAND [arguments]');
    const listed = rest.slice(rest.indexOf('available commands:') + 1).filter((line) => line !== '');
    expect(listed).toEqual([...listed].sort());
    expect(listed).toEqual(expect.arrayContaining(['  alpha', '  tell', '  zeta']));
    expect(listed).not.toEqual(expect.arrayContaining(['  folder', '  plain']));
  });

  test.each(['folder', 'plain', '../bin/bus-tell', '', '/', '\u202e'])('%j is none', async (word) => {
    mkdirSync(join(stage.bin, 'bus-folder'), { recursive: true });
    writeFileSync(join(stage.bin, 'bus-plain'), '#!/bin/sh\n');
    const { status, stderr } = await bus([word]);
    expect(status).toBe(127);
    expect(stderr).not.toContain('\u202e');
  });

  test('what cannot be started says why: 126', async () => {
    stage.command('bus-no-interpreter', '#!/no/such/interpreter\n');
    expect(await bus(['no-interpreter'])).toMatchObject({
      status: 126,
      stderr: expect.stringContaining('interpreter'),
    });
    // As in a shell, a script without a first line of its own is sh's.
    stage.command('bus-bare', '#!');
    writeFileSync(join(stage.bin, 'bus-bare'), 'echo bare "$@"');
    expect((await bus(['bare', 'x'])).stdout).toBe('bare x\n');
  });
});

test('a command is given the events API of this machine, unless another broker or token is named', async () => {
  const given = async (env: Record<string, string>) => {
    const { stdout } = await bus(['env'], { cwd: folder(), env });
    return stdout
      .split('\n')
      .filter((line) => /^BUS_EVENTS_/.test(line))
      .sort();
  };
  const url = 'BUS_EVENTS_API_URL=http://127.0.0.1:8081/local/v1';
  const file = 'BUS_EVENTS_TOKEN_FILE=.bus/tokens/local-events.jwt';
  expect(await given({})).toEqual([url, file]);
  expect(await given({ BUS_EVENTS_API_URL: 'http://h', BUS_EVENTS_TOKEN_FILE: '' })).toEqual([
    'BUS_EVENTS_API_URL=http://h',
    'BUS_EVENTS_TOKEN_FILE=',
  ]);
  expect(await given({ BUS_EVENTS_API_URL: 'http://127.0.0.1:8081/local/v1' })).toEqual([url, file]);
  // The token of this machine's broker is no other's.
  expect(await given({ BUS_EVENTS_API_URL: 'http://h' })).toEqual(['BUS_EVENTS_API_URL=http://h']);
  expect(await given({ BUS_NATS_URL: 'nats://h' })).toEqual([]);
  expect(await given({ BUS_API_TOKEN: 't' })).toEqual([url]);
});

describe('./.env', () => {
  test('joins the environment of every command; the process wins, empty values too', async () => {
    const cwd = folder('A=file\nB=file\nC="two\\nlines"\n');
    const { stdout } = await bus(['env'], { cwd, env: { A: 'process', B: '' } });
    const lines = stdout.split('\n');
    expect(lines).toEqual(expect.arrayContaining(['A=process', 'B=', 'C=two', 'lines']));
    const run = await bus(['operator', 'database'], { cwd, env: { A: 'process' } });
    expect(run.stderr).toBe(
      "bus: warning: .env: the environment has other values, which win: A (line 1); to take the file's, run: unset A\n",
    );
    expect(told({ ...run, stderr: '' })).toMatchObject({
      env: { A: 'process', B: 'file' },
      dotenv: { path: '.env', lines: { B: 2, C: 3 } },
    });
    expect((await bus(['env'], { cwd, env: { A: 'file', B: 'file', C: 'two\nlines' } })).stderr).toBe('');
  });

  test.each([
    ['1X=1', '.env:1: invalid environment variable name "1X"'],
    ['A=1\n\n1X=hunter2', '.env:3: invalid environment variable name "1X"'],
    ['A=1\nhunter2', '.env:2: expected KEY=VALUE'],
    ["A='hunter2", '.env:1: the single quote is not closed'],
    ['A="hunter2', '.env:1: the double quote is not closed'],
    ['A="hunter2" x', '.env:1: text follows the closing quote'],
    ['A="\\q"', '.env:1: an unknown escape'],
    ['A="\\xff"', '.env:1: the escapes make bytes that are not valid UTF-8'],
    ['A="\\x00"', '.env:1: an escape makes NUL, which can be in no environment variable'],
    ['A=hunter2\0', '.env:1: NUL can be in no environment variable'],
    ['A=1\rB=2', '.env:1: a carriage return stands alone; lines end in LF or CRLF'],
    ['\ufeffA=1', '.env:1: the file begins with a byte order mark; save it without one'],
    [`A=${'x'.repeat(70_000)}`, '.env:1: the line is longer than 64 KiB'],
    [Buffer.from('A=1\nB=\xff', 'latin1'), '.env:2: the line is not valid UTF-8'],
  ])('IN-02 %j stops everything', async (text, message) => {
    const cwd = folder(text);
    const refused = { status: 2, signal: null, stdout: '', stderr: `bus: failed to load .env: ${message}\n` };
    expect(await bus(['tell', 'x'], { cwd })).toEqual(refused);
    expect(await bus(['operator', 'database', 'plan'], { cwd })).toEqual(refused);
    expect((await bus(['-C', cwd, 'tell'])).stderr).toBe(refused.stderr);
    expect(await bus(['--version'], { cwd })).toMatchObject({ status: 0, stderr: '' });
  });

  test('a bad one is a JSON document where our family was asked for JSON', async () => {
    const cwd = folder('1X=1');
    const message = 'failed to load .env: .env:1: invalid environment variable name "1X"';
    for (const args of [
      ['operator', 'database', 'plan', '-f', 'json'],
      ['-f', 'json', 'operator', 'database', 'plan'],
    ]) {
      const { status, stdout, stderr } = await bus(args, { cwd });
      expect({ status, stderr }).toEqual({ status: 2, stderr: `bus: ${message}\n` });
      expect(JSON.parse(stdout)).toMatchObject({
        ok: false,
        error_class: 'invalid-request',
        diagnostics: [{ severity: 'fail', message }],
      });
    }
    expect(await bus(['tell', '-f', 'json'], { cwd })).toMatchObject({ status: 2, stdout: '' });
  });

  test('a directory, a pipe, a dangling link', async () => {
    const [directory, pipe, dangling] = [folder(), folder(), folder()];
    mkdirSync(join(directory, '.env'));
    spawnSync('mkfifo', [join(pipe, '.env')]);
    symlinkSync('nowhere', join(dangling, '.env'));
    const refusal = async (cwd: string) => (await bus(['tell'], { cwd })).stderr;
    expect(await refusal(directory)).toBe('bus: failed to load .env: .env: is a directory, expected a file\n');
    expect(await refusal(pipe)).toBe('bus: failed to load .env: .env: is not a regular file\n');
    expect(await refusal(dangling)).toBe('bus: failed to load .env: .env: no such file\n');
  });

  test('IN-06 is left unread when our family brings its own env file', async () => {
    const cwd = folder('1X=1');
    for (const args of [
      ['plan', '--env-file', 'other.env'],
      ['--env-file=other.env', 'plan'],
    ]) {
      expect(told(await bus(['operator', 'database', ...args], { cwd }))).toMatchObject({ argv: args, dotenv: null });
    }
    expect((await bus(['tell', '--env-file', 'other.env'], { cwd })).status).toBe(2);
    expect((await bus(['operator', 'other', '--env-file', 'other.env'], { cwd })).status).toBe(2);
  });
});

describe('IN-06 hostile settings of Node', () => {
  const hostile = (marker: string) => {
    const script = join(stage.work, 'hostile.cjs');
    writeFileSync(script, `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '');`);
    return `NODE_OPTIONS=--require=${script}\nBUS_X=1\n`;
  };

  test('in ./.env: no code of it runs, in our process or in a command written for Node', async () => {
    const marker = join(stage.work, 'marker-env');
    const cwd = folder(hostile(marker));
    stage.command('bus-node', '#!/usr/bin/env -S node --\nconsole.log(process.env.BUS_X, process.env.NODE_OPTIONS)');
    const warning =
      'bus: warning: .env: not taken, since such variables make programs run other code, trust others or find other files: NODE_OPTIONS (line 1); if they are meant, export them, or list their names in BUS_DOTENV_ALLOW in the environment\n';
    expect(await bus(['node'], { cwd })).toEqual({ status: 0, signal: null, stdout: '1 undefined\n', stderr: warning });
    expect(await bus(['operator', 'database', 'plan'], { cwd })).toMatchObject({ status: 0, stderr: warning });
    expect(existsSync(marker)).toBe(false);
  });

  test.each(['missing', 'hostile'])(
    'in a %s --env-file anywhere in the arguments: Node never reads it',
    async (kind) => {
      const marker = join(stage.work, `marker-${kind}`);
      const file = join(stage.work, `${kind}.env`);
      if (kind === 'hostile') writeFileSync(file, hostile(marker));
      for (const binary of [stage.bus, stage.busOperator]) {
        const words = binary === stage.bus ? ['operator', 'database'] : ['database'];
        for (const args of [[`--env-file=${file}`], ['--env-file', file]]) {
          expect(told(await stage.run(binary, [...words, 'plan', ...args])).argv).toEqual(['plan', ...args]);
          expect(await stage.run(binary, [...args, ...words])).toMatchObject({
            status: 2,
            stderr: expect.stringMatching(
              /^bus(-operator)?: unknown flag --env-file; the flags of a command stand after its name\n/,
            ),
          });
        }
      }
      expect(existsSync(marker)).toBe(false);
    },
  );

  test('every stub keeps its arguments from Node', () => {
    for (const stub of [stage.bus, stage.busOperator]) {
      expect(readFileSync(stub, 'utf8').split('\n')[0]).toBe('#!/usr/bin/env -S node --inspect-port=192.0.2.1:9229 --');
    }
  });
});

describe('-C', () => {
  test('the command starts there, with the .env of that folder and not of this one', async () => {
    const [here, there] = [folder('A=here\n'), folder('A=there\n')];
    stage.command('bus-where', 'pwd -P; echo $A; echo $PWD');
    const { stdout } = await bus(['-C', there, 'where'], { cwd: here });
    expect(stdout).toBe(`${realpathSync(there)}\nthere\n${there}\n`);
    expect(told(await bus(['-C', there, 'operator', 'database'], { cwd: here }))).toMatchObject({
      cwd: there,
      processCwd: realpathSync(there),
      argv: [],
      env: { A: 'there' },
    });
  });

  test('PATH keeps the meaning that it had where we were started', async () => {
    const there = folder();
    stage.command('bus-relative', 'echo here', join(stage.work, 'relative'));
    stage.command('bus-relative', 'echo there', join(there, 'relative'));
    expect((await bus(['-C', there, 'relative'], { env: { PATH: `relative:${stage.path}` } })).stdout).toBe('here\n');
  });

  test('given to our family, it chooses the .env too', async () => {
    const [here, there] = [folder('A=here\n'), folder('A=there\n')];
    for (const args of [
      ['database', 'plan', '-C', there],
      ['database', '-C', there, 'plan'],
      ['-C', there, 'database', 'plan'],
    ]) {
      expect(told(await bus(['operator', ...args], { cwd: here })).env.A).toBe('there');
    }
    expect((await bus(['tell', '-C', there], { cwd: here })).stdout).toBe(`<-C><${there}>`);
  });

  test.each([
    ['none', 'no such directory'],
    ['file', 'not a directory'],
  ])('%s: %s', async (name, why) => {
    writeFileSync(join(stage.work, 'file'), '');
    for (const flag of ['-C', '--chdir', '--directory'])
      expect(await bus([flag, name, 'tell'])).toEqual({
        status: 1,
        signal: null,
        stdout: '',
        stderr: `bus: -C ${name}: ${why}\n`,
      });
  });

  test('given to our family as --chdir, it chooses the .env too', async () => {
    const [here, there] = [folder('A=here\n'), folder('A=there\n')];
    for (const flag of [['--chdir', there], [`--chdir=${there}`]])
      expect(told(await bus(['operator', 'database', 'plan', ...flag], { cwd: here })).env.A).toBe('there');
  });
});

describe('a current directory that was removed', () => {
  const inRemoved = (...args: string[]) => {
    const gone = folder();
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', 'cd "$1" && rmdir "$1" && shift && exec "$@"', 'sh', gone, stage.bus, ...args],
      { env: { PATH: stage.path }, encoding: 'utf8' },
    );
    return { status, signal: null, stdout, stderr };
  };

  test('is told in one line, exit 2', () => {
    const refused = { status: 2, signal: null, stdout: '', stderr: 'bus: the current directory no longer exists\n' };
    expect(inRemoved('tell', 'x')).toEqual(refused);
    expect(inRemoved('operator', 'database', 'plan')).toEqual(refused);
    expect(inRemoved('-C', 'relative', 'tell')).toEqual(refused);
    const json = inRemoved('operator', 'database', 'plan', '-f', 'json');
    expect(JSON.parse(json.stdout).error_class).toBe('invalid-request');
  });

  test('is not needed with an absolute -C, for help or the version', () => {
    const there = folder('A=there\n');
    expect(inRemoved('-C', there, 'tell', 'x')).toMatchObject({ status: 0, stdout: '<x>', stderr: '' });
    expect(told(inRemoved('-C', there, 'operator', 'database', 'plan'))).toMatchObject({ cwd: there });
    expect(inRemoved('--help')).toMatchObject({ status: 0, stderr: '' });
    expect(inRemoved('--version').status).toBe(0);
  });
});

describe('what bus says itself', () => {
  test('alone: usage and what there is to stderr, 2; --help: to stdout, 0', async () => {
    const alone = await bus([]);
    expect(alone).toMatchObject({ status: 2, stdout: '' });
    expect(alone.stderr).toMatch(/^usage: bus \[flags\] COMMAND \[arguments\]\n\navailable commands:\n/);
    for (const flag of ['-h', '--help']) {
      const help = await bus([flag]);
      expect(help).toMatchObject({ status: 0, stderr: '' });
      expect(help.stdout).toContain('flags before COMMAND:');
      expect(help.stdout).toContain('\n  tell\n');
    }
  });

  test('help is the same, and help X is X help', async () => {
    const help = await bus(['--help']);
    for (const argv of [['help'], ['-v', 'help'], ['help', '-v'], ['--nonsense', '-h'], ['-q', '-v', '--help']])
      expect(await bus(argv), argv.join(' ')).toEqual(help);
    expect((await bus(['help', 'tell', 'more'])).stdout).toBe('<help><more>');
    expect((await bus(['-f', 'opencli', 'help', '-v', 'tell'])).stdout).toBe('<-f><opencli><-v><help>');
    expect(await bus(['help', 'none'])).toMatchObject({ status: 127, stdout: '' });
    expect(told(await bus(['help', 'operator', 'database'])).argv).toEqual(['help']);
    expect(told(await bus(['operator', 'help', 'database', 'plan'])).argv).toEqual(['help', 'plan']);
    const umbrella = await bus(['operator', '--help']);
    for (const argv of [
      ['operator', 'help'],
      ['help', 'operator'],
      ['operator', '--nonsense', '-h'],
    ])
      expect(await bus(argv), argv.join(' ')).toEqual(umbrella);
  });

  test('help as an OpenCLI document', async () => {
    for (const argv of [
      ['help', '--format', 'opencli'],
      ['-f', 'json', 'help'],
      ['-f', 'opencli', '-h'],
    ]) {
      const { status, stdout } = await bus(argv);
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ opencli: '0.1', info: { title: 'bus' } });
    }
    const { stdout } = await bus(['operator', 'help', '-f', 'opencli']);
    expect(JSON.parse(stdout)).toMatchObject({ opencli: '0.1', info: { title: 'bus operator' } });
  });

  test('help and version of our family need neither its directory nor a good ./.env', async () => {
    const cwd = folder('1X=1');
    for (const [asked, ...argv] of [
      ['-h', 'operator', 'database', '-h'],
      ['plan', '-C', 'none', 'operator', 'database', 'plan', 'help'],
      ['--version', 'operator', '-C', 'none', 'database', '--version'],
    ]) {
      const run = await bus(argv, { cwd });
      expect(run, argv.join(' ')).toMatchObject({ status: 0, stderr: '' });
      expect(told(run).argv).toContain(asked);
    }
    expect(await bus(['operator', 'help'], { cwd })).toMatchObject({ status: 0, stderr: '' });
    expect(await bus(['operator', 'database', 'plan'], { cwd })).toMatchObject({ status: 2 });
  });

  test('--version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    for (const flag of ['-V', '--version']) {
      expect(await bus([flag])).toEqual({ status: 0, signal: null, stdout: `bus ${version}\n`, stderr: '' });
    }
  });

  test.each([
    [['-q', '-v', 'tell'], '-q and -v contradict each other'],
    [['--nonsense', 'tell'], 'unknown flag --nonsense; the flags of a command stand after its name'],
    [['-C'], '-C needs a value: -C DIR'],
  ])('%j: 2', async (args, problem) => {
    const run = await bus(args);
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toMatch(new RegExp(`^bus: ${problem}\nusage: bus `));
  });

  test('--perf tells how long it took, and tells the command', async () => {
    stage.command('bus-perf', 'echo "[$BUS_PERF]"; exit 4');
    const run = await bus(['--perf', 'perf', '-x', 'first', 'second']);
    expect(run).toMatchObject({ status: 4, stdout: '[1]\n' });
    expect(run.stderr).toMatch(/^INFO perf bus-perf first \d+\.\d{3}s\n$/);
    expect((await bus(['--perf', '-v', 'perf'])).stderr).toMatch(/^DEBUG perf bus-perf perf \d+\.\d{3}s\n$/);
    expect((await bus(['--perf', '--trace', 'perf'])).stderr).toMatch(/^TRACE perf bus-perf /);
    const inProcess = await bus(['--perf', 'operator', 'database', 'plan']);
    expect(inProcess.stderr).toMatch(/^INFO perf bus-operator database \d+\.\d{3}s\n$/);
    expect(JSON.parse(inProcess.stdout).env.BUS_PERF).toBe('1');
    const named = await bus(['--perf', 'operator', '-C', stage.work, '-f', 'json', 'database', 'plan']);
    expect(named.stderr).toMatch(/^INFO perf bus-operator database \d/);
    for (const flags of [[], ['-v'], ['-vv'], ['--trace']])
      expect(await bus([...flags, 'perf'])).toMatchObject({ stdout: '[]\n', stderr: '' });
    expect((await bus(['-q', '--perf', 'perf'])).stderr).toBe('');
  });

  test('a reader that leaves early breaks nothing', () => {
    const run = spawnSync('bash', ['--norc', '-c', `set -o pipefail; "${stage.bus}" --help | true`], {
      env: { PATH: stage.path },
      encoding: 'utf8',
    });
    expect(run.stderr).toBe('');
  });

  test.each(['--help', '--version'])('%s onto a full disk fails, without a stack trace', (flag) => {
    const run = spawnSync('bash', ['--norc', '-c', `"${stage.bus}" ${flag} > /dev/full`], {
      env: { PATH: stage.path },
      encoding: 'utf8',
    });
    expect(run.status).toBe(1);
    expect(run.stderr).not.toContain('    at ');
  });
});

describe('bus operator', () => {
  test('our family runs in this very process, whether PATH has our umbrella or none', async () => {
    let pid: number | undefined;
    const started = (child: { pid?: number | undefined }) => {
      pid = child.pid;
    };
    expect(told(await bus(['operator', 'database', 'plan'], { started }))).toMatchObject({ pid, argv: ['plan'] });
    const linked = join(stage.work, 'linked');
    mkdirSync(linked);
    symlinkSync(stage.busOperator, join(linked, 'bus-operator'));
    const env = { PATH: `${linked}:${stage.path}` };
    expect(
      told(
        await bus(['-v', '-f', 'json', 'operator', 'database', 'plan'], {
          started,
          env: { ...env, TELL_STATUS: '0' },
        }),
      ),
    ).toMatchObject({
      pid,
      argv: ['-v', '-f', 'json', 'plan'],
    });
  });

  test("the family's exit status is ours", async () => {
    expect((await bus(['operator', 'database', 'plan'], { env: { TELL_STATUS: '3' } })).status).toBe(3);
  });

  test('another umbrella that PATH gives first is executed', async () => {
    const foreign = join(stage.work, 'foreign');
    stage.command('bus-operator', 'echo foreign "$@"', foreign);
    const { stdout } = await bus(['-v', 'operator', 'database', 'plan'], { env: { PATH: `${foreign}:${stage.path}` } });
    expect(stdout).toBe('foreign -v database plan\n');
  });

  test('another family is executed from PATH', async () => {
    const run = { status: 7, signal: null, stdout: 'other\n<x><y z>', stderr: '' };
    expect(await bus(['operator', 'other', 'x', 'y z'])).toEqual(run);
    expect(await stage.run(stage.busOperator, ['other', 'x', 'y z'])).toEqual(run);
    const missing = await bus(['operator', 'none']);
    expect(missing.status).toBe(127);
    expect(missing.stderr).toMatch(
      /^bus-operator: missing subcommand: none; expected executable named bus-operator-none in PATH\n/,
    );
  });

  test('alone it lists what there is', async () => {
    for (const run of [await bus(['operator']), await stage.run(stage.busOperator, [])]) {
      expect(run).toMatchObject({ status: 2, stdout: '' });
      expect(run.stderr).toBe(
        'usage: bus operator [flags] FAMILY [arguments]\n\navailable commands:\n  database\n  other\n',
      );
    }
    expect((await bus(['operator', '--help'])).stdout).toContain('\n  database\n  other\n');
    expect((await stage.run(stage.busOperator, ['--version'])).stdout).toMatch(/^bus-operator \d/);
  });

  test('the umbrella alone reads no ./.env, and hands -C on', async () => {
    const cwd = folder('1X=1');
    expect(told(await stage.run(stage.busOperator, ['-C', 'x', '-v', 'database', 'plan'], { cwd }))).toMatchObject({
      argv: ['-C', 'x', '-v', 'plan'],
      dotenv: null,
    });
  });
});

test('--version costs little more than Node itself', () => {
  // Processor time, in turns: neither a busy machine nor a slow moment decides. The package as it was built: the stage's copy
  // is one script for everything.
  const script = `
    TIMEFORMAT='%U %S'
    for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
      time "$NODE" -e 0
      time "$BUS" --version > /dev/null
    done`;
  const { stderr } = spawnSync('bash', ['--norc', '-c', script], {
    env: { PATH: stage.path, NODE: process.execPath, BUS: fileURLToPath(new URL('../bin/bus.js', import.meta.url)) },
    encoding: 'utf8',
  });
  const times = stderr
    .trim()
    .split('\n')
    .map((line) => line.split(' ').reduce((sum, seconds) => sum + Number(seconds), 0));
  const total = (remainder: number) => times.filter((_, index) => index % 2 === remainder).reduce((a, b) => a + b);
  expect(times).toHaveLength(30);
  expect(total(1) / total(0)).toBeLessThan(1.5);
});
