// A provider that plans for a server in which nothing was made yet, and can do nothing else. Reaches no server.
import {
  advise,
  type DesiredState,
  isMutating,
  OperationError,
  ownCommand,
  type Provider,
  type Response,
} from 'bus-integration-database';
import type { DesiredService } from '../conninfo/dsn-endpoint.ts';
import { postgresRules } from '../desired/rules.ts';
import type { Resource } from '../kinds/index.ts';
import { postgresFacts } from '../kinds/provider-facts.ts';
import type { Observation } from '../observe/observation.ts';
import { computePlan } from '../plan/compute.ts';
import { planResponse, providerName } from '../plan/respond.ts';

/** Plans for a server in which nothing was made yet; can do nothing else. */
export function emptyServerProvider(configured?: DesiredState): Provider<Resource> {
  const refused = async (): Promise<Response> => {
    throw new OperationError('invalid-request', 'without a server there is only a plan');
  };
  return {
    name: providerName,
    names: postgresRules,
    ...(configured !== undefined && { configured }),
    facts: postgresFacts,
    plan: async (_, { desired }) => {
      const allowed = { allow: [], adopt: false, rotate: [] };
      const intent = { desired, declared: desired, allowed, service: noService };
      const computed = computePlan(intent, emptyServer, [], () => ({ state: 'unknown' }));
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
      } = planResponse({ intent, target, computed, leftovers: [], warnings: [], startedAt: performance.now() });
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
  message: 'no server was asked: this is the plan for an empty server',
  ...advise(ownCommand('plan')),
} as const;

const noService: DesiredService = {
  target: { addresses: [], sslmode: 'prefer', loadBalanceHosts: 'disable' },
  service: {},
  absolute: (path) => path,
};

const emptyServer: Observation = {
  reached: { host: 'none', port: 5432, isEncrypted: false, hasSsl: false },
  server: {
    version: 'not asked',
    versionNum: 180000,
    database: 'postgres',
    systemIdentifier: 'not asked',
    isInRecovery: false,
    readsOnlyByDefault: false,
    maxConnections: 100,
    reservedConnections: 3,
    usedConnections: 1,
    isPooled: false,
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
    peers: [],
    mutesLogging: false,
    readsVerifiers: false,
  },
  roles: new Map(),
  databases: new Map(),
  inside: new Map(),
};
