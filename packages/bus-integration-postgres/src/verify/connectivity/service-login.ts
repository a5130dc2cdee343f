// One DSN file, used as its service would use it: logs in, writes and reads, tries what must be refused. All of it is
// rolled back, and nothing of the operator's environment helps it.

import { randomBytes } from 'node:crypto';
import {
  type Check,
  type Endpoint,
  endpointFault,
  type FilePair,
  type OutputDirectory,
  ownCommand,
  readSecretFile,
  say,
} from 'bus-integration-database';
import { connect, type Session } from '../../connection/connect.ts';
import { readRow, shaped } from '../../connection/session/shape.ts';
import { resolveDsn } from '../../conninfo/conninfo.ts';
import type { ConnectionTarget } from '../../conninfo/target.ts';
import { readDsn } from '../../dsn/slip.ts';
import { connectionStrings } from '../../output-forms/connection-strings.ts';
import { type Contents, contentsQuery } from '../../sql/contents-query.ts';
import { type Attempted, encodingQuery, type Forbidden, verifyScript } from '../../sql/verify-query.ts';
import { shown } from '../../text/shown.ts';
import { sqlstateOf } from '../../text/sqlstate.ts';
import { readFacts, type ServiceFacts } from './facts.ts';
import { harmfulSettings } from './harmful-settings.ts';
import { listedServers } from './listed.ts';
import { faultOf, loginCheck, loginFailure, placeLimits, strangerOf, unknownEncoding } from './login-faults.ts';
import type { EarlyTrial, LoginTrial } from './login-trial.ts';
import { objectChecks } from './objects.ts';
import type { Entrance } from './probe.ts';
import { limitOf, settingOf } from './refused.ts';
import { readDeclaredSchemas, schemaChecks } from './schemas.ts';
import { pathChecks, pathRemedy, placeFault, worksUnqualified } from './search-path.ts';
import { attemptedShape, contentsShape, encodingShape } from './service-shapes.ts';
import { shadowChecks } from './shadows.ts';
import { timeoutChecks } from './timeouts.ts';

/** What one login showed. */
export interface LoginFindings {
  readonly checks: readonly Check[];
  readonly login?: Entrance;
  readonly facts?: ServiceFacts;
  readonly attempted?: Attempted;
  /** Where it went. */
  readonly target?: ConnectionTarget;
}

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
    await using session = await connect(listed.target, {
      applicationName: 'bus operator database verify',
      // Else as the service's own session: how long our transaction lasts depends on the load of this machine too.
      settings: { transaction_timeout: '0' },
      deferred: ['transaction_timeout'],
      timeoutMs: 15_000,
      queryTimeoutMs: 35_000,
      signal,
      cache: early.cache,
      ...(early.meter !== undefined && { meter: early.meter }),
    });
    hasEntered = true;
    const findings = await trySession(session, await whole());
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

/** A limit of the role or the database, which keeps nobody else from logging in. */
async function limitMet({ pair, declared, isLastTry }: EarlyTrial, error: unknown): Promise<Check | undefined> {
  if (sqlstateOf(error) !== '53300') return undefined;
  const seen = await declared;
  const limit = seen && limitOf(pair, String(error), seen);
  // Logins of our own may have used it up just now: they are gone in a moment.
  if (limit === undefined || !(limit.isZero || isLastTry())) return undefined;
  return loginCheck(pair, 'fail', limit.seen, limit.remedy);
}

/** Too many connections, or still starting up: the probe could not run, which says nothing of the service. */
export function hasNoRoom(error: unknown): boolean {
  return ['53300', '57P03'].includes(sqlstateOf(error) ?? '');
}

async function trySession(session: Session, trial: LoginTrial): Promise<LoginFindings> {
  const { pair, schemas, isNegative } = trial;
  const doing = `trying ${pair.path}`;
  const { pinned, tls, authentication } = session;
  const login = { pinned, tls, authentication };
  const looksAtRole = isNegative && trial.looksAtRole();
  const [standing, facts] = await readFacts(session, trial, { doing, looksAtRole });
  const declared = await trial.declared;
  const stranger = strangerOf(trial, session.where, facts, declared);
  if (stranger !== undefined) return { checks: [stranger] };
  const fault = faultOf(trial, facts, standing, declared);
  if (fault !== undefined) return { checks: [fault], login, facts };
  const encoding = pair.live.state === 'present' ? pair.live.endpoint.client_encoding : undefined;
  // libpq asks for it in the startup packet, and takes auto for that of its locale; ours are always in UTF-8.
  if (encoding !== undefined && encoding !== '' && encoding !== 'auto') {
    const { isKnown } = await readRow(session, encodingShape, { sql: encodingQuery, values: [encoding], doing });
    if (!isKnown) return { checks: [unknownEncoding(pair)], login, facts };
  }
  const isFirst = isNegative && trial.looksAtDatabase();
  const contents = isNegative && facts.hasContents ? await contentsOf(session, trial, isFirst) : undefined;
  const declaredSchemas = isFirst && facts.mayHaveStrangers ? await readDeclaredSchemas(session, trial) : [];
  const probe = `bus_verify_${randomBytes(6).toString('hex')}`;
  const tried = isNegative && facts.catchesErrors ? worthTrying(facts) : [];
  const isUnqualified = worksUnqualified(standing, schemas);
  let rows: Record<string, unknown>[];
  try {
    rows = (
      await session.script(verifyScript(schemas, tried, probe, isUnqualified, standing.path[0]), {
        doing,
        isAsLoggedIn: true,
      })
    ).flat();
  } catch (error) {
    // What it may in the whole cluster is known, and no other login of the role asks for it again.
    if (trial.signal.aborted || hasNoRoom(error)) throw error;
    return { checks: [loginFailure(pair, error, { ...trial, hasEntered: true }, declared)], login, facts };
  }
  if (rows.filter(({ value }) => value === probe).length !== schemas.length + (isUnqualified ? 1 : 0)) {
    return { checks: [loginCheck(pair, 'fail', 'what was written could not be read back', plan)], login, facts };
  }
  const place = rows.find((row) => typeof row.place === 'string')?.place as string | undefined;
  const astray = placeFault(standing, place, schemas);
  if (astray !== undefined) {
    const remedy = pathRemedy(pair, schemas, settingOf(pair, 'search_path', declared));
    return { checks: [loginCheck(pair, 'fail', astray, remedy)], login, facts };
  }
  const attempted =
    tried.length === 0 ? undefined : shaped(rows.at(-1), attemptedShape, session.where, doing).attempted;
  const where = schemas.map(shown).join(', ');
  const differs = endpointFault(pair, trial.endpoint, connectionStrings);
  const worked =
    differs === undefined
      ? loginCheck(pair, 'ok', schemas.length === 0 ? 'logs in' : `writes and reads in ${where}`)
      : loginCheck(pair, 'fail', say`${{ path: pair.path }} is not as declared: ${differs}`, plan);
  const paths = pathChecks(pair, standing, schemas);
  const within =
    contents === undefined
      ? []
      : [...shadowChecks(pair, contents), ...objectChecks(pair.database, trial.roles, contents)];
  const limits = isNegative ? placeLimits(pair, facts, attempted) : [];
  return {
    checks: [
      worked,
      ...paths,
      ...timeoutChecks(pair, standing, declared),
      ...harmfulSettings(pair, standing, declared),
      ...limits,
      ...within,
      ...schemaChecks(pair.database, declaredSchemas, trial),
    ],
    login,
    facts,
    ...(attempted !== undefined && { attempted }),
  };
}

async function contentsOf(session: Session, { pair, schemas, roles }: LoginTrial, isFirst: boolean): Promise<Contents> {
  const values = [schemas, roles, isFirst];
  return await readRow(session, contentsShape, { sql: contentsQuery, values, doing: `trying ${pair.path}` });
}

/** What is known to be allowed is told; only what should be refused is tried. */
function worthTrying({ powers, readsVerifiers, createsSchemas }: ServiceFacts): Forbidden[] {
  return [
    ...(powers !== null && !powers.isSuperuser && !powers.createsRoles ? ['create roles' as const] : []),
    ...(powers !== null && !readsVerifiers ? ['read password verifiers' as const] : []),
    ...(createsSchemas ? [] : ['create schemas' as const]),
  ];
}
