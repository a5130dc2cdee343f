import type { Response } from 'bus-integration-database';
import { expect, it } from 'vitest';
import { asTypedHere, commandLine, type Run } from '../../src/command-line/line.ts';
import { firstPlan, flagsOf } from '../examples.ts';

function runOf(argv: readonly string[], directory?: string): Run {
  const verb = argv[0] as Run['verb'];
  return { verb, flags: flagsOf(...argv), ...(directory !== undefined && { directory }) };
}

it('says which deployment is meant, where ./.env is about another', () => {
  expect(commandLine('apply', { ...runOf(['plan']), meant: 'live' })).toBe(
    'bus operator database apply --deployment live',
  );
  expect(commandLine('apply', { ...runOf(['plan', '--deployment', 'x']), meant: 'x' })).toBe(
    'bus operator database apply --deployment x',
  );
});

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
    return asTypedHere({ ...firstPlan, diagnostics } as Response, runOf(argv)).diagnostics[0]?.remedy;
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

it.each([
  ['run: chmod 700 ./dsn', 'run: (cd /srv/shop && chmod 700 ./dsn)'],
  ['run: chmod 700 /dsn', 'run: chmod 700 /dsn'],
  ["run: chmod 700 '/my dsn'", "run: chmod 700 '/my dsn'"],
  [
    'run: git rm -r --cached -- /dsn/; then change it',
    'run: (cd /srv/shop && git rm -r --cached -- /dsn/); then change it',
  ],
  [
    "run: printf '%s' '/local/' >> .git/info/exclude",
    "run: (cd /srv/shop && printf '%s' '/local/' >> .git/info/exclude)",
  ],
  ["run: printf '%s' '/local/' >> /a/exclude", "run: printf '%s' '/local/' >> /a/exclude"],
  [
    "run: (umask 077; cat > './a, b; c'), paste the line, end with Ctrl-D",
    "run: (cd /srv/shop && (umask 077; cat > './a, b; c')), paste the line, end with Ctrl-D",
  ],
  ["keep it: mv 'it'\\''s' $'a\\'b'", "keep it: (cd /srv/shop && mv 'it'\\''s' $'a\\'b')"],
  ['run: sudo chown 0 a,b', 'run: (cd /srv/shop && sudo chown 0 a,b)'],
  ['run: unset NODE_DEBUG', 'run: unset NODE_DEBUG'],
  ['see README.md', 'see README.md'],
])('commands about files are right where the line was typed: %s', (remedy, shown) => {
  const diagnostics = [{ severity: 'fail', code: 'x', message: 'no', remedy }] as const;
  const leftovers = [{ kind: 'dsn-file', name: 'z.dsn', command: 'rm -- ./z.dsn' }] as const;
  const response = { ...firstPlan, diagnostics, leftovers } as unknown as Response;
  const told = asTypedHere(response, { ...runOf(['plan']), workedIn: '/srv/shop' });
  expect(told.diagnostics[0]?.remedy).toBe(shown);
  expect(told.leftovers?.[0]?.command).toBe('(cd /srv/shop && rm -- ./z.dsn)');
  expect(asTypedHere(response, runOf(['plan']))).toEqual(response);
});
