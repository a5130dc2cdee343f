// One DSN file, used as its service would use it: logs in, and has the session tried. Nothing of the operator's environment
// helps it.
import {
  type Check,
  type Endpoint,
  type FilePair,
  type OutputDirectory,
  ownCommand,
  readSecretFile,
  say,
} from 'bus-integration-database';
import { connect } from '../../connection/connect.ts';
import { resolveDsn } from '../../conninfo/conninfo.ts';
import type { ConnectionTarget } from '../../conninfo/target.ts';
import { readDsn } from '../../dsn/slip.ts';
import { sqlstateOf } from '../../text/sqlstate.ts';
import { listedServers } from './listed.ts';
import type { LoginFindings } from './login-answer.ts';
import { hasNoRoom, loginCheck, loginFailure } from './login-faults.ts';
import type { EarlyTrial, LoginTrial } from './login-trial.ts';
import { withRows } from './manifest-trial.ts';
import { limitOf } from './objects/refused.ts';
import { trySession } from './try-session.ts';

const plan = ownCommand('plan');

/** Where a DSN file leads, by its own words alone. */
export async function readServiceTarget(
  pair: FilePair,
  directory: OutputDirectory,
  endpoint: Endpoint,
): Promise<ConnectionTarget | Check> {
  if (pair.live.state === 'absent') return loginCheck(pair, 'fail', say`${{ path: pair.path }} is missing`, plan);
  if (pair.live.state === 'broken')
    return loginCheck(pair, 'fail', say`${{ path: pair.path }}: ${pair.live.reason}`, plan);
  try {
    const place = directory.place(pair.output).directory;
    const uid = place.owner?.uid ?? place.uid;
    const parameters = parametersOf(pair, directory, uid);
    const isOthers = uid !== directory.uid;
    const strange = isOthers ? strangeFile(parameters, endpoint) : undefined;
    if (strange !== undefined) return loginCheck(pair, 'fail', say`${{ path: pair.path }} ${strange}`, plan);
    const processContext = { env: {}, homeDirectory: '/nonexistent', osUser: '', cwd: '/' };
    return await resolveDsn(parameters, processContext);
  } catch (error) {
    return loginFailure(pair, error);
  }
}

/** A connection string is read anew, as its client does; what another form says was read already. */
function parametersOf(
  { output, path, role, database, live }: FilePair,
  directory: OutputDirectory,
  uid: number,
): Readonly<Record<string, string>> {
  if (output.form !== 'uri' && live.state === 'present')
    return { ...live.endpoint, user: role, password: live.password.reveal(), dbname: database };
  const { directory: of, name, mode = 0 } = directory.place(output);
  const { secret } = readSecretFile(of.at(name), { uid, shownAs: path, mayBe: mode & 0o077 });
  return readDsn(secret.reveal(), { role, database });
}

const fileKeywords = [
  'service',
  'passfile',
  'sslcert',
  'sslkey',
  'sslcrl',
  'sslcrldir',
  'sslrootcert',
  'sslkeylogfile',
];

/** What another user wrote must not have root read files for it, and use them at a server of its choice. */
function strangeFile(parameters: Readonly<Record<string, string>>, endpoint: Endpoint): string | undefined {
  const keyword = fileKeywords.find((name) => parameters[name] !== undefined && parameters[name] !== endpoint[name]);
  if (keyword === undefined || (keyword === 'sslrootcert' && parameters[keyword] === 'system')) return undefined;
  return `names a file that the configuration does not (${keyword}), which root does not open for another user`;
}

/**
 * Logs in once and tries.
 *
 * @throws the signal's reason; OperationError with SQLSTATE 53300 or 57P03, when the server itself had no room yet
 */
export async function tryLogin(early: EarlyTrial): Promise<LoginFindings> {
  const { pair, signal } = early;
  const whole = async (): Promise<LoginTrial> => ({
    ...early,
    adminRole: await early.adminRole,
    endpoint: await early.endpoint,
  });
  let hasEntered = false;
  try {
    const isListed = early.target.addresses.length > 1;
    const listed = isListed ? await listedServers(await whole(), hasNoRoom) : { checks: [], target: early.target };
    if (listed.checks.some(({ result }) => result === 'fail')) return { checks: listed.checks };
    const open = () => enter(listed.target, early);
    await using session = await open();
    hasEntered = true;
    const trial = await whole();
    const findings = await withRows(await trySession(session, trial), session, open, trial);
    return { ...findings, checks: [...findings.checks, ...listed.checks], target: listed.target };
  } catch (error) {
    if (signal.aborted) throw error;
    const limit = await limitMet(early, error);
    if (limit !== undefined) return { checks: [limit] };
    if (hasNoRoom(error)) throw error;
    return {
      checks: [loginFailure(pair, error, { endpoint: await early.endpoint, hasEntered }, await early.declared)],
    };
  }
}

async function enter(target: ConnectionTarget, { signal, cache, meter }: EarlyTrial) {
  return await connect(target, {
    applicationName: 'bus operator database verify',
    // Else as the service's own session: how long our transaction lasts depends on the load of this machine too.
    settings: { transaction_timeout: '0' },
    deferred: ['transaction_timeout'],
    timeoutMs: 15_000,
    queryTimeoutMs: 35_000,
    signal,
    cache,
    ...(meter !== undefined && { meter }),
  });
}

/** A limit of the role or the database, which keeps nobody else from logging in. */
async function limitMet({ pair, declared, isLastTry }: EarlyTrial, error: unknown): Promise<Check | undefined> {
  if (sqlstateOf(error) !== '53300') return undefined;
  const seen = await declared;
  const limit = seen && limitOf(pair, String(error), seen);
  // Logins of our own may have used it up just now: they are gone in a moment.
  if (limit === undefined || !(limit.isZero || isLastTry())) return undefined;
  return loginCheck(pair, 'fail', limit.seen, limit.remedy);
}
