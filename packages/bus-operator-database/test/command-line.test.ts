import type { Response } from 'bus-integration-database';
import { expect, it } from 'vitest';
import { commandLine, type Run, withFlags } from '../src/command-line.ts';
import { firstPlan, flagsOf } from './examples.ts';

function runOf(argv: readonly string[], directory?: string): Run {
  const verb = argv[0] as Run['verb'];
  return { verb, flags: flagsOf(...argv), ...(directory !== undefined && { directory }) };
}

it('repeats the flags that chose the target', () => {
  expect(commandLine('apply', runOf(['plan']))).toBe('bus operator database apply');
  const place = ['-C', 'my deployment', '--env-file', 'a.env', '--deployment', 'x', '--provider', 'postgres'];
  expect(
    commandLine('apply', runOf(['plan', ...place, '--jobs', '2', '--lock-timeout', '5m', '-v', '--timeout', '1s']), [
      '--plan',
      "it's",
    ]),
  ).toBe(
    "bus operator database apply -C 'my deployment' --provider postgres --deployment x --env-file a.env --lock-timeout 5m --jobs 2 --plan 'it'\\''s'",
  );
  const api = ['--api-url', 'http://127.0.0.1:8092', '--token-file=-token'];
  expect(commandLine('verify', runOf(['apply', ...api]))).toBe(
    'bus operator database verify --api-url http://127.0.0.1:8092 --token-file ./-token',
  );
});

it.each([
  [['plan'], undefined, ''],
  [['plan'], 'deploy', ' -C deploy'],
  [['plan', '-C', 'b'], 'a', ' -C a/b'],
  [['plan', '-C', '/b'], 'a', ' -C /b'],
  [['plan', '--directory=-b'], undefined, ' -C ./-b'],
])('names the directory that was entered: %j after -C %s', (argv, directory, flag) => {
  expect(commandLine('apply', runOf(argv, directory))).toBe(`bus operator database apply${flag}`);
});

it('repeats them in every command of a remedy, and what the plan is asked for in one of plan', () => {
  const placed = (remedy: string, argv: readonly string[]) => {
    const diagnostics = [{ severity: 'fail', code: 'x', message: 'no', remedy }] as const;
    return withFlags({ ...firstPlan, diagnostics } as Response, runOf(argv)).diagnostics[0]?.remedy;
  };
  const run = 'bus operator database';
  expect(placed(`look: ${run} plan -v, then ${run} apply`, ['verify', '-C', 'd'])).toBe(
    `look: ${run} plan -C d -v, then ${run} apply -C d`,
  );
  expect(placed(`${run} plan --adopt`, ['plan', '--save', 'my plan', '--check', '--allow', 'grant'])).toBe(
    `${run} plan --save 'my plan' --check --adopt`,
  );
  const save = `${run} plan --save FILE --adopt`;
  expect(placed(save, ['apply', '--plan=-p.json', '-C', 'd'])).toBe(`${run} plan -C d --save ./-p.json --adopt`);
  expect(placed(save, ['apply'])).toBe(save);
  expect(placed(`${run} plan`, ['apply', '--plan', 'p.json'])).toBe(`${run} plan`);
});
