// A server, or what stands before it, that answers what no PostgreSQL does: rows of wrong types, words outside a
// vocabulary, texts that mean something to psql or a terminal. A proxy rewrites the answers of a real server.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Response } from 'bus-integration-database';
import { psqlPath, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { message } from '../packages/bus-integration-postgres/test/scripted-server.ts';
import type { Message } from './crash/messages.ts';
import { type Deployment, makeDeployment } from './deployment.ts';
import { type Lie, startLyingProxy } from './lying-proxy.ts';
import { createDeployment } from './scenarios/deployment.ts';

const psql = psqlPath();
let server: Server;
let deployment: Deployment;
const desired = { databases: ['bus_auth', 'bus_events'], serviceRole: 'bus_service' };

beforeAll(async () => {
  server = await startServer();
  deployment = makeDeployment({ adminDsn: server.dsn() });
  const { exit, stdout, stderr } = await deployment.run(['apply']);
  expect(exit, stdout + stderr).toBe(0);
  await server.query('GRANT TEMPORARY ON DATABASE bus_auth TO PUBLIC');
});
afterAll(async () => {
  deployment[Symbol.dispose]();
  await server.stop();
});

/** A row's fields, null for NULL. */
function fieldsOf({ bytes }: Message): (string | null)[] {
  const fields: (string | null)[] = [];
  let offset = 7;
  for (let left = bytes.readUInt16BE(5); left > 0; left -= 1) {
    const length = bytes.readInt32BE(offset);
    fields.push(length < 0 ? null : bytes.toString('utf8', offset + 4, offset + 4 + length));
    offset += 4 + Math.max(0, length);
  }
  return fields;
}

function rowOf(fields: readonly (string | null)[]): Buffer {
  const int = (value: number, size: 2 | 4) => {
    const buffer = Buffer.alloc(size);
    buffer.writeIntBE(value, 0, size);
    return buffer;
  };
  return message(
    'D',
    int(fields.length, 2),
    ...fields.flatMap((field) => (field === null ? [int(-1, 4)] : [int(Buffer.byteLength(field), 4), field])),
  );
}

/** Changes what JSON columns hold. */
function inJson(change: (value: unknown, path: string) => unknown): Lie {
  const walk = (value: unknown, path: string): unknown => {
    const changed = change(value, path);
    if (changed !== value) return changed;
    if (Array.isArray(value)) return value.map((item) => walk(item, `${path}[]`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, `${path}.${key}`)]));
  };
  return (seen) => {
    if (seen.type !== 'D') return undefined;
    const fields = fieldsOf(seen).map((field, index) => {
      if (field === null || !/^[[{]/.test(field)) return field;
      try {
        return JSON.stringify(walk(JSON.parse(field), `${index}`));
      } catch {
        return field;
      }
    });
    return rowOf(fields);
  };
}

async function throughProxy<T>(lie: Lie, work: (adminDsn: string) => Promise<T>): Promise<T> {
  await using proxy = await startLyingProxy(server.port, lie);
  return await work(`${server.dsn().replace(/:\d+\//, `:${proxy.port}/`)}?sslmode=disable`);
}

const command = (canary: string) => `\n\\! touch ${canary}\n--`;

describe('a script for psql', () => {
  test.each([
    [
      'a privilege',
      (value: unknown, canary: string) => (value === 'TEMPORARY' ? `TEMPORARY${command(canary)}` : value),
    ],
    [
      'the version',
      (value: unknown, canary: string) => (/^18\.\d/.test(`${value}`) ? `18.4${command(canary)}` : value),
    ],
    ['every name', (value: unknown, canary: string) => (value === 'postgres' ? `postgres${command(canary)}` : value)],
    [
      'grantors',
      (value: unknown, canary: string) =>
        value === 'bus_service' ? value : /^[a-z]\w*$/.test(`${value}`) ? `${value}${command(canary)}` : value,
    ],
    [
      'comments',
      (value: unknown, canary: string) =>
        `${value}`.startsWith('bus-deployment=') ? `${value}${command(canary)}` : value,
    ],
  ])('runs nothing, whatever %s says', async (_, lie) => {
    const canary = deployment.path('canary');
    await throughProxy(
      inJson((value) => (typeof value === 'string' ? lie(value, canary) : value)),
      async (adminDsn) => {
        deployment.write('local/lying-dsn', `${adminDsn}\n`);
        const env = { BUS_POSTGRES_ADMIN_DSN_FILE: './local/lying-dsn' };
        for (const flags of [
          ['--allow', 'revoke'],
          ['--adopt', '--allow', 'revoke'],
        ]) {
          deployment.configure({ BUS_POSTGRES_ADMIN_DSN_FILE: './local/lying-dsn' });
          const { stdout, stderr } = await deployment.run(['plan', '--sql', ...flags], { env });
          deployment.configure({ BUS_POSTGRES_ADMIN_DSN_FILE: './local/postgres-admin-dsn' });
          const script = deployment.write('script.sql', stdout);
          expect((stdout + stderr).split('\n').filter((line) => /^\s*\\!/.test(line))).toEqual([]);
          expect(stdout + stderr).not.toMatch(/TypeError|is not a function/);
          if (psql === undefined) console.log('the script is not tried: there is no psql on PATH');
          else spawnSync(psql, ['-X', '-q', '-d', server.dsn(), '-f', script], { stdio: 'ignore' });
          expect(existsSync(canary), stdout).toBe(false);
        }
      },
    );
  });
});

describe('a terminal', () => {
  const harm = '\u001b]0;owned\u0007\u001b[2J\u202e\nok: true\r\u009b31m';

  test.each(['plan', 'status', 'doctor', 'verify', 'report', 'apply'])(
    'is told nothing by the texts of a server: %s',
    async (verb) => {
      const lies = inJson((value) =>
        /^(postgres|public|18\.\d.*|.*=example-dev)$/.test(`${value}`) ? `${value}${harm}` : value,
      );
      const lie: Lie = (seen) => {
        if (seen.type === 'S') {
          const [name = '', value = ''] = seen.bytes.toString('utf8', 5).split('\0');
          return message('S', `${name}\0${value}${name === 'server_version' ? harm : ''}\0`);
        }
        return lies(seen);
      };
      await throughProxy(lie, async (adminDsn) => {
        deployment.write('local/lying-dsn', `${adminDsn}\n`);
        deployment.configure({ BUS_POSTGRES_ADMIN_DSN_FILE: './local/lying-dsn' });
        const { stdout, stderr } = await deployment.run([verb, '-vv']);
        deployment.configure({ BUS_POSTGRES_ADMIN_DSN_FILE: './local/postgres-admin-dsn' });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
        expect(stdout + stderr).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
        expect((stdout + stderr).split('\n').filter((line) => /^ok: true/.test(line)).length).toBeLessThan(2);
        expect(stdout + stderr).not.toMatch(/TypeError|is not a function/);
      });
    },
  );
});

describe('rows of wrong types', () => {
  const verbs = ['plan', 'status', 'doctor', 'verify', 'report'] as const;
  const wrong = (value: unknown): unknown => {
    if (typeof value === 'string') return 7;
    if (typeof value === 'number') return 'seven';
    if (typeof value === 'boolean') return 't';
    return Array.isArray(value) ? { length: 1 } : ['an array'];
  };

  const ask = (verb: (typeof verbs)[number], adminDsn: string): Promise<Response> => {
    const asked = createDeployment({ adminDsn, desired, folder: deployment.directory });
    return verb === 'verify' ? asked.verify({ checks: ['connectivity', 'listener-policy'] }) : asked[verb]();
  };

  function expectTold(answer: Response, lie: string): void {
    const text = JSON.stringify(answer);
    expect(answer.error_class, `${lie}: ${text}`).not.toBe('internal');
    expect(text, lie).not.toMatch(/is not a function|TypeError|undefined|Cannot read|not iterable/);
  }

  const known = new Set<string>();

  test.each(['plan', 'doctor', 'verify', 'report'] as const)(
    '%s tells each of them, one after the other',
    async (verb) => {
      const paths = new Set<string>();
      const note = inJson((value, path) => {
        paths.add(path);
        return value;
      });
      const honest = await throughProxy(note, (adminDsn) => ask(verb, adminDsn));
      expect(honest.error_class).not.toBe('unreachable');
      // What the verbs read alike is tried once.
      const own = [...paths].filter((path) => !known.has(path));
      for (const path of own) known.add(path);
      expect(own.length).toBeGreaterThan(10);
      const stride = process.env.LYING_ROWS === 'all' ? 1 : Math.ceil(own.length / 8);
      const tried = own.filter((_, index) => index % stride === 0);
      console.log(`${verb}: ${tried.length} of ${own.length} values lied about; all of them with LYING_ROWS=all`);
      for (const wanted of tried) {
        const lie = inJson((value, path) => (path === wanted && value !== null ? wrong(value) : value));
        expectTold(await throughProxy(lie, (adminDsn) => ask(verb, adminDsn)), `${verb} ${wanted}`);
      }
    },
    240_000,
  );

  test.each(verbs)('%s tells columns that are all text, all NULL, or not there', async (verb) => {
    const asText: Lie = ({ type, bytes }) => {
      if (type !== 'T') return undefined;
      const changed = Buffer.from(bytes);
      for (let left = bytes.readUInt16BE(5), at = 7; left > 0; left -= 1) {
        at = bytes.indexOf(0, at) + 1;
        changed.writeUInt32BE(25, at + 6);
        at += 18;
      }
      return changed;
    };
    const asNull: Lie = (seen) => (seen.type === 'D' ? rowOf(fieldsOf(seen).map(() => null)) : undefined);
    const noRow: Lie = ({ type }) => (type === 'D' ? Buffer.alloc(0) : undefined);
    const twice: Lie = ({ type, bytes }) => (type === 'D' ? Buffer.concat([bytes, bytes]) : undefined);
    for (const [name, lie] of Object.entries({ asText, asNull, noRow, twice })) {
      const answer = await throughProxy(lie, (adminDsn) => ask(verb, adminDsn));
      expectTold(answer, `${verb} ${name}`);
      expect([name, answer.ok]).toEqual([name, false]);
      expect(JSON.stringify(answer)).toContain('as no PostgreSQL does');
    }
  });
});
