// One small deployment in a directory of its own: two databases, a service role and a further one, so four DSN files; by
// manifest also files that hold the logins of several.
// Its commands run through the command line's own `main`, in this process.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from 'bus-operator-database';
import type { Server } from 'embedded';

/** Where deployments are tried: a server, by which admin, with what standing in the way. */
export interface Ground {
  readonly server: Server;
  readonly adminDsn: string;
  /** What DSN files name; it may be a place where nobody listens. */
  readonly service: { readonly host: string; readonly port: number };
  /** Where the tests themselves log in, by SCRAM: a host, or the directory of a socket. */
  readonly loginHost: string;
}

export interface Deployment extends Disposable {
  readonly ground: Ground;
  readonly id: string;
  readonly home: string;
  /** Where the DSN files go. */
  readonly directory: string;
  readonly databases: readonly string[];
  readonly serviceRole: string;
  readonly roles: readonly string[];
  readonly files: readonly DsnFile[];
  /** Files that hold several logins. */
  readonly gathered: readonly GatheredFile[];
  /** The environment of every command, with the admin DSN that is to be used. */
  environment(adminDsn?: string): Record<string, string>;
  /** Runs a command to its end. */
  run(argv: readonly string[], adminDsn?: string): Promise<Answer>;
  /** Takes everything back from the server. */
  drop(): Promise<void>;
}

export interface GatheredFile {
  readonly name: string;
  /** Each of its logins, with the line that a DSN file of it would have. */
  readonly read: (text: string) => (Omit<DsnFile, 'name'> & { readonly line: string })[];
}

export interface DsnFile {
  readonly name: string;
  readonly database: string;
  readonly role: string;
}

/** What a command came to. */
export interface Answer {
  readonly exit: number;
  readonly text: string;
  readonly response: {
    readonly ok?: boolean;
    readonly error_class?: string;
    readonly diagnostics?: readonly { readonly message: string; readonly code: string; readonly remedy?: string }[];
  };
  readonly elapsedMs: number;
}

/** Prepares a deployment of its own names; nothing of it is on the server yet. */
export function createDeployment(ground: Ground, name: string, isByManifest = false): Deployment {
  const home = mkdtempSync(join(tmpdir(), 'bus-crash-'));
  mkdirSync(join(home, 'admin'), { mode: 0o700 });
  const databases = [`${name}_shop`, `${name}_stock`];
  const serviceRole = `${name}_service`;
  const roles = [serviceRole, `${name}_report`];
  const files = databases.flatMap((database) =>
    roles.map((role) => ({
      name: role === serviceRole && !isByManifest ? `${database}.dsn` : `${database}.${role}.dsn`,
      database,
      role,
    })),
  );
  const manifest = join(home, 'manifest.yaml');
  if (isByManifest) writeFileSync(manifest, manifestText(name, databases, roles));
  const declared = isByManifest
    ? { BUS_DATABASE_MANIFEST_FILE: manifest }
    : {
        BUS_DEPLOYMENT_ID: name,
        BUS_DATABASE_NAMES: databases.join(','),
        BUS_DATABASE_SERVICE_ROLE: serviceRole,
        BUS_DATABASE_ROLE_NAMES: roles.filter((role) => role !== serviceRole).join(','),
        BUS_DATABASE_SCHEMAS: 'public,app',
      };
  const environment = (adminDsn = ground.adminDsn) => {
    const file = join(home, 'admin', `${createHash('sha256').update(adminDsn).digest('hex').slice(0, 12)}.dsn`);
    writeFileSync(file, `${adminDsn}\n`, { mode: 0o600 });
    return {
      HOME: home,
      ...declared,
      BUS_POSTGRES_ADMIN_DSN_FILE: file,
      BUS_DATABASE_DSN_OUTPUT_DIR: './dsn',
      BUS_DATABASE_SERVICE_HOST: ground.service.host,
      BUS_DATABASE_SERVICE_PORT: String(ground.service.port),
    };
  };
  return {
    ground,
    id: name,
    home,
    directory: join(home, 'dsn'),
    databases,
    serviceRole,
    roles,
    files,
    gathered: isByManifest ? [passwordFile, envFile] : [],
    environment,
    run: (argv, adminDsn) => runCommand(argv, environment(adminDsn), home),
    drop: async () => {
      for (const database of databases) await ground.server.query(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`);
      await ground.server.query(`DROP ROLE IF EXISTS ${roles.map((role) => `"${role}"`).join(', ')}`);
    },
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}

function manifestText(name: string, databases: readonly string[], roles: readonly string[]): string {
  const access = roles.map((role) => `${role}: create`).join(', ');
  return [
    'version: 1',
    `deployment: ${name}`,
    `roles: {${roles.map((role) => `${role}: {login: true}`).join(', ')}}`,
    // What PUBLIC has from the start is taken inside, after the database was opened.
    `every_database: {schemas: [public, app], routines: closed, access: {${access}}}`,
    `databases: {${databases.map((database) => `${database}: {}`).join(', ')}}`,
    // Beside the DSN files, where what is done to them is watched.
    'outputs:',
    '  - {form: uri}',
    `  - {form: pgpass, file: dsn/${passwordFile.name}}`,
    `  - {form: env, file: dsn/${envFile.name}, variable: "URL_{DATABASE}_{ROLE}"}`,
    '',
  ].join('\n');
}

const passwordFile: GatheredFile = {
  name: 'pgpass',
  read: (text) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [host = '', port = '', database = '', role = '', password = ''] = line.split(':');
        return { database, role, line: `postgresql://${role}:${password}@${host}:${port}/${database}` };
      }),
};

const envFile: GatheredFile = {
  name: 'services.env',
  read: (text) =>
    [...text.matchAll(/^\w+=(\S+)$/gm)].map(([, line = '']) => {
      const { username: role, pathname } = new URL(line);
      return { database: pathname.slice(1), role, line };
    }),
};

async function runCommand(argv: readonly string[], env: Record<string, string>, cwd: string): Promise<Answer> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const [printed, told] = [collect(stdout), collect(stderr)];
  const startedAt = performance.now();
  const exit = await main([...argv, '-f', 'json'], { env, cwd, stdin, stdout, stderr });
  const elapsedMs = performance.now() - startedAt;
  const text = printed() + told();
  return { exit, text, response: readResponse(printed()), elapsedMs };
}

function readResponse(text: string): Answer['response'] {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function collect(stream: PassThrough): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}
