// What stands on the way to the server: a pooler and its mode, a proxy or port map, several servers behind one name.
// Opens one further connection, and reads who answers on it.
import { type Check, type OperationError, remedyOf } from 'bus-integration-database';
import { connect, type PinnedAddress, type Session } from '../connection/connect.ts';
import { isSocketDirectory, resolveAddress, shownAddress } from '../connection/network/dial.ts';
import { integer, readRow, record, word } from '../connection/session/shape.ts';
import { poolerRemedy } from '../plan/pooled.ts';
import type { Run } from '../run/run.ts';
import { backendQuery } from '../sql/doctor-query.ts';
import { sqlstateOf, toOperationError } from '../text/sqlstate.ts';
import { check } from './doctor-check.ts';
import type { DoctorObservation } from './server-facts.ts';

/** Who answered on a second connection; `failed` where nobody did. */
export interface SecondLook {
  readonly pinned: PinnedAddress;
  readonly pid?: number;
  readonly startedAt?: string;
  readonly failed?: OperationError;
}

const patienceMs = 5_000;

const identityShape = record<{ readonly pid: number; readonly startedAt: string }>({ pid: integer, startedAt: word });

/** Connects once more: to another address of the server's name where it has one that answers, else to the same. */
export async function lookAgain(run: Run, session: Session): Promise<SecondLook> {
  const others = await otherAddresses(run, session.pinned);
  let last: SecondLook | undefined;
  for (const pinned of [...others, session.pinned]) {
    last = await identify(run, pinned);
    run.signal.throwIfAborted();
    // An address that nobody serves is passed over by every client.
    if (last.failed === undefined || isAnswered(last.failed)) return last;
  }
  return last as SecondLook;
}

/** At most two: each may cost its whole patience. */
async function otherAddresses(
  { target, signal }: Run,
  { host, address, port }: PinnedAddress,
): Promise<PinnedAddress[]> {
  const server = target.addresses.find((candidate) => candidate.host === host && candidate.port === port);
  if (server === undefined) return [];
  try {
    return (await resolveAddress(server, signal)).filter((other) => other.address !== address).slice(0, 2);
  } catch {
    return [];
  }
}

async function identify(run: Run, pinned: PinnedAddress): Promise<SecondLook> {
  try {
    await using session = await connect(
      { ...run.target, targetSessionAttrs: 'any' },
      {
        applicationName: 'bus operator database',
        timeoutMs: patienceMs,
        queryTimeoutMs: patienceMs,
        signal: run.signal,
        pinned,
        ...(run.meter !== undefined && { meter: run.meter }),
      },
    );
    const row = await readRow(session, identityShape, { sql: backendQuery, doing: 'looking again' });
    return { pinned, ...row };
  } catch (error) {
    return { pinned, failed: toOperationError(error, `can't look again at ${shownAddress(pinned)}`) };
  }
}

/** Somebody is there, who says no: another server's users and databases are others. */
function isAnswered(error: OperationError): boolean {
  return sqlstateOf(error) !== undefined || error.errorClass === 'authentication-failed';
}

export function serversCheck(session: Session, observation: DoctorObservation, look: SecondLook): Check {
  const id = 'several-servers';
  const { failed, pinned } = look;
  const where =
    pinned.address === session.pinned.address ? session.where : `${session.where} and ${shownAddress(pinned)}`;
  if (failed !== undefined) {
    if (failed.errorClass === 'authentication-failed')
      return check(
        id,
        'fail',
        `the first connection to ${where} was accepted, a second one was not: several servers answer there (${failed.message})`,
        severalRemedy,
      );
    return check(
      id,
      'unknown',
      `a second connection could not be had, so whether one server answers at ${where} is not known: ${failed.message}`,
      remedyOf(failed.diagnostics[0]),
    );
  }
  if (look.startedAt === observation.startedAt) return check(id, 'ok', 'a second connection reaches the same server');
  return check(
    id,
    'fail',
    `two connections to ${where} reached two servers: one started at ${observation.startedAt}, one at ${look.startedAt}`,
    severalRemedy,
  );
}

const severalRemedy = 'name the one server in the admin DSN (host or hostaddr), past any load balancer';

/**
 * In transaction mode a second client is handed the server process that the first one has just used; in session mode
 * that stays the first one's own. https://www.pgbouncer.org/features.html
 */
export async function poolerCheck(session: Session, observation: DoctorObservation, look: SecondLook): Promise<Check> {
  const remedy = poolerRemedy;
  const seen = `a connection pooler stands between here and the server at ${session.where}`;
  const shared = `${seen}, in transaction (or statement) mode: two connections of ours shared server process ${observation.pid}. apply is refused: locks and settings of a session don't hold there`;
  if (look.pid === observation.pid) return check('pooler', 'fail', shared, remedy);
  if (look.pid === undefined)
    return check('pooler', 'fail', `${seen}, and gives no second connection. apply is refused`, remedy);
  const row = await readRow(session, identityShape, { sql: backendQuery, doing: 'looking for a pooler' });
  if (row.pid !== observation.pid) return check('pooler', 'fail', shared, remedy);
  return check(
    'pooler',
    'fail',
    `${seen}, as it seems in session mode: two connections of ours kept a server process each. apply is refused all the same: what the pooler does with the lock's connection when a client dies can't be seen`,
    remedy,
  );
}

/** "Loopback" and "private" are the server's words: where it isn't at the address that we dial, they mean another place. */
export function routeCheck({ pinned }: Session, { address, port }: DoctorObservation): Check {
  const isHere = isSocketDirectory(pinned.address);
  if (address === null) {
    return isHere
      ? check('route', 'ok', 'a Unix-domain socket of this host')
      : check(
          'route',
          'info',
          `${shownAddress(pinned)} was dialled, the server was reached over its Unix-domain socket: something stands between`,
        );
  }
  const differs = [
    ...(sameAddress(pinned.address, address) ? [] : ['address']),
    ...(pinned.port === port ? [] : ['port']),
  ];
  if (!isHere && differs.length === 0) return check('route', 'ok', 'the server was reached at the address dialled');
  return check(
    'route',
    'info',
    `${shownAddress(pinned)} was dialled, the server was reached at ${address.includes(':') ? `[${address}]` : address}:${port}: a proxy, a port map or address translation stands between; the listener policy speaks of the server's side`,
  );
}

// ::ffff:10.0.3.7 is how a socket for both families names an address of the old one; a zone is this host's own matter.
function sameAddress(dialled: string, reached: string): boolean {
  const plain = (text: string) =>
    text
      .replace(/%.*$/, '')
      .replace(/^::ffff:(?=\d+\.)/i, '')
      .toLowerCase();
  return plain(dialled) === plain(reached);
}

/** Undefined means that this error says nothing of the way there. */
export function wayIdOf(error: OperationError): string | undefined {
  const code = error.diagnostics[0]?.code;
  if (code === 'tls-failed') return 'tls';
  if (error.errorClass === 'authentication-failed') return 'login';
  return error.errorClass === 'unreachable' || error.errorClass === 'timeout' ? 'reachable' : undefined;
}
