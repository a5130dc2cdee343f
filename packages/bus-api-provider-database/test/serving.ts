// An API over a real PostgreSQL server and a deployment's folder, listening on a free port, for the tests of this package.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from 'bus-integration-database';
import { createPlainAdmin, type Server, startServer } from 'embedded';
import type { Authenticate } from '../src/auth/authenticate.ts';
import { createAuthenticate } from '../src/auth/authenticate.ts';
import { deploymentFromEnvironment } from '../src/deployments/deployments.ts';
import { createProviders } from '../src/deployments/providers.ts';
import { type App, createApp, type Limits } from '../src/http/app.ts';
import { shutDown } from '../src/http/serve.ts';

export const token = 'a-token-for-tests-only-0123456789';
export const base = '/api/internal/database';

export interface Serving extends AsyncDisposable {
  readonly app: App;
  readonly server: Server;
  readonly url: string;
  readonly directory: string;
  /** Everything that was logged. */
  log(): string;
  /** Asks with the token; a body makes it POST. */
  ask(path: string, body?: unknown, init?: RequestInit): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into documents of every shape
  readonly document: any;
}

export interface ServingOptions {
  readonly keys?: Readonly<Record<string, string>>;
  readonly authenticate?: Authenticate | null;
  readonly limits?: Partial<Limits>;
}

export async function serve({ keys = {}, authenticate, limits = {} }: ServingOptions = {}): Promise<Serving> {
  const server = await startServer();
  const directory = mkdtempSync(join(tmpdir(), 'api-'));
  mkdirSync(join(directory, 'local'), { mode: 0o700 });
  writeFileSync(join(directory, 'local/postgres-admin-dsn'), `${await createPlainAdmin(server)}\n`, { mode: 0o600 });
  const env = {
    BUS_DEPLOYMENT_ID: 'example-dev',
    BUS_DATABASE_PROVIDER: 'postgres',
    BUS_POSTGRES_ADMIN_DSN_FILE: './local/postgres-admin-dsn',
    BUS_DATABASE_NAMES: 'bus_auth,bus_events',
    BUS_DATABASE_SERVICE_ROLE: 'bus_service',
    BUS_DATABASE_DSN_OUTPUT_DIR: './local/dsn',
    ...keys,
  };
  const processContext = {
    env,
    cwd: directory,
    homeDirectory: directory,
    osUser: 'tester',
    uid: process.getuid?.() ?? 0,
  };
  let log = '';
  const app = await createApp({
    providers: ['postgres'],
    deployments: await deploymentFromEnvironment(processContext, createProviders()),
    authenticate:
      authenticate === null ? undefined : (authenticate ?? createAuthenticate({ token: new Secret(token) })),
    log: {
      level: 'info',
      stream: {
        write: (line) => {
          log += line;
        },
      },
    },
    limits,
  });
  const url = await app.server.listen({ host: '127.0.0.1', port: 0 });
  return {
    app,
    server,
    url,
    directory,
    log: () => log,
    ask: async (path, body, init = {}) => {
      const answer = await fetch(`${url}${path.startsWith('/') ? path : `${base}/${path}`}`, {
        method: body === undefined ? 'GET' : 'POST',
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...init,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...init.headers,
        },
      });
      const text = await answer.text();
      const isJson = /json/.test(answer.headers.get('content-type') ?? '');
      return { status: answer.status, headers: answer.headers, document: isJson ? JSON.parse(text) : text };
    },
    [Symbol.asyncDispose]: async () => {
      await shutDown(app, AbortSignal.abort());
      await server.stop();
      rmSync(directory, { recursive: true });
    },
  };
}

const declared = { databases: ['bus_auth', 'bus_events'], roles: ['bus_service'], schemas: ['public'] };

/** What the deployment of `serve` declares, as requests. */
export const requests = {
  plan: { deployment_id: 'example-dev', provider: 'postgres', dry_run: true, ...declared },
  apply: { deployment_id: 'example-dev', provider: 'postgres', dry_run: false, confirm: true, ...declared },
  verify: { deployment_id: 'example-dev', provider: 'postgres', checks: ['connectivity', 'listener-policy'] },
} as const;
