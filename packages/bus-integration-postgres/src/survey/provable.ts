// Whether the passwords that a plan sets can be proven afterwards: where they can't, an apply would make everything and
// never converge, so it is refused before. Asks the server how the role would log in; sends no password, writes nothing.
// https://www.postgresql.org/docs/current/auth-methods.html
import { advise, type Diagnostic, OperationError, type Remedy, type RoleDecision } from 'bus-integration-database';
import { type Challenge, challenge } from '../connection/challenge/challenge.ts';
import { isSocketDirectory, shownAddress } from '../connection/network/dial.ts';
import type { Session } from '../connection/session/session.ts';
import { computePlan } from '../plan/compute.ts';
import type { Computed, Intent } from '../plan/intent.ts';
import { eachInParallel } from '../run/parallel.ts';
import type { Run } from '../run/run.ts';
import { adminsDatabase, reload, runs, superuser } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';
import type { DeploymentObservation } from './observe.ts';

/** Rules seldom tell more roles apart; each is one connection. */
const mostRoles = 10;
const timeoutMs = 5_000;

/**
 * The plan, and what keeps its new passwords from being proven; those that it would else tell to make, too. Costs nothing
 * where no password is set or missed, or the admin may read stored verifiers; else a connection for each such role.
 */
export async function computeProvable(
  intent: Intent,
  observation: DeploymentObservation,
  run: Run,
  session: Session,
): Promise<Computed> {
  const { seen, pairs, proofs } = observation;
  const computed = computePlan(intent, seen, pairs, proofs);
  if (seen.admin.readsVerifiers) return computed;
  const set = computed.isRefused
    ? []
    : computed.credentials.filter(({ setsPassword, files }) => setsPassword && files.length > 0);
  const missed = computed.credentials.filter(tellsToRotate);
  // apply refuses a pooler, which would remember the probe's failed login to a database that is not there yet.
  if ((set.length === 0 && missed.length === 0) || (await session.isPooled())) return computed;
  const found = new Map<RoleDecision, string>();
  const few = [...set.slice(0, mostRoles), ...missed.slice(0, mostRoles)];
  await eachInParallel(few, { jobs: 2, signal: run.signal }, async (decision) => {
    const why = whyUnprovable(await ask(run, session, decision), run.target.sslcert !== undefined);
    if (why !== undefined) found.set(decision, why);
  });
  const { name } = seen.admin;
  // Rules seldom tell more roles apart: those that were not asked for are as the others.
  const isAny = missed.some((decision) => found.has(decision));
  const unprovable = new Map(
    missed
      .filter((decision, index) => found.has(decision) || (isAny && index >= mostRoles))
      .map(({ role }) => [role, provingRemedy(role, name)]),
  );
  const told = unprovable.size === 0 ? computed : computePlan({ ...intent, unprovable }, seen, pairs, proofs);
  const refusals = set.flatMap((decision) => {
    const why = found.get(decision);
    return why === undefined ? [] : [refusal(decision.role, why, name, session)];
  });
  if (refusals.length === 0) return told;
  return { ...told, refusals: [...refusals, ...told.refusals], isRefused: true, errorClass: 'unsafe' };
}

/** Its way on is a new password. */
function tellsToRotate({ refusal: refused, unsettled, findings }: RoleDecision): boolean {
  return (
    refused?.needs?.rotate !== undefined ||
    [unsettled, ...findings].some((finding) => finding?.code === 'password-unproven')
  );
}

/** As the proof would go: to the admin's address, the way it went, and where sslmode lets it the other way too. */
async function ask(run: Run, session: Session, { role, files }: RoleDecision): Promise<Challenge | undefined> {
  const first = session.tls === null ? ('plain' as const) : ('tls' as const);
  const other = first === 'plain' ? ('tls' as const) : ('plain' as const);
  const hasOther = ['prefer', 'allow'].includes(run.target.sslmode) && !isSocketDirectory(session.pinned.address);
  let answer: Challenge | undefined;
  for (const transport of hasOther ? [first, other] : [first]) {
    const last = answer;
    const question = {
      user: role,
      database: files[0]?.pair.database ?? session.database,
      pinned: session.pinned,
      transport,
      timeoutMs,
      signal: run.signal,
      meter: run.meter,
    };
    answer = await challenge(run.target, question);
    // A connection that was lost says nothing of the rules, and an apply that went on could find its passwords unprovable.
    if (isLost(answer)) answer = await challenge(run.target, question);
    if (isLost(answer)) throw new OperationError(answer.kind, answer.reason, { target: session.where });
    if (answer.kind === 'no-tls') return last;
    if (answer.kind !== 'refused') return answer;
  }
  return answer;
}

function isLost(answer: Challenge): answer is Extract<Challenge, { kind: 'unreachable' | 'timeout' }> {
  return answer.kind === 'unreachable' || answer.kind === 'timeout';
}

/** Undefined where SCRAM is asked for, and where what was seen says nothing of what will be asked. */
function whyUnprovable(answer: Challenge | undefined, hasCertificate: boolean): string | undefined {
  if (answer?.kind === 'entered') return 'asks for no password (trust, peer, ident or a client certificate)';
  if (answer?.kind === 'refused') {
    // The proof shows the admin's certificate, which this question did not.
    const isUnsure = answer.sqlstate !== '28000' || (hasCertificate && /certificate/.test(answer.message));
    return isUnsure ? undefined : `refuses it before any password (${answer.message})`;
  }
  if (answer?.kind !== 'asked' || answer.mechanisms.some((name) => name.startsWith('SCRAM-SHA-256'))) return undefined;
  const { method, mechanisms } = answer;
  // Method md5 of pg_hba.conf asks for SCRAM as soon as a SCRAM verifier is stored; until then password_encryption decides.
  if (method === 'md5') return undefined;
  if (method === 'password') return 'asks for the password in plaintext (password, ldap, pam or radius)';
  return `asks for ${printable(method === 'sasl' ? mechanisms.join(', ') : method.toUpperCase())}`;
}

function refusal(role: string, why: string, admin: string, { pinned }: Session): Diagnostic {
  return {
    severity: 'fail',
    code: 'password-unprovable',
    message: `a new password of role ${shown(role)} could not be proven: for ${shown(role)}, ${printable(shownAddress(pinned))} ${why}, where scram-sha-256 was expected, and ${shown(admin)} may not read stored verifiers; so nothing is made`,
    target: role,
    ...advise(provingRemedy(role, admin)),
  };
}

function provingRemedy(role: string, admin: string): Remedy {
  return [
    `on the line of pg_hba.conf that ${printable(role)} matches from here write scram-sha-256, then `,
    reload(),
    ' or, so that the admin reads verifiers, ',
    runs(superuser, adminsDatabase, `GRANT SELECT ON pg_catalog.pg_authid TO ${identifier(admin)};`),
  ];
}
