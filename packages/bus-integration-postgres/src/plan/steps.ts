// From differences and decisions to the ordered steps of a plan. Pure; knows PostgreSQL's order, no SQL.
import {
  type BareStep,
  type DatabasePrivileges,
  type Declaration,
  type Delta,
  expandRole,
  fileSteps,
  type Risk,
  type RoleDecision,
  rolesOf,
  type SchemaPrivileges,
  type Step,
} from 'bus-integration-database';
import { connectionStrings } from '../conninfo/connection-strings.ts';
import { type RuleContext, statementsOf, summaryOf } from '../kinds/rules.ts';
import { deploymentsIn } from '../observe/mark.ts';
import type { Observation } from '../observe/observation.ts';
import { printable } from '../text/shown.ts';
import { type Comparison, granteeName } from './compare.ts';

export interface StepsInput {
  readonly deploymentId: string;
  readonly declaration: Declaration;
  readonly dsnDirectory?: string | undefined;
  readonly seen: Observation;
  readonly comparison: Comparison;
  readonly credentials: readonly RoleDecision[];
}

/** The plan's steps: what was found, then roles, then each database with all that belongs to it. */
export function toSteps(input: StepsInput): Step[] {
  const context = showingContext(input);
  return [...leadSteps(input), ...roleSteps(input), ...databaseSteps(input)].map((bare) => finish(bare, context));
}

/** Looks comments up in what was seen; gives out no password. */
export function showingContext({ deploymentId, seen }: Pick<StepsInput, 'deploymentId' | 'seen'>): RuleContext {
  return {
    deploymentId,
    commentOf: (kind, name) => seen[kind === 'role' ? 'roles' : 'databases'].get(name)?.comment ?? null,
    passwordOf: () => undefined,
  };
}

function finish(bare: BareStep, context: RuleContext): Step {
  const step = { ...bare, summary: '' } as Step;
  const sql = statementsOf(step, context).map((statement) => statement.sql);
  return { state: 'planned', ...step, summary: summaryOf(step), ...(sql.length > 0 && { sql }) };
}

function leadSteps({ declaration, dsnDirectory, seen, credentials }: StepsInput): BareStep[] {
  const { server, admin } = seen;
  return [
    {
      action: 'discover-provider',
      target: 'postgres',
      risk: 'create',
      state: 'applied',
      after: {
        provider: 'postgres',
        server_version: server.version,
        admin_may_create: [...(admin.createsRoles ? ['roles'] : []), ...(admin.createsDatabases ? ['databases'] : [])],
        ...(server.systemIdentifier !== undefined && { system_identifier: server.systemIdentifier }),
      },
    },
    {
      action: 'compute-database-plan',
      target: 'plan',
      risk: 'create',
      state: 'applied',
      after: {
        roles: rolesOf(declaration).length,
        databases: declaration.databases.length,
        schemas: declaration.schemas,
        dsn_files: credentials.reduce((sum, { files }) => sum + files.length, 0),
        ...(dsnDirectory !== undefined && { dsn_directory: dsnDirectory }),
      },
    },
  ];
}

function roleSteps({ declaration, comparison, credentials, seen, deploymentId }: StepsInput): BareStep[] {
  const decisions = new Map(credentials.map((decision) => [decision.role, decision]));
  const changed = new Set(comparison.deltas.flatMap(({ after }) => (after?.kind === 'role' ? [after.name] : [])));
  return rolesOf(declaration).flatMap((name): BareStep[] => {
    const decision = decisions.get(name);
    const standing = comparison.roles.get(name);
    const target = printable(name);
    if (standing === 'refused') return [];
    if (standing === 'missing') {
      const password = decision === undefined || decision.source === 'unproven' ? 'none' : decision.source;
      return [{ action: 'create-role', target, risk: 'create', after: { name, can_login: true, password } }];
    }
    const steps: BareStep[] = [];
    if (standing === 'adopted') steps.push(adopt('adopt-role', name, seen.roles.get(name)?.comment, deploymentId));
    if (changed.has(name)) {
      const before = { name, can_login: false };
      steps.push({ action: 'alter-role', target, risk: 'update', before, after: { name, can_login: true } });
    }
    if (decision?.setsPassword) {
      const password = decision.source === 'new' ? 'new' : 'staged';
      const { replaces } = decision;
      const before = { name, ...(replaces !== undefined && { replaces }) };
      const risk: Risk = replaces === undefined ? 'update' : 'rotate';
      steps.push({ action: 'alter-role', target, risk, before, after: { name, password } });
    }
    return steps;
  });
}

function databaseSteps(input: StepsInput): BareStep[] {
  const { declaration, comparison, credentials, seen, deploymentId } = input;
  const deltasOf = groupDeltas(comparison.deltas);
  const filesOf = new Map<string, BareStep[]>();
  for (const { endpoint, files } of credentials) {
    for (const file of files) {
      const { database } = file.pair;
      const steps = filesOf.get(database) ?? [];
      steps.push(...fileSteps(file, endpoint, connectionStrings));
      filesOf.set(database, steps);
    }
  }
  return declaration.databases.flatMap((name): BareStep[] => {
    const standing = comparison.databases.get(name);
    if (standing === 'refused') return [];
    const target = printable(name);
    const steps: BareStep[] = [];
    if (standing === 'adopted') {
      steps.push(adopt('adopt-database', name, seen.databases.get(name)?.comment, deploymentId));
    } else if (standing === 'missing' || standing === 'unfinished') {
      const after = { name, owner: seen.admin.name, encoding: 'UTF8' };
      const before = standing === 'unfinished' ? { name, unfinished: true as const } : undefined;
      steps.push({ action: 'create-database', target, risk: 'create', after, ...(before && { before }) });
    }
    const deltas = deltasOf.get(name) ?? [];
    for (const { after } of deltas) {
      // The schema public comes with a new database.
      if (after?.kind !== 'schema' || (after.name === 'public' && standing !== 'ours' && standing !== 'adopted'))
        continue;
      const schema = { database: name, name: after.name };
      steps.push({
        action: 'create-schema',
        target: `${target}.${printable(after.name)}`,
        risk: 'create',
        after: schema,
      });
    }
    const privileges = groupPrivileges(deltas);
    const grantees = [...declaration.roles.map((role) => expandRole(role, name)), null];
    for (const grantee of grantees) {
      const after = privilegesIn(name, grantee, privileges.get(grantee) ?? [], missing);
      if (after !== undefined) steps.push({ action: 'grant-privileges', target, risk: 'grant', after });
    }
    for (const grantee of grantees) {
      const before = privilegesIn(name, grantee, privileges.get(grantee) ?? [], unwanted);
      if (before !== undefined) steps.push({ action: 'revoke-privileges', target, risk: 'revoke', before });
    }
    return [...steps, ...(filesOf.get(name) ?? [])];
  });
}

function groupDeltas(deltas: readonly Delta[]): Map<string, Delta[]> {
  const groups = new Map<string, Delta[]>();
  for (const delta of deltas) {
    const resource = delta.after ?? delta.before;
    const database =
      resource.kind === 'schema'
        ? resource.database
        : resource.kind === 'privileges'
          ? resource.on.database
          : undefined;
    if (database === undefined) continue;
    const group = groups.get(database);
    if (group === undefined) groups.set(database, [delta]);
    else group.push(delta);
  }
  return groups;
}

/** By grantee, null being everyone: looked through for each of many roles, the whole list would take minutes. */
function groupPrivileges(deltas: readonly Delta[]): Map<string | null, Delta[]> {
  const groups = new Map<string | null, Delta[]>();
  for (const delta of deltas) {
    const resource = delta.after ?? delta.before;
    if (resource.kind !== 'privileges') continue;
    const grantee = granteeName(resource.grantee);
    const group = groups.get(grantee);
    if (group === undefined) groups.set(grantee, [delta]);
    else group.push(delta);
  }
  return groups;
}

const missing = (before: readonly string[], after: readonly string[]) => after.filter((item) => !before.includes(item));
const unwanted = (before: readonly string[], after: readonly string[]) =>
  before.filter((item) => !after.includes(item));

function privilegesIn(
  database: string,
  grantee: string | null,
  deltas: readonly Delta[],
  pick: (before: readonly string[], after: readonly string[]) => string[],
): DatabasePrivileges | undefined {
  let onDatabase: string[] = [];
  const onSchemas: SchemaPrivileges[] = [];
  for (const { before, after } of deltas) {
    const resource = after ?? before;
    if (resource?.kind !== 'privileges') continue;
    const held = before?.kind === 'privileges' ? before.privileges : [];
    const wanted = after?.kind === 'privileges' ? after.privileges : [];
    const privileges = pick(held, wanted);
    if (privileges.length === 0) continue;
    if (resource.on.schema === undefined) onDatabase = privileges;
    else onSchemas.push({ schema: resource.on.schema, privileges });
  }
  if (onDatabase.length === 0 && onSchemas.length === 0) return undefined;
  return { database, grantee, on_database: onDatabase, on_schemas: onSchemas };
}

function adopt(
  action: 'adopt-role' | 'adopt-database',
  name: string,
  comment: string | null | undefined,
  deploymentId: string,
): BareStep {
  const deployment = deploymentsIn(comment ?? null)[0] ?? null;
  const risk: Risk = 'update';
  return {
    action,
    target: printable(name),
    risk,
    before: { name, deployment },
    after: { name, deployment: deploymentId },
  };
}
