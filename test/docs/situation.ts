// Where the examples of a page run: a deployment's folder as the README's tour makes it, with a real server, and another
// one for pages that move to it. Judges nothing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createPlainAdmin, freePort, programOnPath, type Server, startServer } from 'embedded';
import { makeDeployment } from '../../quickstart/deployment.ts';
import { type Block, type Page, root } from './pages.ts';

export interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Situation extends AsyncDisposable {
  /** Runs a block as `sh -e` would, in the deployment's folder. */
  run(block: Block): Answer;
  /** Runs SQL as a superuser of the server. Default database: postgres. */
  query(sql: string, database?: string): Promise<unknown>;
  /** Puts what a block holds into a file of the folder. */
  write(file: string, text: string): void;
}

const majors = [15, 16, 17, 18] as const;

export async function situationOf(page: Page): Promise<Situation> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'docs-')));
  const directory = join(folder, 'deployment');
  const major = dumpableMajor();
  const servers = [await startServer({ major, removeWith: [folder] })];
  if (page.text.includes('NEW_ADMIN_DSN')) servers.push(await startServer({ major }));
  const [admin = '', newAdmin = ''] = await Promise.all(servers.map((server) => createPlainAdmin(server)));
  const apiPort = String(await freePort());
  const env = {
    PATH: [join(root, 'node_modules/.bin'), process.env.PATH ?? ''].join(delimiter),
    HOME: folder,
    GIT_AUTHOR_NAME: 'operator',
    GIT_AUTHOR_EMAIL: 'operator@example.com',
    GIT_COMMITTER_NAME: 'operator',
    GIT_COMMITTER_EMAIL: 'operator@example.com',
    SUPERUSER_DSN: servers[0]?.dsn() ?? '',
    POSTGRES_ADMIN_DSN: admin,
    NEW_ADMIN_DSN: newAdmin,
    NEW_PORT: String(servers[1]?.port ?? ''),
  };
  makeDeployment(directory, admin, env);
  return {
    run: ({ text }) => {
      const { status, stdout, stderr } = spawnSync('sh', ['-e'], {
        cwd: directory,
        input: `umask 077\n${text}`.replaceAll('8092', apiPort),
        encoding: 'utf8',
        env,
        timeout: 60_000,
      });
      return { status, stdout, stderr };
    },
    query: async (sql, database) => await servers[0]?.query(sql, database === undefined ? {} : { database }),
    write: (file, text) => {
      mkdirSync(dirname(join(directory, file)), { recursive: true, mode: 0o700 });
      writeFileSync(join(directory, file), text, { mode: 0o600 });
    },
    [Symbol.asyncDispose]: () => end(servers, folder, join(directory, 'local/api.pid')),
  };
}

/** The newest server that this machine's pg_dump can read. */
function dumpableMajor(): (typeof majors)[number] {
  if (programOnPath('pg_dump', process.env.PATH ?? '') === undefined) return 18;
  const { stdout } = spawnSync('pg_dump', ['--version'], { encoding: 'utf8' });
  const version = Number(/\) (\d+)/.exec(stdout)?.[1] ?? 18);
  return majors.findLast((major) => major <= version) ?? 18;
}

async function end(servers: readonly Server[], folder: string, apiPid: string): Promise<void> {
  // Where an example failed, what an earlier one started still runs.
  if (existsSync(apiPid)) spawnSync('kill', ['-TERM', readFileSync(apiPid, 'utf8').trim()]);
  for (const server of servers) await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
