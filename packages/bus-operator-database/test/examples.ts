// Hand-made answers for the texts' tests: a deployment of four databases, and names that try to deceive a reader.
import {
  type Diagnostic,
  planId,
  type Response,
  type Step,
  type StepState,
  type Target,
} from 'bus-integration-database';
import { postgresFacts, psqlScript } from 'bus-integration-postgres';
import { type Flags, readInvocation } from '../src/command-line/flags.ts';
import { changingFlags, commandLine } from '../src/command-line/line.ts';
import { plain } from '../src/render/paint.ts';
import type { View } from '../src/render/view.ts';

export const target: Target = {
  host: '10.0.3.7',
  port: 5432,
  database: 'postgres',
  admin_role: 'deploy_admin',
  server_version: '18.4',
  system_identifier: '7710971639735813047',
};

/** Takes the line for its own, turns the text around, clears the screen. */
export const hostileName = 'x\u202e\u2066evil\u0007\u001b[2J\nok: true';

/** What a terminal would act on: any control, format or bidirectional character but a line break. */
export const rawControl = /[^\P{C}\n]/u;

/** The flags of a command line, as the parser reads them. */
export function flagsOf(...argv: string[]): Flags {
  const invocation = readInvocation(argv);
  if ('problem' in invocation) throw new Error(invocation.problem);
  return invocation.flags;
}

export function viewOf(flags: Flags = flagsOf('plan'), more: Partial<View> = {}): View {
  return {
    paint: plain,
    verbosity: flags.verbosity,
    titleOf: (provider) => (provider === 'postgres' ? 'PostgreSQL' : provider),
    commandLine: (verb, extra) => commandLine(verb, { verb: 'plan', flags }, extra),
    changingFlags: changingFlags(flags),
    facts: postgresFacts,
    script: psqlScript,
    ...more,
  };
}

export function shown(lines: readonly string[]): string {
  return `\n${lines.join('\n')}\n`;
}

/** The same without the lines that every answer begins with, which one test of each screen has pinned. */
export function shownBody(lines: readonly string[]): string {
  return shown(
    lines.filter((line) => !/^(target: |deployment: | {2}discover-provider | {2}compute-database-plan )/.test(line)),
  );
}

export function leadSteps(databases: number, roles = 1): Step[] {
  return [
    {
      action: 'discover-provider',
      target: 'postgres',
      risk: 'create',
      summary: 'postgres 18.4, admin may create roles and databases',
      after: {
        provider: 'postgres',
        server_version: '18.4',
        system_identifier: '7710971639735813047',
        admin_may_create: ['roles', 'databases'],
      },
    },
    {
      action: 'compute-database-plan',
      target: 'plan',
      risk: 'create',
      summary: `${roles} role, ${databases} databases, schema public; files go to ./local/dsn`,
      after: { roles, databases, schemas: ['public'], dsn_files: databases, dsn_directory: './local/dsn' },
    },
  ];
}

export function createRole(name: string, state?: StepState): Step {
  return {
    action: 'create-role',
    target: name,
    risk: 'create',
    summary: 'login only, new password',
    after: { name, can_login: true, password: 'new' },
    sql: [`CREATE ROLE "${name}" LOGIN`],
    ...(state && { state }),
  };
}

/** What a new database takes: made, granted, written down. */
export function databaseSteps(name: string, role = 'bus_service', states: readonly StepState[] = []): Step[] {
  const steps: Step[] = [
    {
      action: 'create-database',
      target: name,
      risk: 'create',
      summary: 'UTF8, owner deploy_admin, closed to PUBLIC',
      after: { name, owner: 'deploy_admin', encoding: 'UTF8' },
      sql: [`CREATE DATABASE "${name}" TEMPLATE template0`, `REVOKE ALL ON DATABASE "${name}" FROM PUBLIC`],
    },
    {
      action: 'grant-privileges',
      target: name,
      risk: 'grant',
      summary: `${role}: CONNECT, TEMPORARY; schema public: USAGE, CREATE`,
      after: {
        database: name,
        grantee: role,
        on: [
          { type: 'database', privileges: ['CONNECT', 'TEMPORARY'] },
          { type: 'schema', schema: 'public', privileges: ['USAGE', 'CREATE'] },
        ],
      },
      sql: [
        `GRANT USAGE, CREATE ON SCHEMA "public" TO "${role}"`,
        `GRANT CONNECT, TEMPORARY ON DATABASE "${name}" TO "${role}"`,
      ],
    },
    {
      action: 'write-dsn-file',
      target: `./local/dsn/${name}.dsn`,
      risk: 'create',
      summary: `${role}@10.0.3.7:5432`,
      after: {
        file: `${name}.dsn`,
        database: name,
        role,
        endpoint: { host: '10.0.3.7', port: '5432' },
        password: 'new',
      },
    },
  ];
  return steps.map((step, index) => (states[index] === undefined ? step : { ...step, state: states[index] }));
}

export function revokeConnect(database: string): Step {
  return {
    action: 'revoke-privileges',
    target: database,
    risk: 'revoke',
    summary: 'PUBLIC loses CONNECT',
    before: { database, grantee: null, on: [{ type: 'database', privileges: ['CONNECT'] }] },
    sql: [`REVOKE CONNECT ON DATABASE "${database}" FROM PUBLIC`],
  };
}

export const fourDatabases = ['bus_auth', 'bus_events', 'bus_usage', 'bus_billing'];

export function respond(steps: readonly Step[], more: Partial<Response> = {}): Response {
  return {
    ok: true,
    deployment_id: 'example-dev',
    provider: 'postgres',
    target,
    actions: steps.map(({ action }) => action),
    steps,
    diagnostics: [],
    plan_id: planId('example-dev', target, steps),
    elapsed_ms: 214,
    ...more,
  };
}

export const firstPlan = respond([
  ...leadSteps(4),
  createRole('bus_service'),
  ...fourDatabases.flatMap((name) => databaseSteps(name)),
]);

export function fail(message: string, remedy?: string, code = 'example'): Diagnostic {
  return { severity: 'fail', code, message, ...(remedy !== undefined && { remedy }) };
}
