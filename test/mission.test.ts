// The mission's own page, word for word: its shell blocks run unchanged by sh in an empty git repository.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlainAdmin, installedMajors, psqlPath, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const page = new URL('../../shared/mission/', import.meta.url);

/** The page's lines that are shell: those that begin with a command, and their here-documents. */
function shellOf(text: string): string {
  const commands = ['umask', ':', 'install', 'git', 'printf', 'cat', 'bus'];
  const lines: string[] = [];
  let endOfDocument: string | undefined;
  let isInside = false;
  for (const line of text.split('\n')) {
    if (line === 'umask 077') isInside = true;
    const [word = ''] = line.split(' ');
    if (endOfDocument === undefined && (!isInside || !commands.includes(word))) continue;
    lines.push(line);
    if (line === endOfDocument) endOfDocument = undefined;
    else endOfDocument ??= /<<'?(\w+)'?$/.exec(line)?.[1];
  }
  return lines.join('\n');
}

/** The README's tour, which walks the same commands. */
function tourOf(readme: string): string {
  const tour = readme.slice(readme.indexOf('## Tour'), readme.indexOf('## What it gives'));
  return [...tour.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block).join('\n');
}

function missionShell(): { from: string; script: string } {
  if (!existsSync(page))
    return { from: "the README's tour", script: tourOf(readFileSync(join(root, 'README.md'), 'utf8')) };
  const [file = ''] = readdirSync(page);
  return { from: 'the mission page', script: shellOf(readFileSync(new URL(file, page), 'utf8')) };
}

function run(script: string, dsn: string) {
  const directory = mkdtempSync(join(tmpdir(), 'mission-'));
  execFileSync('git', ['init', '-q', directory]);
  const result = spawnSync('sh', ['-e'], {
    cwd: directory,
    input: script,
    encoding: 'utf8',
    env: { PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`, HOME: directory, POSTGRES_ADMIN_DSN: dsn },
  });
  return { directory, status: result.status, stdout: result.stdout, stderr: result.stderr };
}

describe.each(installedMajors().filter((major) => major >= 15))('on PostgreSQL %i', (major) => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer({ major });
  });
  afterAll(() => server.stop());

  it.each(['superuser', 'plain admin'])('the mission runs word for word as %s', async (who) => {
    const { from, script } = missionShell();
    console.log(`shell blocks of ${from}`);
    const dsn = who === 'superuser' ? server.dsn() : await createPlainAdmin(server);
    const result = run(script, dsn);
    try {
      expect(result).toMatchObject({ status: 0, stderr: '' });
      const plan = result.stdout.slice(result.stdout.indexOf('discover-provider'));
      expect(plan).toContain('0 to update, revoke or drop');
      expect(result.stdout).not.toMatch(/^[-~] /m);
      const answers = result.stdout.split(/^(?=ok: )/m);
      expect(answers.at(-1)).toMatch(/^ok: true/);
      const again = spawnSync(join(root, 'node_modules/.bin/bus'), ['operator', 'database', 'plan', '-f', 'json'], {
        cwd: result.directory,
        encoding: 'utf8',
      });
      expect(JSON.parse(again.stdout)).toMatchObject({
        ok: true,
        actions: ['discover-provider', 'compute-database-plan'],
      });
      const files = readdirSync(join(result.directory, 'local/dsn')).sort();
      expect(files).toEqual(['bus_auth.dsn', 'bus_billing.dsn', 'bus_events.dsn', 'bus_usage.dsn']);
      expect(files.map((file) => statSync(join(result.directory, 'local/dsn', file)).mode & 0o777)).toEqual([
        0o600, 0o600, 0o600, 0o600,
      ]);
      connectWithPsql(join(result.directory, 'local/dsn'), files);
    } finally {
      rmSync(result.directory, { recursive: true });
      for (const name of ['bus_auth', 'bus_events', 'bus_usage', 'bus_billing']) {
        await server.query(`DROP DATABASE IF EXISTS ${name}`);
      }
      await server.query('DROP ROLE IF EXISTS bus_service');
    }
  });
});

function connectWithPsql(directory: string, files: readonly string[]): void {
  const psql = psqlPath();
  if (psql === undefined) {
    console.log('not tried with psql: there is none on PATH');
    return;
  }
  for (const file of files) {
    const dsn = readFileSync(join(directory, file), 'utf8').trim();
    const answer = execFileSync(psql, ['-XAtc', 'SELECT current_user, current_database()', '-d', dsn], {
      encoding: 'utf8',
    });
    expect(answer.trim()).toBe(`bus_service|${file.replace('.dsn', '')}`);
  }
}
