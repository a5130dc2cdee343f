// The judge of the crash tests is judged: whatever is wrong after a run must be told, and nothing else.
import { appendFileSync, chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentsOf, problemsAtAnyInstant, problemsWhenConverged } from './aftermath.ts';
import type { Deployment } from './deployment.ts';
import { type GroundHandle, startGround } from './grounds.ts';
import { begin } from './scenario.ts';

const scenario = { kind: 'plain admin', command: 'rotate' } as const;
let handle: GroundHandle;
let made = 0;
beforeAll(async () => {
  handle = await startGround(scenario.kind, 18);
});
afterAll(() => handle?.[Symbol.asyncDispose]());

/** A deployment that converged. */
async function standing(): Promise<Deployment & AsyncDisposable> {
  made += 1;
  const deployment = await begin(scenario, handle, `judge_${made}`);
  return {
    ...deployment,
    [Symbol.asyncDispose]: async () => {
      await deployment.drop();
      deployment[Symbol.dispose]();
    },
  };
}

const serviceFile = ({ directory, databases }: Deployment) => join(directory, `${databases[0]}.dsn`);
const query = (sql: string) => handle.ground.server.query(sql);

const spoilings: readonly { wrong: string; spoil: (deployment: Deployment) => unknown; told: RegExp }[] = [
  {
    wrong: 'a staged file left behind',
    spoil: (deployment) => copyFileSync(serviceFile(deployment), `${serviceFile(deployment)}.staged`),
    told: /\.dsn\.staged was left in the output directory/,
  },
  {
    wrong: 'a temporary file left behind',
    spoil: (deployment) => writeFileSync(join(deployment.directory, '.tmp-1'), '', { mode: 0o600 }),
    told: /\.tmp-1 was left in the output directory/,
  },
  {
    wrong: 'a DSN file that others may read',
    spoil: (deployment) => chmodSync(serviceFile(deployment), 0o640),
    told: /is open to others/,
  },
  {
    wrong: 'a DSN file with another password',
    spoil: ({ serviceRole }) => query(`ALTER ROLE "${serviceRole}" PASSWORD 'not that of the file'`),
    told: /_shop\.dsn does not authenticate: password authentication failed/,
  },
  {
    wrong: 'a truncated DSN file',
    spoil: (deployment) =>
      writeFileSync(serviceFile(deployment), readFileSync(serviceFile(deployment)).subarray(0, 60)),
    told: /_shop\.dsn does not authenticate/,
  },
  {
    wrong: 'a DSN file missing',
    spoil: (deployment) => rmSync(serviceFile(deployment)),
    told: /_shop\.dsn is missing/,
  },
  {
    wrong: 'a database closed',
    spoil: ({ databases }) => query(`ALTER DATABASE "${databases[0]}" ALLOW_CONNECTIONS false`),
    told: /_shop is closed/,
  },
  {
    wrong: 'a connection limit left',
    spoil: ({ databases }) => query(`ALTER DATABASE "${databases[0]}" CONNECTION LIMIT 12345`),
    told: /_shop has a connection limit of 12345/,
  },
  {
    wrong: 'a database open to PUBLIC',
    spoil: ({ databases }) => query(`GRANT TEMPORARY ON DATABASE "${databases[0]}" TO PUBLIC`),
    told: /_shop is open to PUBLIC/,
  },
  {
    wrong: 'a database without its mark',
    spoil: ({ databases }) => query(`COMMENT ON DATABASE "${databases[0]}" IS NULL`),
    told: /_shop carries no mark/,
  },
  {
    wrong: 'a privilege missing',
    spoil: ({ databases, serviceRole }) =>
      query(`REVOKE TEMPORARY ON DATABASE "${databases[0]}" FROM "${serviceRole}"`),
    told: /the second plan is not empty: exit 3/,
  },
];

describe('a deployment that should have converged', () => {
  test('has no problem when it did', async () => {
    await using deployment = await standing();
    expect(await problemsWhenConverged(deployment)).toEqual([]);
    expect(await problemsAtAnyInstant(deployment, contentsOf(deployment))).toEqual([]);
  });

  test.each(spoilings)('$wrong is told', async ({ spoil, told }) => {
    await using deployment = await standing();
    await spoil(deployment);
    expect((await problemsWhenConverged(deployment)).join('\n')).toMatch(told);
  });
});

describe('at any instant', () => {
  test('a password that is in no file is lost', async () => {
    await using deployment = await standing();
    const before = contentsOf(deployment);
    await query(`ALTER ROLE "${deployment.serviceRole}" PASSWORD 'never written down'`);
    expect((await problemsAtAnyInstant(deployment, before)).join('\n')).toMatch(/the password of .*_shop\.dsn is lost/);
  });

  test('a password that is in the staged twin is not', async () => {
    await using deployment = await standing();
    const before = contentsOf(deployment);
    for (const { name, role } of deployment.files.filter(({ role }) => role === deployment.serviceRole)) {
      const path = join(deployment.directory, name);
      const twin = readFileSync(path, 'utf8').replace(/:[^:@]*@/, ':staged@');
      writeFileSync(`${path}.staged`, twin, { mode: 0o600 });
      await query(`ALTER ROLE "${role}" PASSWORD 'staged'`);
    }
    expect(await problemsAtAnyInstant(deployment, before)).toEqual([]);
  });

  test('a file changed to something that does not authenticate is told', async () => {
    await using deployment = await standing();
    const before = contentsOf(deployment);
    appendFileSync(serviceFile(deployment), 'torn');
    writeFileSync(serviceFile(deployment), 'postgresql://torn');
    expect((await problemsAtAnyInstant(deployment, before)).join('\n')).toMatch(/neither the old file nor one that/);
  });
});

describe('a file of several logins', () => {
  const byManifest = { ...scenario, isByManifest: true } as const;

  async function standingByManifest(name: string): Promise<Deployment & AsyncDisposable> {
    const deployment = await begin(byManifest, handle, name);
    const leave = async () => {
      await deployment.drop();
      deployment[Symbol.dispose]();
    };
    return { ...deployment, [Symbol.asyncDispose]: leave };
  }

  test('is judged by each of its logins', async () => {
    await using deployment = await standingByManifest('judge_several');
    const before = contentsOf(deployment);
    expect(await problemsWhenConverged(deployment)).toEqual([]);
    expect(await problemsAtAnyInstant(deployment, before)).toEqual([]);
    for (const { name } of deployment.gathered) {
      const path = join(deployment.directory, name);
      const text = readFileSync(path, 'utf8');
      const [line = ''] = text.split('\n');
      writeFileSync(path, text.replace(line, line.replace(/:[\w-]{43}(?=@|$)/, ':torn')));
      expect((await problemsWhenConverged(deployment)).join('\n')).toContain(
        `a login of ${name} does not authenticate`,
      );
      expect((await problemsAtAnyInstant(deployment, before)).join('\n')).toContain(
        `${name} is neither the old file nor one that authenticates`,
      );
      writeFileSync(path, text.replace(`${line}\n`, ''));
      expect((await problemsWhenConverged(deployment)).join('\n')).toContain(`${name} holds 3 logins, expected 4`);
      writeFileSync(path, text);
    }
    await query(`ALTER ROLE "${deployment.serviceRole}" PASSWORD 'never written down'`);
    expect((await problemsAtAnyInstant(deployment, before)).join('\n')).toMatch(/the password of .* is lost in pgpass/);
  });
});
