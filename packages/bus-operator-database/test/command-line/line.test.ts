import { advise, command, ownCommand, type Remedy, type Response } from 'bus-integration-database';
import { expect, it } from 'vitest';
import { asTypedHere, type CommandLineContext, commandLine } from '../../src/command-line/line.ts';
import { firstPlan, flagsOf } from '../examples.ts';

function runOf(argv: readonly string[], directory?: string): CommandLineContext {
  const verb = argv[0] as CommandLineContext['verb'];
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
  const placed = (remedy: Remedy, argv: readonly string[]) => {
    const diagnostics = [{ severity: 'fail', code: 'x', message: 'no', ...advise(remedy) }] as const;
    return asTypedHere({ ...firstPlan, diagnostics } as Response, runOf(argv)).diagnostics[0]?.remedy;
  };
  const run = 'bus operator database';
  const both = ['look: ', ownCommand('plan', ['-v']), ', then ', ownCommand('apply')];
  expect(placed(both, ['verify', '-C', 'd'])).toBe(`look: ${run} plan -C d -v, then ${run} apply -C d`);
  const adopt = ownCommand('plan', ['--adopt']);
  expect(placed(adopt, ['plan', '--save', 'my plan', '--check', '--allow', 'grant'])).toBe(
    `${run} plan --save 'my plan' --check --adopt`,
  );
  const save = ownCommand('plan', ['--save', 'FILE', '--adopt']);
  expect(placed(save, ['apply', '--plan=-p.json', '-C', 'd'])).toBe(`${run} plan -C d --save ./-p.json --adopt`);
  const named = ownCommand('plan', ['--save', 'plan.json']);
  expect(placed(named, ['apply', '--plan', 'manifest.yaml'])).toBe(`${run} plan --save plan.json`);
  expect(placed(save, ['apply'])).toBe(`${run} plan --save FILE --adopt`);
  expect(placed(ownCommand('plan'), ['apply', '--plan', 'p.json'])).toBe(`${run} plan`);
});

const append = (path: string): Remedy => ({ kind: 'edit', change: 'append', file: { path }, text: ['/local/'] });
const create = (path: string): Remedy => ({ kind: 'edit', change: 'create', file: { path }, text: [] });

it.each<[Remedy, string]>([
  [command('chmod', '700', { path: './dsn' }), '(cd /srv/shop && chmod 700 ./dsn)'],
  [command('chmod', '700', { path: '-dsn' }), '(cd /srv/shop && chmod 700 ./-dsn)'],
  [command('chmod', '700', { path: '/dsn' }), 'chmod 700 /dsn'],
  [command('chmod', '700', { path: '/my dsn' }), "chmod 700 '/my dsn'"],
  [command('chmod', '700', { path: 'sub', key: 'KEY' }), `chmod 700 "$\{KEY:?}"/sub`],
  [
    [command('git', 'rm', '-r', '--cached', '--', { path: '/dsn/' }), '; then change it'],
    '(cd /srv/shop && git rm -r --cached -- /dsn/); then change it',
  ],
  [append('.git/info/exclude'), "(cd /srv/shop && printf '%s\\n' '/local/' >> .git/info/exclude)"],
  [append('/a/exclude'), "printf '%s\\n' '/local/' >> /a/exclude"],
  [
    [create('./a, b; c'), ', paste the line, end with Ctrl-D'],
    "(cd /srv/shop && (umask 077; cat > './a, b; c')), paste the line, end with Ctrl-D",
  ],
  [
    ['keep it: ', command('mv', { path: "it's" }, { path: "\ta'b" })],
    "keep it: (cd /srv/shop && mv 'it'\\''s' $'\\011a\\'b')",
  ],
  [command('sudo', 'chown', '0', { path: 'a,b' }), '(cd /srv/shop && sudo chown 0 a,b)'],
  [command('unset', 'NODE_DEBUG'), 'unset NODE_DEBUG'],
  [{ ...command('rm', { path: 'a' }), where: 'elsewhere' }, 'elsewhere: rm a'],
  ['see chmod 700 ./dsn and bus operator database plan', 'see chmod 700 ./dsn and bus operator database plan'],
])('commands about files are right where the line was typed: %j', (remedy, shown) => {
  const diagnostics = [{ severity: 'fail', code: 'x', message: 'no', ...advise(remedy) }] as const;
  const leftovers = [
    { kind: 'dsn-file', name: 'z.dsn', command: 'rm -- ./z.dsn', advice: [command('rm', '--', { path: './z.dsn' })] },
  ] as const;
  const response = { ...firstPlan, diagnostics, leftovers } as unknown as Response;
  const told = asTypedHere(response, { ...runOf(['plan']), workedIn: '/srv/shop' });
  expect(told.diagnostics[0]?.remedy).toBe(shown);
  expect(told.leftovers?.[0]?.command).toBe('(cd /srv/shop && rm -- ./z.dsn)');
  expect(asTypedHere(response, runOf(['plan']))).toEqual(response);
});
