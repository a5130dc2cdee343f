// A second provider, as small as one can be: a database server in memory with users and grants. It takes what every
// provider gets from the first floor and names nothing that only PostgreSQL has; no surface was changed for it.
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ApplyRequest,
  type Check,
  type Configuration,
  type DesiredContext,
  type DesiredNames,
  isMutating,
  OperationError,
  type PlanRequest,
  type Provider,
  type ProviderFacts,
  type ProviderKeys,
  type ProviderModule,
  planId,
  type Response,
  type ScriptWriter,
  type ServedProvider,
  type Step,
  type Target,
  unlessStale,
  withRequestCredentials,
} from 'bus-integration-database';

/** What a server holds, for as long as its process lives. */
export interface Memory {
  readonly users: Set<string>;
  readonly databases: Set<string>;
  /** `user@database` */
  readonly grants: Set<string>;
  /** Applies at work. */
  applying: number;
}

export function createMemory(): Memory {
  return { users: new Set(), databases: new Set(), grants: new Set(), applying: 0 };
}

const text = { type: 'text', meaning: 'Of a server in memory.' } as const;

/** Its own actions: what its steps hold is its own, in words and in shape. */
const actions = {
  'add-user': { about: 'role', after: ({ shape, text }) => shape({ name: text }) },
  'make-database': {
    about: 'database',
    after: ({ shape, text, oneOf }) => shape({ name: text, engine: oneOf(['heap', 'tree']) }),
  },
  'let-in': { after: ({ shape, text }) => shape({ database: text, user: text }) },
} satisfies ProviderFacts['actions'];

const facts: ProviderFacts = { target: { instance: text }, found: {}, actions };

const noneReserved = { names: [], prefixes: [] };
const keys: ProviderKeys = {
  provider: 'memory',
  prefix: 'BUS_MEMORY_',
  known: [
    { name: 'BUS_MEMORY_ADMIN_FILE', meaning: 'a file that stands for the admin' },
    { name: 'BUS_MEMORY_ENGINE', meaning: 'heap or tree', default: 'heap' },
  ],
  names: { maxBytes: 20, reserved: { role: noneReserved, database: noneReserved, schema: noneReserved } },
  readChoices: (settings) => ({ engine: settings.choice('BUS_MEMORY_ENGINE', ['heap', 'tree']) ?? 'heap' }),
  readCredentials: (settings) => {
    const file = settings.path('BUS_MEMORY_ADMIN_FILE');
    return file === undefined ? undefined : { key: 'BUS_MEMORY_ADMIN_FILE', file };
  },
};

const script: ScriptWriter = {
  program: 'memsh',
  opening: ['STRICT'],
  actAs: (role) => [`AS ${role}`],
  connect: (database) => [`USE ${database}`],
  together: (lines) => lines,
  statement: (sql) => [sql],
};

const target: Target = {
  host: 'memory',
  port: 1,
  database: 'root',
  admin_role: 'root',
  server_version: '1',
  instance: 'one',
};

function stepsOf(memory: Memory, { roles, databases }: DesiredNames, engine: string): Step[] {
  const counted = { roles: roles.size, databases: databases.size, schemas: [], dsn_files: 0 };
  const found = { provider: 'memory', server_version: '1', admin_may_create: ['databases', 'users'] };
  const grants = [...databases].flatMap(([database, { logins }]) => logins.map((grantee) => ({ database, grantee })));
  const base = { summary: '', state: 'planned' } as const;
  const lead = { summary: '', risk: 'create', state: 'applied' } as const;
  return [
    { ...lead, action: 'discover-provider', target: 'memory', after: found },
    { ...lead, action: 'compute-database-plan', target: 'plan', after: counted },
    ...[...roles]
      .filter((name) => !memory.users.has(name))
      .map((name): Step => {
        return { ...base, action: 'add-user', target: name, risk: 'create', after: { name }, sql: [`USER ${name}`] };
      }),
    ...[...databases.keys()]
      .filter((name) => !memory.databases.has(name))
      .map((name): Step => {
        const sql = [`DATABASE ${name}`];
        return { ...base, action: 'make-database', target: name, risk: 'create', after: { name, engine }, sql };
      }),
    ...grants
      .filter(({ database, grantee }) => !memory.grants.has(`${grantee}@${database}`))
      .map(({ database, grantee }): Step => {
        const after = { database, user: grantee };
        const sql = [`GRANT ENTER TO ${grantee}`];
        return { ...base, action: 'let-in', target: database, risk: 'grant', after, sql };
      }),
  ];
}

function carryOut({ users, databases, grants }: Memory, { action, target: name, after }: Step): void {
  if (action === 'add-user') users.add(name);
  if (action === 'make-database') databases.add(name);
  if (action === 'let-in') grants.add(`${after?.user}@${name}`);
}

export function createMemoryProvider(memory: Memory, configuration: Configuration): Provider {
  const about = { deployment_id: configuration.deploymentId, provider: 'memory' };
  const answer = (steps: readonly Step[], more: Partial<Response> = {}): Response => {
    return { ok: true, ...about, actions: steps.map(({ action }) => action), steps, diagnostics: [], ...more };
  };
  const plan = (request: PlanRequest | ApplyRequest, { desired }: DesiredContext): Response => {
    withRequestCredentials(configuration, request);
    const steps = stepsOf(memory, desired, configuration.choices.engine ?? '');
    const { allow, adopt, rotate } = request;
    const allowed = { allow, adopt, rotate };
    const plan_id = planId(about.deployment_id, target, steps, allowed);
    const now = answer(steps, { dry_run: true, target, allowed, plan_id });
    const saved = 'plan' in request ? (request.plan as Response | undefined) : undefined;
    return unlessStale(saved, now, { desired, facts, unrotated: () => now });
  };
  return {
    name: 'memory',
    names: keys.names,
    configured: configuration.desired,
    facts,
    plan: async (request, context) => plan(request, context),
    apply: async (request, context) => {
      const planned = plan(request, context);
      if (request.dry_run || !planned.ok) return planned;
      memory.applying += 1;
      try {
        for (const step of planned.steps.filter(isMutating)) {
          // A moment for each, in which it can be ended.
          await delay(30, undefined, { signal: context.signal });
          carryOut(memory, step);
        }
      } catch {
        throw new OperationError('cancelled', 'ended before everything was made');
      } finally {
        memory.applying -= 1;
      }
      const steps = planned.steps.map((step) => (isMutating(step) ? { ...step, state: 'applied' as const } : step));
      return { ...planned, dry_run: false, steps };
    },
    status: async (request, { desired }) => {
      withRequestCredentials(configuration, request);
      const stateIn = (there: ReadonlySet<string>) => (name: string) => {
        return { name, state: there.has(name) ? ('ours' as const) : ('missing' as const) };
      };
      const drift = stepsOf(memory, desired, configuration.choices.engine ?? '').filter(isMutating);
      const databases = [...desired.databases.keys()].map(stateIn(memory.databases));
      return answer([], { target, databases, roles: [...desired.roles].map(stateIn(memory.users)), drift });
    },
    verify: async (request, { desired }) => {
      withRequestCredentials(configuration, request);
      const logins = [...desired.databases].flatMap(([name, { logins: roles }]) =>
        roles.map((role) => `${role}@${name}`),
      );
      const connectivity = logins.map((login): Check => {
        const base = { id: 'login', kind: 'connectivity', target: login } as const;
        return memory.grants.has(login)
          ? { ...base, result: 'ok', seen: 'logs in' }
          : { ...base, result: 'fail', seen: 'there is no grant', remedy: 'plan' };
      });
      const ok = connectivity.every(({ result }) => result === 'ok');
      return answer([], { ok, connectivity, complete: logins.length > 0 });
    },
    doctor: async (request) => {
      withRequestCredentials(configuration, request);
      return answer([], { checks: [{ id: 'memory', kind: 'doctor', result: 'ok', seen: 'there is room' }] });
    },
  };
}

/** The provider as the lists of composition roots have it. */
export function memoryModule(memory: Memory): ProviderModule & ServedProvider {
  return {
    keys,
    facts,
    script,
    create: ({ configuration }) => createMemoryProvider(memory, configuration),
    close: async () => {},
  };
}
