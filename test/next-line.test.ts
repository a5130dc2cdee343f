// Every `next:` line is run as it was printed, in a shell that stands where the command stood: it leads to the end, and
// never to what is refused again.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createPlainAdmin, type Server, selfSignedCertificate, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi } from './api-server.ts';
import { readExtent, sampleOf } from './crash/sample.ts';
import { type Deployment, makeDeployment, packages } from './deployment.ts';

const verbs = ['plan', 'apply', 'status', 'verify', 'doctor'] as const;
type Verb = (typeof verbs)[number];

interface Run {
  readonly line: string;
  readonly exit: number;
  readonly told: string;
}

/** Runs a line in a shell, in `cwd`; `bus` is on its PATH. */
function shell(deployment: Deployment, line: string, cwd: string, env: Readonly<Record<string, string>> = {}): Run {
  const bin = deployment.path('bin');
  mkdirSync(bin, { recursive: true });
  try {
    symlinkSync(join(packages, 'bus/bin/bus.js'), join(bin, 'bus'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], {
    cwd,
    env: { PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`, HOME: deployment.directory, ...env },
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { line, exit: status ?? 1, told: `${stdout}${stderr}` };
}

/** The commands of ours that a run names to go on with, each once. */
function nextOf({ told }: Run): string[] {
  const lines = [
    ...told.matchAll(/^\s*(?:next: )?(bus operator database (?:plan|apply|status|verify|doctor)\b.*)$/gm),
  ].map(([, line = '']) => line);
  return [...new Set(lines)];
}

/** A command, and what follows where each next line is run. */
function follow(deployment: Deployment, first: string, cwd: string, env?: Readonly<Record<string, string>>): Run[] {
  const runs: Run[] = [];
  for (let line: string | undefined = first; line !== undefined; ) {
    const run = shell(deployment, line, cwd, env);
    runs.push(run);
    const next = nextOf(run);
    // What is printed twice is printed alike: all that is needed stands in it.
    expect(next.length, run.told).toBeLessThan(2);
    if (runs.length > 6) throw new Error(`it goes in a circle:\n${told(runs)}`);
    line = next[0];
  }
  return runs;
}

function told(runs: readonly Run[]): string {
  return runs.map(({ line, exit, told: text }) => `$ ${line}\n${text}[${exit}]\n`).join('\n');
}

interface State {
  readonly name: string;
  /** The deployment was applied as declared before. */
  readonly make: (server: Server, deployment: Deployment) => Promise<void> | void;
  /** Verbs that find nothing wrong with it. */
  readonly unaware?: readonly Verb[];
}

const loseFiles = (deployment: Deployment) => {
  const directory = deployment.path('local/dsn');
  for (const name of readdirSync(directory)) rmSync(join(directory, name));
};
const loseMarks = async (server: Server, mark: string) => {
  await server.query(`COMMENT ON ROLE bus_service IS ${mark}; COMMENT ON DATABASE bus_auth IS ${mark}`);
};

const states: readonly State[] = [
  { name: 'adopt', make: (server) => loseMarks(server, 'NULL'), unaware: ['verify'] },
  {
    name: 'adopt, with rights to give, and schemas to make',
    make: async (server, deployment) => {
      await loseMarks(server, 'NULL');
      await server.query('REVOKE CONNECT, TEMPORARY ON DATABASE bus_auth FROM bus_service');
      deployment.configure({ BUS_DATABASE_SCHEMA_NAMES: 'public,audit' });
    },
  },
  { name: 'adopt-from', make: (server) => loseMarks(server, "'bus-deployment=old'"), unaware: ['verify'] },
  {
    name: 'adopt-from, of two deployments',
    make: async (server) => {
      await loseMarks(server, "'bus-deployment=old'");
      await server.query("COMMENT ON DATABASE bus_events IS 'bus-deployment=older'");
    },
    unaware: ['verify'],
  },
  {
    name: 'revoke',
    make: async (server) => void (await server.query('GRANT CONNECT ON DATABASE bus_auth TO PUBLIC')),
  },
  {
    name: 'rotate: no file holds the password',
    make: (_, deployment) => loseFiles(deployment),
  },
  {
    name: 'rotate: the password is another',
    make: async (server) =>
      void (await server.query("ALTER ROLE bus_service PASSWORD 'another one'", { isQuiet: true })),
  },
  {
    name: 'weaken-tls',
    make: (_, deployment) => deployment.configure({ BUS_DATABASE_SERVICE_SSLMODE: 'disable' }),
  },
  {
    name: 'all at once',
    make: async (server, deployment) => {
      await loseMarks(server, 'NULL');
      await server.query("COMMENT ON DATABASE bus_events IS 'bus-deployment=old'");
      await server.query('ALTER ROLE bus_service NOLOGIN');
      await server.query(
        'REVOKE CONNECT ON DATABASE bus_auth FROM bus_service; GRANT CREATE ON DATABASE bus_auth TO PUBLIC',
      );
      loseFiles(deployment);
    },
  },
];

const { NEXT_LINES: points = 'sample', NEXT_LINES_SEED: seed } = process.env;
const extent = readExtent({ CRASH_POINTS: points, ...(seed !== undefined && { CRASH_SEED: seed }) });

describe.each([
  ['superuser', 18],
  ['plain', 16],
] as const)('as %s, PostgreSQL %i', (admin, major) => {
  let server: Server;
  let adminDsn: string;
  beforeAll(async () => {
    server = await startServer({ major, tls: selfSignedCertificate() });
    adminDsn = admin === 'superuser' ? server.dsn() : await createPlainAdmin(server);
  });
  afterAll(() => server.stop());

  const cases = states.flatMap(({ unaware = [], ...state }) =>
    verbs.filter((verb) => !unaware.includes(verb)).map((verb) => ({ ...state, verb })),
  );
  const chosen = sampleOf(cases, Math.ceil(states.length / 4), extent, admin);
  console.log(`next lines: ${chosen.length} of ${cases.length} as ${admin}, NEXT_LINES_SEED=${extent.seed}`);
  it.each(chosen)('$name: $verb', async ({ make, verb }) => {
    using deployment = makeDeployment({
      adminDsn,
      keys: { BUS_DATABASE_SERVICE_SSLMODE: 'require', BUS_DATABASE_SCHEMA_NAMES: 'public' },
    });
    const elsewhere = dirname(deployment.directory);
    const place = `-C ${deployment.directory.split('/').at(-1)} --deployment example-dev --env-file ./.env`;
    try {
      expect((await deployment.run(['apply'])).exit).toBe(0);
      await make(server, deployment);
      const runs = follow(deployment, `bus operator database ${verb} ${place}`, elsewhere);
      const applied = runs.filter(({ line, exit }) => / apply /.test(line) && exit === 0);
      expect(applied, told(runs)).toHaveLength(1);
      // verify can't know what a plan would be refused for; whatever else is asked says all of it.
      const refused = runs.slice(verb === 'verify' ? 2 : 1).filter(({ exit }) => exit !== 0);
      expect(refused, told(runs)).toEqual([]);
      expect(runs.at(-1)?.line).toBe(`bus operator database verify ${place}`);
      for (const { line } of runs.slice(1)) expect(line).toContain(place);
    } finally {
      await server.query('DROP DATABASE IF EXISTS bus_auth');
      await server.query('DROP DATABASE IF EXISTS bus_events');
      await server.query('DROP ROLE IF EXISTS bus_service');
    }
  });

  /** What somebody else is to run in psql comes first; then what is named beside it leads to the end. */
  it.each([
    {
      name: 'a role with CREATEDB and a membership, to be adopted, no file of which is left',
      make: async (deployment: Deployment) => {
        await server.query('CREATE ROLE maker CREATEDB');
        await server.query('ALTER ROLE bus_service CREATEDB REPLICATION; GRANT maker TO bus_service');
        await loseMarks(server, 'NULL');
        loseFiles(deployment);
      },
      needs: ' --adopt --rotate bus_service',
    },
    {
      name: 'a role of the deployment with CREATEDB',
      make: async () => void (await server.query('ALTER ROLE bus_service CREATEDB')),
      needs: '',
    },
    {
      name: 'an expired role that takes no connections, no file of which is left',
      make: async (deployment: Deployment) => {
        await server.query("ALTER ROLE bus_service VALID UNTIL '2001-01-01' CONNECTION LIMIT 0");
        loseFiles(deployment);
      },
      needs: ' --rotate bus_service',
    },
    {
      name: 'a database that takes no connections, and a rotation',
      make: async (deployment: Deployment) => {
        await server.query('ALTER DATABASE bus_auth CONNECTION LIMIT 0');
        loseFiles(deployment);
      },
      needs: ' --rotate bus_service',
    },
  ])('$name', async ({ make, needs }) => {
    using deployment = makeDeployment({ adminDsn, keys: { BUS_DATABASE_SCHEMA_NAMES: 'public' } });
    const run = 'bus operator database';
    try {
      expect((await deployment.run(['apply'])).exit).toBe(0);
      await make(deployment);
      const before = await server.query('SELECT rolname, rolpassword FROM pg_authid');
      const plan = shell(deployment, `${run} plan`, deployment.directory);
      expect(plan.exit, plan.told).not.toBe(0);
      expect(nextOf(plan), plan.told).toEqual(needs === '' ? [] : [`${run} plan${needs}`]);
      const refused = shell(deployment, `${run} apply${needs}`, deployment.directory);
      expect(refused.exit, refused.told).not.toBe(0);
      expect(await server.query('SELECT rolname, rolpassword FROM pg_authid')).toEqual(before);
      const wanted = [
        ...plan.told.replace(/\n\s+/g, ' ').matchAll(/runs, in [\w ]+: ((?:(?:ALTER|REVOKE) [^;]+;\s?)+)/g),
      ].map(([, sql]) => sql);
      expect(new Set(wanted).size, plan.told).toBe(1);
      await server.query(wanted[0] ?? '');
      const runs = follow(deployment, `${run} plan${needs}`, deployment.directory);
      expect(
        runs.filter(({ exit }) => exit !== 0),
        told(runs),
      ).toEqual([]);
    } finally {
      await server.query('DROP DATABASE IF EXISTS bus_auth');
      await server.query('DROP DATABASE IF EXISTS bus_events');
      await server.query('DROP ROLE IF EXISTS bus_service, maker');
    }
  });
});

it('says which deployment is meant, where BUS_DEPLOYMENT_ID is not that of ./.env', async () => {
  await using server = await startServer();
  using deployment = makeDeployment({ adminDsn: server.dsn(), keys: { BUS_DATABASE_SCHEMA_NAMES: 'public' } });
  const env = { BUS_DEPLOYMENT_ID: 'example-live' };
  const runs = follow(deployment, 'bus operator database plan', deployment.directory, env);
  expect(
    runs.map(({ line, exit }) => [line, exit]),
    told(runs),
  ).toEqual([
    ['bus operator database plan', 0],
    ['bus operator database apply --deployment example-live', 0],
    ['bus operator database verify --deployment example-live', 0],
  ]);
});

it('carries --api-url and --token-file, and a -C before the word operator', async () => {
  await using server = await startServer();
  using deployment = makeDeployment({ adminDsn: server.dsn() });
  await using api = await startApi(deployment);
  const name = deployment.directory.split('/').at(-1) ?? '';
  const elsewhere = dirname(deployment.directory);
  const place = `-C ${name} --api-url ${api.url} --token-file ./local/api-token`;
  expect((await deployment.run(['apply'])).exit).toBe(0);
  await loseMarks(server, 'NULL');
  loseFiles(deployment);
  const runs = follow(
    deployment,
    `bus -C ${name} operator database plan --api-url ${api.url} --token-file ./local/api-token`,
    elsewhere,
  );
  const run = 'bus operator database';
  expect(
    runs.map(({ line, exit }) => [line, exit]),
    told(runs),
  ).toEqual([
    [expect.stringContaining('bus -C'), 4],
    [`${run} plan ${place} --adopt --rotate bus_service`, 0],
    [`${run} apply ${place} --adopt --rotate bus_service`, 0],
    [`${run} verify ${place}`, 0],
  ]);
  // In JSON as well.
  await server.query('GRANT CONNECT ON DATABASE bus_auth TO PUBLIC');
  const json = shell(deployment, `${run} plan ${place} -f json`, elsewhere);
  expect(JSON.parse(json.told).diagnostics[0].remedy).toBe(`${run} plan ${place} --allow revoke`);
});
