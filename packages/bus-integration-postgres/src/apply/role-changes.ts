// What an apply changes about roles: first those that it makes, marks or lets log in; last of all the passwords that
// services have at this moment, each proven and put into its files at once.
import { type Diagnostic, OperationError, type Step, subjectOf } from 'bus-integration-database';
import { registeredActions } from '../kinds/index.ts';
import { inBatches, inTransaction } from '../run/transaction.ts';
import { serverMessage } from '../text/sqlstate.ts';
import type { Execution } from './execution.ts';
import type { PlannedStatement } from './ledger.ts';
import { batchesOf, rolesIn } from './password-batches.ts';
import { settleFiles } from './staging.ts';

/** New roles with their passwords, marks, the right to log in. */
export async function changeRoles(execution: Execution): Promise<void> {
  await inBatches(byRole(execution.ledger.statements('roles')), (batch, isIndivisible) =>
    change(execution, batch.flat(), 'changing roles', isIndivisible),
  );
}

/** Memberships that begin, or those that end. */
export async function changeMemberships(execution: Execution, phase: 'memberships' | 'leave'): Promise<void> {
  const { ledger, session, lock, run } = execution;
  await inBatches(ledger.statements(phase), async (statements, isIndivisible) => {
    run.signal.throwIfAborted();
    ledger.attempt(statements);
    const doing = 'changing memberships';
    await inTransaction({ session, lock, statements, doing, signal: run.signal, isIndivisible });
    ledger.done(statements);
  });
}

/** Roles whose services log in with a password that this run replaces. */
export function rolesWithNewPassword({ ledger }: Pick<Execution, 'ledger'>): ReadonlySet<string> {
  return new Set(rolesIn(ledger.statements('passwords')));
}

/**
 * From the commit of a role's new verifier until its files have the password its services stand outside. So nothing else
 * is left to do by then, and no more roles are changed at once than are proven at once. Answers what the file system
 * refused, which keeps no other role waiting.
 */
export async function replacePasswords(execution: Execution): Promise<readonly Diagnostic[]> {
  const { ledger, computed, staging, jobs, onReplaced } = execution;
  const problems: Diagnostic[] = [];
  for (const statements of batchesOf(byRole(ledger.statements('passwords')), jobs, computed.credentials)) {
    const batch = statements.flat();
    const roles = new Set(rolesIn(batch));
    await change(execution, batch, 'replacing passwords', true);
    const decisions = computed.credentials.filter(({ role }) => roles.has(role));
    problems.push(...(await settleFiles(staging, decisions)));
    for (const role of roles) onReplaced(role);
  }
  return problems;
}

async function change(
  { ledger, session, lock, seen, run }: Execution,
  planned: readonly PlannedStatement[],
  doing: string,
  isIndivisible: boolean,
): Promise<void> {
  run.signal.throwIfAborted();
  ledger.attempt(planned);
  const settings = seen.admin.mutesLogging ? muting : [];
  const statements = [...creating(planned, seen), ...planned];
  try {
    await inTransaction({ session, lock, statements, doing, signal: run.signal, settings, isIndivisible });
  } catch (error) {
    throw refusesVerifiers(error) ? verifierRefused(error) : error;
  }
  ledger.done(planned);
}

/** Some admins join every role that they make, and so differ from others; it is not what they are asked to do here. */
function creating(statements: readonly PlannedStatement[], { admin, server }: Execution['seen']) {
  const isAffected = server.versionNum >= 160000 && !admin.isSuperuser;
  const isMade = statements.some(
    ({ step }) => step.risk === 'create' && subjectOf(step, registeredActions)?.kind === 'role',
  );
  return isAffected && isMade ? [{ sql: withoutSelfGrant }] : [];
}

/** A role is made and marked in one transaction, or not at all. */
function byRole(statements: readonly PlannedStatement[]): PlannedStatement[][] {
  const groups = new Map<string | Step, PlannedStatement[]>();
  for (const statement of statements) {
    const key = statement.role ?? statement.step;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [statement]);
    else group.push(statement);
  }
  return [...groups.values()];
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

/** https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-CREATEROLE-SELF-GRANT */
const withoutSelfGrant = "SET LOCAL createrole_self_grant = ''";

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
