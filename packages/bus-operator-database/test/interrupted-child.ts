// A run whose provider works until it is interrupted; then it takes as long to end as its first argument says.
import { setTimeout as sleep } from 'node:timers/promises';
import { readInvocation } from '../src/command-line/flags.ts';
import { run } from '../src/run.ts';
import * as example from './examples.ts';
import { environment, fakeRoot } from './fake-provider.ts';

const [endingMs = '0', ...argv] = process.argv.slice(2);
const steps = [
  ...example.leadSteps(1),
  ...example.databaseSteps('bus_auth', 'bus_service', ['applied', 'planned', 'planned']),
];

const root = fakeRoot(async (_verb, _request, { signal }) => {
  process.stdout.write('working\n');
  const alive = setInterval(() => {}, 1000);
  await new Promise((done) => signal.addEventListener('abort', done));
  await sleep(Number(endingMs));
  clearInterval(alive);
  const message = `interrupted by ${String(signal.reason)}`;
  return example.respond(steps, {
    ok: false,
    error_class: 'cancelled',
    diagnostics: [{ severity: 'fail', code: 'cancelled', message }],
  });
});

const invocation = readInvocation(argv);
if (
  'problem' in invocation ||
  invocation.verb === undefined ||
  invocation.verb === 'validate' ||
  invocation.verb === 'init'
)
  throw new Error('no verb');
const { stdin, stdout, stderr } = process;
process.exitCode = await run(
  invocation.verb,
  invocation.flags,
  { env: environment, cwd: process.cwd(), stdin, stdout, stderr },
  [root],
);
