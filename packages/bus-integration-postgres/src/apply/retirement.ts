// What is to go, after all else is done: logins ended and committed, then sessions, databases, what is left of roles in each
// database, roles. A run that is cut off anywhere leaves what the next one finds and goes on with.
// https://www.postgresql.org/docs/current/role-removal.html
import { OperationError, ownCommand, pause } from 'bus-integration-database';
import type { Session } from '../connection/connect.ts';
import { integer, nullable, readRow, readRows, record, text } from '../connection/session/shape.ts';
import { countOf } from '../kinds/owners/strays.ts';
import type { Observation } from '../observe/observation.ts';
import { type HeldInside, readHeld, readRetiring } from '../observe/retiring.ts';
import { selfGrantOf, withSelfGrants } from '../ownership/self-grant.ts';
import { inBatches, inTransaction } from '../run/transaction.ts';
import { dependentsQuery, endKeptQuery, sessionsQuery } from '../sql/retired-query.ts';
import { printable, shown } from '../text/shown.ts';
import type { Execution } from './execution.ts';
import type { PlannedStatement } from './ledger.ts';

export async function retire(execution: Execution): Promise<void> {
  await endLogins(execution);
  await endSessions(execution);
  await dropDatabases(execution);
  await clearRoles(execution);
  await dropRoles(execution);
}

async function endLogins(execution: Execution): Promise<void> {
  await inBatches(execution.ledger.statements('retired-logins'), (batch, isIndivisible) =>
    commit(execution, execution.session, batch, { doing: 'ending logins', isIndivisible }),
  );
}

/** How often sessions are ended; each time takes those that ended by themselves meanwhile for gone. */
const attempts = 10;
const pauseMs = 200;

async function endSessions(execution: Execution): Promise<void> {
  const { ledger, session, run } = execution;
  const planned = ledger.statements('retired-sessions');
  if (planned.length === 0) return;
  ledger.attempt(planned);
  const roles = planned.flatMap(({ role = '' }) => role);
  for (let attempt = 0; (await sessionsOf(session, roles)) > 0; attempt += 1) {
    if (attempt === attempts) throw stillOpen(roles);
    if (attempt > 0) await pause(pauseMs, run.signal);
    await commit(execution, session, planned, { doing: 'ending sessions', isIndivisible: true, isTold: false });
  }
  ledger.done(planned);
}

const counted = record<{ readonly count: number }>({ count: integer });

/** A statement of its own is a transaction of its own: one that goes on would see the same sessions again. */
async function sessionsOf(session: Session, roles: readonly string[]): Promise<number> {
  const reading = { sql: sessionsQuery, values: [roles], doing: 'looking for sessions' };
  return (await readRow(session, counted, reading)).count;
}

function stillOpen(roles: readonly string[]): OperationError {
  return new OperationError(
    'not-converged',
    `sessions of ${roles.map(shown).join(', ')} are open still, though they were told to end`,
    { code: 'sessions-open', remedy: ['see pg_stat_activity for what they do, then ', { kind: 'again' }] },
  );
}

async function dropDatabases({ ledger, run, lock, seen }: Execution): Promise<void> {
  const statements = ledger.statements('retired-databases');
  if (statements.length === 0) return;
  await using own = await run.open('create');
  for (const statement of statements) {
    run.signal.throwIfAborted();
    await lock.stillHeld(own);
    ledger.attempt([statement]);
    await leave(statement.database ?? '', own, run);
    await refuseAnother(own, statement.database ?? '', seen);
    // DROP DATABASE takes no transaction around it.
    await own.query(statement.sql, [], { doing: `dropping database ${statement.step.target}`, isAlone: true });
    ledger.done([statement]);
  }
}

/** Connections for reading that this process keeps, and other ones of ours on other machines, keep a database from going. */
async function leave(database: string, session: Session, { kept }: Execution['run']): Promise<void> {
  await kept?.leave(session.pinned, database);
  const doing = `ending connections that are kept in database ${printable(database)}`;
  await session.query(endKeptQuery, [database], { doing });
}

/** A database that has the name only since the plan has no dump, and nobody allowed that it goes. */
async function refuseAnother(session: Session, database: string, { retiring }: Observation): Promise<void> {
  const { databases } = await readRetiring(session, { roles: [], databases: [database] }, '');
  const found = databases.get(database);
  if (found === undefined || found.oid === retiring?.databases.get(database)?.oid) return;
  throw new OperationError(
    'unsafe',
    `database ${shown(database)} is another one by now than the one that was planned`,
    {
      code: 'retired-database-other',
      target: printable(database),
      remedy: ownCommand('plan'),
    },
  );
}

/** One database after the other: each changes what all databases share too. */
async function clearRoles(execution: Execution): Promise<void> {
  const { ledger, run } = execution;
  await run.eachDatabase(ledger.databases('retired-contents'), 'write', 1, async (database, session) => {
    const planned = ledger.statements('retired-contents', database);
    const roles = new Set(planned.flatMap(({ role }) => role ?? []));
    for (const role of roles) {
      const statements = planned.filter((statement) => statement.role === role);
      // Whoever is to get it takes it first; where nobody is, nothing may have been made since the plan.
      if (statements.length === 1) await refuseOwned(session, role);
      else await refuseNewDefiners(session, role, execution.seen);
      const doing = `retiring role ${printable(role)} in database ${printable(database)}`;
      await commit(execution, session, statements, { doing, isIndivisible: true });
    }
  });
}

async function refuseOwned(session: Session, role: string): Promise<void> {
  const [held] = await readHeld(session, [role], []);
  if (held === undefined || held.owned.length === 0) return;
  throw new OperationError(
    'unsafe',
    `role ${shown(role)} owns something in database ${shown(session.database)} by now, which would go with it`,
    { code: 'retired-role-owns', target: printable(role), remedy: ownCommand('plan') },
  );
}

/** What runs with its owner's rights and is there only since the plan: nobody allowed that it gets the heir's. */
async function refuseNewDefiners(session: Session, role: string, { retiring }: Observation): Promise<void> {
  const planned = retiring?.held.get(session.database)?.find((held) => held.role === role)?.runsAsOwner ?? [];
  const [held] = await readHeld(session, [role], []);
  const isPlanned = ({ type, count, names }: HeldInside['runsAsOwner'][number]) =>
    planned.some(
      (one) =>
        one.type === type && count <= one.count && (names ?? []).every((name) => one.names?.includes(name) ?? true),
    );
  const added = held?.runsAsOwner.find((one) => !isPlanned(one));
  if (added === undefined) return;
  throw new OperationError(
    'unsafe',
    `role ${shown(role)} owns ${countOf(added)} in database ${shown(session.database)} by now that run${added.count === 1 ? 's' : ''} with its owner's rights, more than was planned`,
    { code: 'owner-rights', target: printable(role), remedy: ownCommand('plan') },
  );
}

async function dropRoles(execution: Execution): Promise<void> {
  const { ledger, session } = execution;
  for (const statement of ledger.statements('retired-roles')) {
    await refuseDependents(session, statement.role ?? '');
    const doing = `dropping role ${statement.step.target}`;
    await commit(execution, session, [statement], { doing, isIndivisible: true });
  }
}

const dependent = record<{ readonly database: string; readonly shared: string | null; readonly count: number }>({
  database: text,
  shared: nullable(text),
  count: integer,
});

/** What the server would only count, told by name and place. */
async function refuseDependents(session: Session, role: string): Promise<void> {
  const found = await readRows(session, dependent, {
    sql: dependentsQuery,
    values: [role],
    doing: 'looking for what depends on a role',
  });
  if (found.length === 0) return;
  const told = found.map(({ database, shared, count }) =>
    shared === null ? `${count} in database ${shown(database)}` : printable(shared),
  );
  throw new OperationError(
    'not-converged',
    `role ${shown(role)} stays, since something depends on it: ${told.join('; ')}`,
    {
      code: 'retired-role-in-use',
      target: printable(role),
      remedy: ownCommand('plan'),
    },
  );
}

interface Committing {
  readonly doing: string;
  readonly isIndivisible: boolean;
  /** Default: true, the ledger is told. */
  readonly isTold?: boolean;
}

async function commit(
  { ledger, lock, run, seen }: Execution,
  session: Session,
  planned: readonly PlannedStatement[],
  { doing, isIndivisible, isTold = true }: Committing,
): Promise<void> {
  run.signal.throwIfAborted();
  if (isTold) ledger.attempt(planned);
  const statements = withSelfGrants(planned, (role) => selfGrantOf(role, seen));
  await inTransaction({ session, lock, statements, doing, signal: run.signal, isIndivisible });
  if (isTold) ledger.done(planned);
}
