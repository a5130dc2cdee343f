// The binary bus-integration-postgres: names the events that this provider answers, proves its pure parts on itself, and
// shows what it would do on an empty server. Reaches no server.
import {
  type Declaration,
  declarationOf,
  desiredResources,
  diff,
  eventNames,
  type GlobalFlags,
  handle,
  isMutating,
  OperationError,
  type Provider,
  printable,
  type Response,
  readGlobalFlags,
  requireUsableNames,
  writeResult,
} from 'bus-integration-database';
import { computePlan, serviceProfile } from './compute.ts';
import { parseDsn } from './dsn.ts';
import { postgresNames } from './names.ts';
import type { Observation } from './observation.ts';
import { planResponse, providerName } from './respond.ts';
import { matchesVerifier, scramVerifier } from './scram.ts';

const version = '0.1.0';

const help = `bus-integration-postgres: the PostgreSQL provider of bus operator database.

usage: bus-integration-postgres [flags] --events
       bus-integration-postgres [flags] --self-test
       bus-integration-postgres [flags] --dry-run plan

  --events             the provider and the event names, one a line
  --self-test          check the provider's own parts: no server is asked
  --dry-run plan       what a plan for an empty server holds, always as JSON; takes BUS_DEPLOYMENT_ID,
                       BUS_DATABASE_NAMES, BUS_DATABASE_SERVICE_ROLE, BUS_DATABASE_SCHEMA_NAMES
  -f, --format FORMAT  text (default) or json
  -o, --output FILE    write the result to FILE (0600) instead of stdout
  -h, --help           this text
  -V, --version        name and version
  -q, -v, -vv, --trace, --color WHEN, --no-color change nothing here

exit status: 0 done, 1 the self-test failed, 2 wrong usage
`;

const notYet = ['hba', 'render-hba', 'serve'];

async function main(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<number> {
  const flags = readGlobalFlags(argv);
  if ('problem' in flags) return refuse(`${flags.problem}; see --help`);
  const line = flags.words.join(' ');
  switch (line) {
    case '--help':
    case '-h':
      return print(help, flags);
    case '--version':
    case '-V':
      return print(`bus-integration-postgres ${version}\n`, flags);
    case '--events':
      return print(
        flags.format === 'json' ? json(capabilities()) : [`provider ${providerName}`, ...eventNames, ''].join('\n'),
        flags,
      );
    case '--self-test':
      return await selfTest(flags);
    case '--dry-run plan':
    case 'plan --dry-run':
      return await dryRun(env, flags);
  }
  const word = flags.words.find((argument) => !argument.startsWith('-'));
  if (word !== undefined && notYet.includes(word)) return refuse(`${word} is not available in this version`);
  return refuse(
    `${line === '' ? 'nothing asked for' : `unexpected arguments ${JSON.stringify(printable(line))}`}; see --help`,
  );
}

function capabilities() {
  // Without a broker the same requests are answered in-process, which is how a deployment is first brought up.
  return { provider: providerName, providers: [providerName], events: eventNames, direct_bootstrap: true };
}

/** The plan for a server that holds nothing yet: what would be asked of it, step by step. */
async function dryRun(env: Readonly<Record<string, string | undefined>>, flags: GlobalFlags): Promise<number> {
  const list = (text: string | undefined) =>
    (text ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  const names = list(env.BUS_DATABASE_NAMES);
  const schemas = list(env.BUS_DATABASE_SCHEMA_NAMES);
  const request = {
    deployment_id: env.BUS_DEPLOYMENT_ID || 'example-dev',
    provider: providerName,
    dry_run: true,
    databases: names.length > 0 ? names : ['bus_events'],
    roles: [env.BUS_DATABASE_SERVICE_ROLE || 'bus_service'],
    schemas: schemas.length > 0 ? schemas : ['public'],
  };
  const response = await handle('plan', request, [emptyServerProvider()], { signal: new AbortController().signal });
  const printed = print(json(response), flags);
  return response.ok ? printed : 2;
}

async function selfTest(flags: GlobalFlags): Promise<number> {
  try {
    checkDsn();
    checkVerifier();
    await checkPlan();
    return print(flags.format === 'json' ? json({ ok: true }) : 'OK bus-integration-postgres self-test\n', flags);
  } catch (error) {
    process.stderr.write(
      `bus-integration-postgres: self-test failed: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return 1;
  }
}

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING */
function checkDsn(): void {
  const uri = parseDsn('postgresql://admin@[::1]:5433,second/data%20base?connect_timeout=10');
  expectEqual('URI', uri, {
    user: 'admin',
    host: '::1,second',
    port: '5433,',
    dbname: 'data base',
    connect_timeout: '10',
  });
  expectEqual('keywords', parseDsn("host=/run/pg dbname='it\\'s'"), { host: '/run/pg', dbname: "it's" });
}

/** The exchange of RFC 7677, section 3, whose password and salt are public. */
function checkVerifier(): void {
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
  const verifier = scramVerifier('pencil', { salt, iterations: 4096 });
  const begin = 'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$';
  expectEqual('verifier', verifier.slice(0, begin.length), begin);
  expectEqual('the right password', matchesVerifier('pencil', verifier, 'user'), true);
  expectEqual('a wrong password', matchesVerifier('pencils', verifier, 'user'), false);
}

/** A request through the contract and this provider's pure parts, and a second plan of nothing. */
async function checkPlan(): Promise<void> {
  const request = {
    deployment_id: 'self-test',
    provider: providerName,
    databases: ['one'],
    roles: ['service'],
    schemas: ['public'],
  };
  const context = { signal: new AbortController().signal };
  const { ok, actions } = await handle('plan', JSON.parse(JSON.stringify(request)), [emptyServerProvider()], context);
  expectEqual('plan: ok', ok, true);
  expectEqual('plan: actions', actions.slice(0, 5), [
    'discover-provider',
    'compute-database-plan',
    'create-role',
    'create-database',
    'grant-privileges',
  ]);
  const desired = desiredResources({ databases: ['one'], roles: ['service'], schemas: ['public'] }, serviceProfile);
  expectEqual('what is as declared', diff(desired, desired), []);
}

/** Plans for a server in which nothing was made yet; can do nothing else. */
function emptyServerProvider(): Provider {
  const refused = async (): Promise<Response> => {
    throw new OperationError('invalid-request', 'without a server there is only a plan');
  };
  return {
    name: providerName,
    plan: async (request) => {
      const declaration: Declaration = declarationOf(request);
      requireUsableNames(declaration, postgresNames);
      const allowed = { allow: [], adopt: false, rotate: [] };
      const wish = { deploymentId: request.deployment_id, declaration, allowed, endpoint: {} };
      const computed = computePlan(wish, emptyServer, [], () => ({ state: 'unknown' }));
      const target = {
        host: 'none',
        port: 0,
        database: 'postgres',
        admin_role: emptyServer.admin.name,
        server_version: emptyServer.server.version,
      };
      const {
        target: _none,
        plan_id: _unnamed,
        ...answer
      } = planResponse({ wish, target, computed, warnings: [], startedAt: performance.now() });
      return { ...answer, diagnostics: [...answer.diagnostics, ...(answer.steps.some(isMutating) ? [noServer] : [])] };
    },
    apply: refused,
    status: refused,
    verify: refused,
    doctor: refused,
  };
}

const noServer = {
  severity: 'info',
  code: 'no-server',
  message: 'no server was asked: this is the plan for an empty one',
  remedy: 'bus operator database plan',
} as const;

const emptyServer: Observation = {
  server: {
    version: 'not asked',
    versionNum: 180000,
    database: 'postgres',
    isInRecovery: false,
    readsOnlyByDefault: false,
    maxConnections: 100,
    reservedConnections: 3,
    usedConnections: 1,
    entersPostgres: true,
    scramIterations: 4096,
    encoding: 'UTF8',
    characterType: 'C.UTF-8',
  },
  admin: {
    name: 'admin',
    isSuperuser: false,
    createsRoles: true,
    createsDatabases: true,
    mutesLogging: false,
    readsVerifiers: false,
  },
  roles: new Map(),
  databases: new Map(),
  inside: new Map(),
};

function expectEqual(what: string, seen: unknown, expected: unknown): void {
  const [one, other] = [seen, expected].map((value) => JSON.stringify(value, sortedKeys));
  if (one !== other) throw new Error(`${what} is ${one}, expected ${other}`);
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function print(text: string, { output }: GlobalFlags): number {
  const fault = writeResult(text, output);
  return fault === undefined ? 0 : refuse(fault);
}

function refuse(why: string): number {
  process.stderr.write(`bus-integration-postgres: ${why}\n`);
  return 2;
}

// Last, since what stands above must be there first.
process.exitCode = await main(process.argv.slice(2), process.env);
