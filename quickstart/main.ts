// `npm run quickstart`: the whole way from an empty server to proven databases, on a throwaway PostgreSQL.
// It touches nothing but temporary folders of its own, and removes them in the end (`-- --keep` leaves them).
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createPlainAdmin, psqlPath, type Server, startServer } from 'embedded';
import { environmentFile, makeDeployment } from './deployment.ts';

const commands = [
  'bus operator database doctor --provider postgres',
  'bus operator database plan',
  'bus operator database apply',
  'bus operator database status',
  'bus operator database verify',
];
const programs = join(import.meta.dirname, '..', 'node_modules', '.bin');
const begun = performance.now();

let running: ChildProcess | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    // A terminal's Ctrl-C has reached the command too; let it say what stands. All else goes with this process.
    if (running && !(signal === 'SIGINT' && process.stdin.isTTY)) running.kill(signal);
    const end = () => process.exit(128 + constants.signals[signal]);
    if (running) running.once('exit', end);
    else end();
  });
}

process.exitCode = await main();

async function main(): Promise<number> {
  const isKept = readFlags();
  if (isKept === undefined) return 2;
  if (!existsSync(join(programs, 'bus'))) return complain(`${join(programs, 'bus')} is missing; run: npm ci`, 2);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bus-quickstart-')));
  const deployment = join(folder, 'deployment');
  const environment = cleanEnvironment();
  // As in the shell that an operator would do this in.
  process.umask(0o077);
  const server = await startServer({ removeWith: [folder] });
  try {
    makeDeployment(deployment, await createPlainAdmin(server), environment);
    introduce(server, deployment);
    const failure = await runAll(deployment, environment);
    if (isKept) await keep(server, folder);
    // Once kept, the server isn't ours to stop.
    await server.stop();
    if (failure)
      return complain(`stopped: \`${failure.command}\` ended with exit status ${failure.status}`, failure.status);
    conclude(isKept);
    return 0;
  } finally {
    await server.stop();
  }
}

function readFlags(): boolean | undefined {
  try {
    const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
    return values.keep;
  } catch (error) {
    complain(`${(error as Error).message}\nusage: npm run quickstart [-- --keep]`, 2);
    return undefined;
  }
}

function complain(message: string, status: number): number {
  console.error(`\nquickstart: ${message}`);
  return status;
}

// What this shell says about other servers and deployments must not leak into the example.
function cleanEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(BUS_|PG|GIT_|POSTGRES_)/.test(name));
  return { ...Object.fromEntries(own), PATH: [programs, process.env.PATH ?? ''].join(delimiter) };
}

function introduce(server: Server, deployment: string): void {
  const indented = environmentFile.trimEnd().replace(/^/gm, '    ');
  console.log(`A throwaway PostgreSQL ${server.version} serves ${server.host}:${server.port}.
Its admin is deploy_admin, who may create roles and databases and is not a superuser.
${deployment} is the example deployment:
  ./local/postgres-admin-dsn   the admin's DSN, 0600, outside git
  ./.env                       what the deployment asks for, 0600:
${indented}`);
}

async function runAll(cwd: string, env: NodeJS.ProcessEnv) {
  for (const command of commands) {
    console.log(`\n$ ${command}`);
    const status = await run(command, cwd, env);
    if (status !== 0) return { command, status };
  }
  return undefined;
}

async function run(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<number> {
  const [program = '', ...args] = command.split(' ');
  const child = spawn(program, args, { cwd, env, stdio: 'inherit' });
  running = child;
  const status = await new Promise<number>((resolve) => {
    child.once('error', (error) => resolve(complain(error.message, 127)));
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  });
  running = undefined;
  return status;
}

async function keep(server: Server, folder: string): Promise<void> {
  const stop = join(folder, 'stop');
  await server.keep(stop);
  const dsnFile = join(folder, 'deployment', 'local', 'dsn', 'bus_auth.dsn');
  console.log(`
Kept: the server on ${server.host}:${server.port}, and ${folder}/deployment
  a service's DSN   ${dsnFile}
  look around       ${psqlPath() ? 'psql' : 'psql (not on this PATH)'} "$(cat ${dsnFile})"
  go on             cd ${folder}/deployment && PATH="${programs}:$PATH" bus operator database status
  stop and remove   sh ${stop}`);
}

function conclude(isKept: boolean): void {
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`
Done in ${seconds} s${isKept ? '' : '; server and deployment are removed again (npm run quickstart -- --keep leaves them)'}.
next, for a server of your own: in your deployment repository write the two files above, then run
  PATH="${programs}:$PATH" bus operator database doctor --provider postgres`);
}
