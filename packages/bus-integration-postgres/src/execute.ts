// Carries a plan out in phases, each safe to be killed in: staged files, roles, databases made closed, opened, filled,
// the roles let in, logins proven, files put in place. Decides nothing; what is left is found by looking again.
import { type Context, OperationError } from 'bus-integration-database';
import { readInside } from './catalog.ts';
import type { Computed, Wish } from './compute.ts';
import type { Session } from './connect.ts';
import { insideNewDatabase } from './inside.ts';
import type { Ledger, PlannedStatement } from './ledger.ts';
import type { DeploymentLock } from './lock.ts';
import type { Observation, ObservedInside } from './observation.ts';
import { eachInParallel, withRetry } from './parallel.ts';
import type { Run } from './run.ts';
import { serverMessage } from './sqlstate.ts';
import { type Staging, settleFiles, stageFiles } from './staging.ts';

/** Databases opened, or roles let in, in one transaction. */
const batchSize = 500;

export interface Execution {
  readonly run: Run;
  /** A writing connection to the DSN's database. */
  readonly session: Session;
  readonly lock: DeploymentLock;
  readonly wish: Wish;
  readonly seen: Observation;
  readonly computed: Computed;
  readonly ledger: Ledger;
  readonly staging: Staging;
  readonly jobs: number;
  readonly onProgress: Context['onProgress'];
}

export interface Outcome {
  /** Databases seen again from inside, after their work. */
  readonly inside: ReadonlyMap<string, ObservedInside>;
}

export async function execute(execution: Execution): Promise<Outcome> {
  const { run } = execution;
  const { session, lock } = execution;
  // Files too are touched only while the lock stands: another run may be at work with the same ones.
  await session.script(lock.check, { doing: 'checking the lock' });
  execution.ledger.staged = stageFiles(execution.staging);
  run.signal.throwIfAborted();
  await changeRoles(execution);
  await createDatabases(execution);
  await openDatabases(execution);
  const inside = await workInside(execution);
  await letIn(execution);
  await session.script(lock.check, { doing: 'checking the lock' });
  await settleFiles(execution.staging);
  return { inside };
}

async function changeRoles({ ledger, session, lock, seen, run }: Execution): Promise<void> {
  const statements = ledger.statements('roles');
  if (statements.length === 0) return;
  run.signal.throwIfAborted();
  ledger.attempt(statements);
  try {
    await inTransaction(session, lock, statements, 'changing roles', run.signal, seen.admin.mutesLogging ? muting : []);
  } catch (error) {
    throw refusesVerifiers(error) ? verifierRefused(error) : error;
  }
  ledger.done(statements);
}

/**
 * A verifier in the log is no password, but nobody needs it there. Only where it is allowed: else it would abort the
 * transaction. https://www.postgresql.org/docs/current/runtime-config-logging.html
 */
const muting = [
  "SET LOCAL log_statement = 'none'",
  "SET LOCAL log_min_error_statement = 'panic'",
  'SET LOCAL log_min_duration_statement = -1',
  'SET LOCAL log_min_duration_sample = -1',
];

/** Some platforms want to see passwords, and say so only at COMMIT, each in its own words. */
function refusesVerifiers(error: unknown): boolean {
  return (
    error instanceof Error && /plain-?\s?text password|(pre-?hashed|encrypted|hashed) passwords?/i.test(error.message)
  );
}

function verifierRefused(error: unknown): OperationError {
  return new OperationError('unsafe', `the server takes no password verifiers: ${serverMessage(error)}`, {
    code: 'verifier-refused',
    remedy: 'over verify-full TLS or a unix socket only: set BUS_DATABASE_PASSWORD_SEND=plaintext',
    cause: error,
  });
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
        onDone: (done) => onProgress?.({ phase: 'creating databases', done, total }),
      },
      async (statement) => {
        const own = await take();
        try {
          await own.script(lock.check, { doing: 'checking the lock' });
          ledger.attempt([statement]);
          // CREATE DATABASE takes no transaction around it.
          const doing = `creating database ${statement.step.target}`;
          await own.query(statement.sql, [], { doing, isAlone: true });
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

async function openDatabases(execution: Execution): Promise<void> {
  const { ledger, session, lock, run } = execution;
  for (const batch of batches(ledger.databases('open'))) {
    const statements = batch.flatMap((database) => ledger.statements('open', database));
    run.signal.throwIfAborted();
    ledger.attempt(statements);
    await inTransaction(session, lock, statements, 'opening databases', run.signal);
    ledger.done(statements);
  }
}

async function workInside(execution: Execution): Promise<Map<string, ObservedInside>> {
  const { ledger, run, lock, wish, computed, jobs, onProgress, seen } = execution;
  const inside = new Map<string, ObservedInside>();
  const made = new Set(
    computed.steps.flatMap((step) => (step.action === 'create-database' ? (step.after?.name ?? []) : [])),
  );
  const databases = [...new Set([...made, ...ledger.databases('inside')])];
  const { schemas } = wish.declaration;
  await run.eachDatabase(
    databases,
    'write',
    jobs,
    async (database, session) => {
      const planned = ledger.statements('inside', database);
      const sql = made.has(database)
        ? insideNewDatabase({
            database,
            steps: computed.steps,
            schemas,
            found: await readInside(session, schemas),
            deploymentId: wish.deploymentId,
            admin: seen.admin.name,
          })
        : planned.map((statement) => statement.sql);
      if (sql.length > 0) {
        run.signal.throwIfAborted();
        ledger.attempt(planned);
        const statements = sql.map((text) => ({ sql: text }));
        await inTransaction(session, lock, statements, `working in database ${database}`, run.signal);
      }
      ledger.done(planned);
      inside.set(database, await readInside(session, schemas));
    },
    (done) => onProgress?.({ phase: 'preparing databases', done, total: databases.length }),
  );
  return inside;
}

async function letIn({ ledger, session, lock, run }: Execution): Promise<void> {
  for (const batch of batches(ledger.databases('enter'))) {
    const statements = batch.flatMap((database) => ledger.statements('enter', database));
    // Everybody who gains, then who loses: nobody stands outside in between.
    const ordered = [...statements].sort((one, other) => Number(isRevoking(one)) - Number(isRevoking(other)));
    run.signal.throwIfAborted();
    ledger.attempt(statements);
    await inTransaction(session, lock, ordered, 'letting roles in', run.signal);
    ledger.done(statements);
  }
}

/**
 * One transaction in one round trip, or in three where its settings must hold before its statements arrive: the server
 * logs a message before it runs any of it. Run again when the server says that it may well succeed then.
 */
async function inTransaction(
  session: Session,
  lock: DeploymentLock,
  statements: readonly { readonly sql: string }[],
  doing: string,
  signal: AbortSignal,
  settings: readonly string[] = [],
): Promise<void> {
  signal.throwIfAborted();
  const begin = ['BEGIN READ WRITE', lock.check, ...settings];
  const work = statements.map(({ sql }) => sql);
  const messages = settings.length === 0 ? [[...begin, ...work, 'COMMIT']] : [begin, work, ['COMMIT']];
  await withRetry(async () => {
    try {
      for (const message of messages) await session.script(message.join(';\n'), { doing });
    } catch (error) {
      await session.script('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }, signal);
}

function isRevoking({ step }: PlannedStatement): boolean {
  return step.action === 'revoke-privileges';
}

function batches(databases: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(databases.length / batchSize) }, (_, index) =>
    databases.slice(index * batchSize, (index + 1) * batchSize),
  );
}
