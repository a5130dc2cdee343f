// Carries a plan out in phases, each safe to be killed in: staged files, roles, databases made closed, opened, filled,
// the roles let in, files put in place; last, a few roles at a time, new passwords, their proof and their files, so that
// a service stands outside no longer than that takes. Decides nothing; what is left is found by looking again.
import { madeDatabase, type Step } from 'bus-integration-database';
import { wantedOf } from '../asked/wanted.ts';
import type { Session } from '../connection/connect.ts';
import { registeredActions, ruleOf, statementsOf } from '../kinds/index.ts';
import { readInside } from '../observe/inside.ts';
import type { ObservedInside } from '../observe/observation.ts';
import { actedAs, selfGrantOf, withSelfGrants } from '../ownership/self-grant.ts';
import { byDatabase, type JustMade, planInside } from '../plan/inside.ts';
import { showingContext } from '../plan/steps.ts';
import { keepAwake } from '../run/keep-awake.ts';
import { eachInParallel } from '../run/parallel.ts';
import { inBatches, inTransaction, mayWait } from '../run/transaction.ts';
import type { Execution } from './execution.ts';
import type { PlannedStatement } from './ledger.ts';
import { retire } from './retirement.ts';
import { changeMemberships, changeRoles, replacePasswords, rolesWithNewPassword } from './role-changes.ts';
import { settleFiles, stageFiles, unsettledFiles } from './staging.ts';
import { createTurns } from './turns.ts';

export interface Executed {
  /** Databases seen again from inside, after their work. */
  readonly inside: ReadonlyMap<string, ObservedInside>;
}

export async function execute(execution: Execution): Promise<Executed> {
  const { run, session, lock } = execution;
  // Files too are touched only while the lock stands: another run may be at work with the same ones.
  await lock.stillHeld(session);
  stageFiles(execution.staging);
  run.signal.throwIfAborted();
  await changeRoles(execution);
  await changeMemberships(execution, 'memberships');
  await createDatabases(execution);
  await openDatabases(execution);
  const inside = await workInside(execution);
  await letIn(execution);
  await changeMemberships(execution, 'leave');
  const { credentials } = execution.computed;
  const replaced = rolesWithNewPassword(execution);
  const decisions = credentials.filter(({ role }) => !replaced.has(role));
  const settled = await settleFiles(execution.staging, decisions, replaced);
  const problems = [...settled, ...(await replacePasswords(execution))];
  if (problems.length > 0) throw unsettledFiles(problems);
  await retire(execution);
  return { inside };
}

async function createDatabases({ ledger, run, lock, jobs, onProgress }: Execution): Promise<void> {
  const statements = ledger.statements('create');
  if (statements.length === 0) return;
  const total = statements.length;
  const sessions: Session[] = [];
  const idle: Session[] = [];
  const take = async () => {
    const known = idle.pop();
    if (known !== undefined) return known;
    const opened = await run.open('create');
    sessions.push(opened);
    return opened;
  };
  try {
    await eachInParallel(
      statements,
      {
        jobs,
        signal: run.signal,
        isWorthIt: (error, startedAt) => mayWait(lock, error, startedAt),
        onDone: (done) => onProgress?.({ phase: 'creating databases', done, total }),
      },
      async (statement, firstTriedAt) => {
        const own = await take();
        try {
          await lock.stillHeld(own);
          ledger.attempt([statement]);
          // CREATE DATABASE takes no transaction around it.
          const doing = `creating database ${statement.step.target}`;
          await own.query(statement.sql, [], { doing, firstTriedAt, isAlone: true });
          ledger.done([statement]);
        } finally {
          idle.push(own);
        }
      },
    );
  } finally {
    await Promise.all(sessions.map((opened) => opened.close()));
  }
}

async function openDatabases({ ledger, session, lock, run, seen }: Execution): Promise<void> {
  await inBatches(ledger.databases('open'), async (batch, isIndivisible) => {
    const planned = batch.flatMap((database) => ledger.statements('open', database));
    const statements = withSelfGrants(planned, (role) => selfGrantOf(role, seen));
    run.signal.throwIfAborted();
    ledger.attempt(planned);
    const doing = 'opening databases';
    await inTransaction({ session, lock, statements, doing, signal: run.signal, isIndivisible });
    ledger.done(planned);
  });
}

async function workInside(execution: Execution): Promise<Map<string, ObservedInside>> {
  const { ledger, run, lock, intent, computed, jobs, onProgress, seen } = execution;
  const inside = new Map<string, ObservedInside>();
  const made = new Set(computed.steps.flatMap((step) => madeDatabase(step, registeredActions) ?? []));
  const databases = [...new Set([...made, ...ledger.databases('inside')])];
  const { desired } = intent;
  const resources = made.size === 0 ? new Map<string, []>() : byDatabase(computed.resources);
  const wanted = wantedOf(desired.resources);
  const inTurn = createTurns();
  await run.eachDatabase(
    databases,
    'write',
    jobs,
    async (database, session) => {
      const planned = ledger.statements('inside', database);
      const groups = byStep(
        made.has(database)
          ? insideNew(execution, {
              database,
              found: await readInside(session, desired, database, wanted.inside.get(database)),
              resources: resources.get(database) ?? [],
            })
          : planned,
      );
      if (groups.length > 0) {
        run.signal.throwIfAborted();
        ledger.attempt(planned);
        const doing = `working in database ${database}`;
        const work = async (batch: readonly PlannedStatement[][], isIndivisible: boolean) => {
          const grantOf = (role: string) => selfGrantOf(role, seen);
          const joined = [...actedAs(batch.flat())].filter((role) => grantOf(role) !== undefined);
          const statements = withSelfGrants(batch.flat(), grantOf);
          // Its turn may be long in coming.
          using awake = keepAwake(session, 60_000);
          await inTurn(joined, run.signal, () => {
            awake[Symbol.dispose]();
            return inTransaction({ session, lock, statements, doing, signal: run.signal, isIndivisible });
          });
        };
        await inBatches(groups, work, { most: groups.length, shareOf });
      }
      ledger.done(planned);
      inside.set(database, await readInside(session, desired, database, wanted.inside.get(database)));
    },
    (done) => onProgress?.({ phase: 'preparing databases', done, total: databases.length }),
  );
  return inside;
}

/** The statements inside a database that this run made, by what is found there. */
function insideNew(
  { computed: { scope } }: Execution,
  made: Pick<JustMade, 'database' | 'found' | 'resources'>,
): PlannedStatement[] {
  const context = showingContext(scope);
  return planInside({ ...made, scope }).flatMap((step) =>
    statementsOf(step, context).flatMap((statement) => (statement.phase === 'inside' ? { ...statement, step } : [])),
  );
}

/** Of the locks of one transaction. */
function shareOf(statements: readonly PlannedStatement[]): number {
  return statements.reduce((sum, { share = 0 }) => sum + share, 0);
}

/** What is to be done in one transaction. */
function byStep(statements: readonly PlannedStatement[]): PlannedStatement[][] {
  const groups = new Map<Step, PlannedStatement[]>();
  return statements.flatMap((statement) => {
    const { step } = statement;
    if (!ruleOf(step).isIndivisible) return [[statement]];
    const begun = groups.get(step);
    begun?.push(statement);
    if (begun !== undefined) return [];
    const group = [statement];
    groups.set(step, group);
    return [group];
  });
}

async function letIn({ ledger, session, lock, run, seen }: Execution): Promise<void> {
  await inBatches(ledger.databases('enter'), async (batch, isIndivisible) => {
    const planned = batch.flatMap((database) => ledger.statements('enter', database));
    // Everybody who gains, then who loses: nobody stands outside in between. Last what takes the database from the admin.
    const rank = ({ step }: PlannedStatement) => (step.risk === 'revoke' ? 1 : step.action === 'give-database' ? 2 : 0);
    const ordered = [...planned].sort((one, other) => rank(one) - rank(other));
    const statements = withSelfGrants(ordered, (role) => selfGrantOf(role, seen));
    run.signal.throwIfAborted();
    ledger.attempt(planned);
    await inTransaction({ session, lock, statements, doing: 'letting roles in', signal: run.signal, isIndivisible });
    ledger.done(planned);
  });
}
