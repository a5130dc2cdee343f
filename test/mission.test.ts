// Two walks, word for word, by sh in an empty git repository: the README's tour, always; and the mission's own page, where
// it lies beside this checkout.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlainAdmin, installedMajors, psqlPath, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executables } from './programs.ts';

const root = new URL('..', import.meta.url).pathname;
const programs = executables ?? join(root, 'node_modules/.bin');
/** The folder that holds the page. */
const pages = process.env.MISSION_PAGES || join(root, '../shared/mission');

interface Walk {
  readonly from: string;
  readonly script: string;
  /** What the answers say beyond what holds for both walks. */
  readonly judge: (answers: readonly string[]) => void;
}

const tour: Walk = {
  from: "the README's tour",
  script: tourOf(readFileSync(join(root, 'README.md'), 'utf8')),
  judge: (answers) => {
    expect(answers).toHaveLength(9);
    // Only the rotation changes what stands, and it changes exactly the role and its files.
    const changing = answers.filter((answer) => /^[-~] /m.test(answer));
    expect(changing).toHaveLength(1);
    const [rotation = ''] = changing;
    expect(answers.indexOf(rotation)).toBe(7);
    expect(rotation).toContain('\nallowed: a new password for bus_service\n');
    expect(rotation.match(/^(- .*|~ .*| {2}… .*)$/gm)?.map((line) => line.replace(/ {2,}/g, '  '))).toEqual([
      '~ alter-role  bus_service  done  new password',
      expect.stringMatching(
        /^~ write-dsn-file {2}\.\/local\/dsn\/bus_auth\.dsn {2}done {2}bus_service@\S+, new password$/,
      ),
      '  … the same for bus_events, bus_usage, bus_billing',
    ]);
  },
};

const mission = (): Walk => {
  const files = readdirSync(pages);
  expect(files, `one page in ${pages}`).toHaveLength(1);
  return {
    from: "the mission's page",
    script: shellOf(readFileSync(join(pages, files[0] ?? ''), 'utf8')),
    judge: (answers) => {
      expect(answers).toHaveLength(5);
      expect(answers.join('')).not.toMatch(/^[-~] /m);
    },
  };
};

const walks = [tour];
if (existsSync(pages)) walks.push(mission());
else console.log(`the mission's page is not walked: there is no ${pages} (MISSION_PAGES names another folder)`);

const majors = installedMajors().filter((major) => major >= 15);
const admins = ['superuser', 'plain admin'] as const;
const all = majors.flatMap((major, place) =>
  walks.flatMap((walk, step) =>
    // Each walk is gone with both admins; all walks together on every version.
    admins.map((who, turn) => ({ ...walk, major, who, isSampled: (place + step + 2 * turn + 1) % 4 === 0 })),
  ),
);
const chosen = process.env.MISSION === 'all' ? all : all.filter(({ isSampled }) => isSampled);
console.log(`mission: ${chosen.length} of ${all.length} walks (MISSION=all runs the rest)`);

describe.each(majors.filter((major) => chosen.some((walk) => walk.major === major)))('on PostgreSQL %i', (major) => {
  let server: Server;
  let plainAdmin: string;
  beforeAll(async () => {
    server = await startServer({ major });
    plainAdmin = await createPlainAdmin(server);
  });
  afterAll(() => server.stop());

  it.each(chosen.filter((walk) => walk.major === major))(
    '$from runs word for word as $who',
    { timeout: 180_000 },
    async ({ script, judge, who }) => {
      const result = run(script, who === 'superuser' ? server.dsn() : plainAdmin);
      try {
        expect(result).toMatchObject({ status: 0, stderr: '' });
        const plan = result.stdout.slice(result.stdout.indexOf('discover-provider'));
        expect(plan).toContain('0 to update, revoke or drop');
        const answers = result.stdout.split(/^(?=ok: )/m);
        for (const answer of answers) expect(answer).toMatch(/^ok: true\n/);
        judge(answers);
        const again = spawnSync(join(programs, 'bus'), ['operator', 'database', 'plan', '-f', 'json'], {
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
    },
  );
});

/** The README's tour, block by block. */
function tourOf(readme: string): string {
  const text = readme.slice(readme.indexOf('## Tour'), readme.indexOf('## What it gives'));
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block).join('\n');
}

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

function run(script: string, dsn: string) {
  const directory = mkdtempSync(join(tmpdir(), 'mission-'));
  execFileSync('git', ['init', '-q', directory]);
  const result = spawnSync('sh', ['-e'], {
    cwd: directory,
    input: script,
    encoding: 'utf8',
    env: { PATH: `${programs}:${process.env.PATH}`, HOME: directory, POSTGRES_ADMIN_DSN: dsn },
  });
  return { directory, status: result.status, stdout: result.stdout, stderr: result.stderr };
}

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
