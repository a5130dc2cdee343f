// From differences to the ordered steps of a plan. Pure; knows neither kinds nor SQL.
import type { BareStep, DesiredNames, Step, StepOfAction } from 'bus-integration-database';
import { type Difference, resourceOf } from '../kinds/differences.ts';
import { kindOf, type Resource, ruleOf, statementsOf, summaryOf } from '../kinds/index.ts';
import { places, type RuleContext, type Scope, type Statement } from '../kinds/kind/kind.ts';
import type { Observation } from '../observe/observation.ts';
import { selfGrantOf, withSelfGrants } from '../ownership/self-grant.ts';

export interface StepsInput {
  readonly desired: DesiredNames;
  readonly dsnDirectory?: string | undefined;
  readonly seen: Observation;
  readonly resources: readonly Resource[];
  readonly differences: readonly Difference<Resource>[];
}

/** The plan's steps: what was found, then roles, then each database with all that belongs to it. */
export function toSteps(input: StepsInput): Step[] {
  const { desired, seen } = input;
  const context = showingContext({ deploymentId: desired.deploymentId, seen });
  return [...leadSteps(input), ...stepsOf(input)].map((bare) => finish(bare, context));
}

/** What differences come to as steps, in the order of a plan; still without their summaries and SQL. */
export function stepsOf({ resources, differences }: Pick<StepsInput, 'resources' | 'differences'>): Step[] {
  const placed = differences.flatMap(({ delta, meanings }) => {
    const resource = resourceOf(delta);
    return meanings.flatMap((meaning) => ('step' in meaning ? [{ resource, step: meaning.step }] : []));
  });
  if (placed.length === 0) return [];
  const databases = new Map<string | undefined, number>();
  const groups = new Map<string, number>();
  for (const resource of resources) {
    const { database, group } = kindOf(resource);
    enter(databases, database(resource));
    if (group !== undefined) enter(groups, group(resource));
  }
  const joined = new Map<string, Placed>();
  for (const { resource, step } of placed) {
    const { database, group } = kindOf(resource);
    const { place, join } = ruleOf(step);
    const key = join === undefined ? undefined : group?.(resource);
    const rank = [
      place.startsWith('retired-') ? databases.size + 1 : (databases.get(database(resource)) ?? databases.size),
      places.indexOf(place),
      key === undefined ? 0 : (groups.get(key) ?? groups.size),
    ] as const;
    const id = key === undefined ? `${joined.size}` : `${step.action} ${step.risk} ${key}`;
    const known = joined.get(id);
    if (known === undefined) joined.set(id, { rank, steps: [{ ...step, summary: '' } as Step] });
    else known.steps.push({ ...step, summary: '' } as Step);
  }
  return [...joined.values()]
    .sort(({ rank: one }, { rank: other }) => one[0] - other[0] || one[1] - other[1] || one[2] - other[2])
    .map(({ steps }) => join(steps));
}

interface Placed {
  /** Of its database, of its place there, and of its group. */
  readonly rank: readonly [number, number, number];
  readonly steps: [Step, ...Step[]];
}

function enter<T>(ranks: Map<T, number>, key: T): void {
  if (!ranks.has(key)) ranks.set(key, ranks.size);
}

function join(steps: readonly [Step, ...Step[]]): Step {
  return ruleOf(steps[0]).join?.(steps) ?? steps[0];
}

/** Looks comments up in what was seen; gives out no password. */
export function showingContext({ deploymentId, seen }: Pick<Scope, 'deploymentId' | 'seen'>): RuleContext {
  return {
    deploymentId,
    versionNum: seen.server.versionNum,
    joinedFor: (database) => seen.databases.get(database)?.adminJoins,
    selfGrantOf: (role) => selfGrantOf(role, seen),
    commentOf: (kind, name) => seen[kind === 'role' ? 'roles' : 'databases'].get(name)?.comment ?? null,
    passwordOf: () => undefined,
  };
}

function finish(bare: BareStep, context: RuleContext): Step {
  const step = { ...bare, summary: '' } as Step;
  const sql = transactionsOf(statementsOf(step, context)).flatMap((statements) =>
    withSelfGrants(statements, context.selfGrantOf).map((statement) => statement.sql),
  );
  return { state: 'planned', ...step, summary: summaryOf(step), ...(sql.length > 0 && { sql }) };
}

/** As apply carries them out: those of one phase in one database together. */
function transactionsOf(statements: readonly Statement[]): Statement[][] {
  const transactions: Statement[][] = [];
  for (const statement of statements) {
    const [last] = transactions.at(-1) ?? [];
    if (last?.phase === statement.phase && last.database === statement.database) transactions.at(-1)?.push(statement);
    else transactions.push([statement]);
  }
  return transactions;
}

type LeadStep =
  | Omit<StepOfAction<'discover-provider'>, 'summary'>
  | Omit<StepOfAction<'compute-database-plan'>, 'summary'>;

function leadSteps({ desired, dsnDirectory, seen, resources }: StepsInput): LeadStep[] {
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
        roles: desired.roles.size,
        databases: desired.databases.size,
        schemas: [...desired.schemas],
        dsn_files: resources.filter(({ kind }) => kind === 'dsn-file').length,
        ...(dsnDirectory !== undefined && { dsn_directory: dsnDirectory }),
      },
    },
  ];
}
