// One DSN file, used as its service would use it: logs in, writes and reads, tries what must be refused. All of it is
// rolled back, and nothing of the operator's environment helps it.
import { randomBytes } from 'node:crypto';
import { type Check, OperationError, printable, readSecretFile } from 'bus-integration-database';
import { boundedChecks } from '../bounded.ts';
import { type ConnectCache, connect, type Meter, type Session } from '../connect.ts';
import type { ConnectionTarget } from '../connection-target.ts';
import { resolveDsn } from '../conninfo.ts';
import { parseDsn } from '../dsn.ts';
import type { DsnDirectory } from '../dsn-directory.ts';
import { type Endpoint, endpointFault, type FilePair } from '../dsn-pair.ts';
import { readRow, shaped } from '../shape.ts';
import { shown } from '../shown.ts';
import {
  type Attempted,
  type Facts,
  type Forbidden,
  factsQuery,
  type Standing,
  standingQuery,
  verifyScript,
} from '../sql/verify.ts';
import { identifier } from '../sql.ts';
import { sqlstateOf, toOperationError } from '../sqlstate.ts';
import type { Declared } from './declared.ts';
import { attemptedShape, factsShape, standingShape } from './facts.ts';
import type { Entrance } from './knock.ts';
import { objectChecks } from './objects.ts';
import { causeOf, limitOf, settingOf } from './refused.ts';
import { pathChecks, pathFault, pathRemedy, worksUnqualified } from './search-path.ts';
import { shadowChecks } from './shadows.ts';

export interface LoginTrial {
  readonly pair: FilePair;
  readonly target: ConnectionTarget;
  readonly schemas: readonly string[];
  /** All roles that are declared for the database. */
  readonly roles: readonly string[];
  /** Whether what must be refused is tried. */
  readonly isNegative: boolean;
  /** Called once the login went well: whether this one looks at what holds for the role in all of the cluster. */
  readonly looksAtRole: () => boolean;
  /** The same for what is in the schemas of the database. */
  readonly looksAtDatabase: () => boolean;
  /** Where the file should lead. */
  readonly endpoint: Endpoint;
  /** What the admin sees; undefined where that could not be read. */
  readonly declared: Promise<Declared | undefined>;
  /** The server that the admin reached. */
  readonly admin: string;
  /** Whether a login that found no room is not tried again. */
  readonly isLastTry: () => boolean;
  readonly cache: ConnectCache;
  readonly meter: Meter | undefined;
  readonly signal: AbortSignal;
}

/** What one login showed. */
export interface LoginFindings {
  readonly checks: readonly Check[];
  readonly login?: Entrance;
  readonly facts?: Facts;
  readonly attempted?: Attempted;
}

const plan = 'bus operator database plan';

/** Where a DSN file leads, by its own words alone. */
export async function readService(
  pair: FilePair,
  directory: DsnDirectory,
  endpoint: Endpoint,
): Promise<ConnectionTarget | Check> {
  if (pair.live.state === 'absent')
    return loginCheck(pair, 'fail', `${pair.path} is missing`, 'bus operator database apply');
  if (pair.live.state === 'broken') return loginCheck(pair, 'fail', `${pair.path}: ${pair.live.reason}`, plan);
  try {
    const uid = directory.owner?.uid ?? directory.uid;
    const { secret } = readSecretFile(directory.at(pair.file), { uid, shownAs: pair.path });
    const parameters = parseDsn(secret.reveal());
    const isOthers = uid !== directory.uid;
    const strange = isOthers ? strangeFile(parameters, endpoint) : undefined;
    if (strange !== undefined) return loginCheck(pair, 'fail', `${pair.path} ${strange}`, plan);
    const surroundings = { env: {}, homeDirectory: '/nonexistent', osUser: '', cwd: '/' };
    return await resolveDsn(parameters, surroundings);
  } catch (error) {
    return failure(pair, error);
  }
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
export async function tryLogin(trial: LoginTrial): Promise<LoginFindings> {
  const { pair, signal } = trial;
  try {
    await using session = await connect(trial.target, {
      applicationName: 'bus operator database verify',
      timeoutMs: 15_000,
      queryTimeoutMs: 35_000,
      signal,
      cache: trial.cache,
      ...(trial.meter !== undefined && { meter: trial.meter }),
    });
    return await trySession(session, trial);
  } catch (error) {
    if (signal.aborted) throw error;
    const limit = await limitMet(trial, error);
    if (limit !== undefined) return { checks: [limit] };
    if (hasNoRoom(error)) throw error;
    return { checks: [failure(pair, error, trial, await trial.declared)] };
  }
}

/** A limit of the role or the database, which keeps nobody else from logging in. */
async function limitMet({ pair, declared, isLastTry }: LoginTrial, error: unknown): Promise<Check | undefined> {
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
  const standing = await readRow(session, standingShape, { sql: standingQuery, doing, isAsLoggedIn: true });
  const looksAtDatabase = isNegative && trial.looksAtDatabase();
  const values = [schemas, isNegative && trial.looksAtRole(), trial.roles, looksAtDatabase];
  const facts = await readRow(session, factsShape, { sql: factsQuery, values, doing });
  const declared = await trial.declared;
  const stranger = strangerOf(trial, session.where, facts, declared);
  if (stranger !== undefined) return { checks: [stranger] };
  const fault = faultOf(trial, facts, standing, declared);
  if (fault !== undefined) return { checks: [fault], login, facts };
  const probe = `bus_verify_${randomBytes(6).toString('hex')}`;
  const tried = isNegative && facts.catchesErrors ? worthTrying(facts) : [];
  const isUnqualified = worksUnqualified(standing, schemas);
  let rows: Record<string, unknown>[];
  try {
    rows = (
      await session.script(verifyScript(schemas, tried, probe, isUnqualified), { doing, isAsLoggedIn: true })
    ).flat();
  } catch (error) {
    // What it may in the whole cluster is known, and no other login of the role asks for it again.
    if (trial.signal.aborted || hasNoRoom(error)) throw error;
    return { checks: [failure(pair, error, trial, declared)], login, facts };
  }
  if (rows.filter(({ value }) => value === probe).length !== schemas.length + (isUnqualified ? 1 : 0)) {
    return { checks: [loginCheck(pair, 'fail', 'what was written could not be read back', plan)], login, facts };
  }
  const attempted =
    tried.length === 0 ? undefined : shaped(rows.at(-1), attemptedShape, session.where, doing).attempted;
  const where = schemas.map(shown).join(', ');
  const differs = endpointFault(pair.live, trial.endpoint);
  const worked =
    differs === undefined
      ? loginCheck(pair, 'ok', schemas.length === 0 ? 'logs in' : `writes and reads in ${where}`)
      : loginCheck(pair, 'fail', `${pair.path} is not as declared: ${differs}`, plan);
  const paths = pathChecks(pair, standing, schemas);
  const objects = looksAtDatabase ? objectChecks(pair.database, facts) : [];
  const limits = isNegative ? placeLimits(pair, facts, attempted) : [];
  return {
    checks: [worked, ...paths, ...limits, ...objects],
    login,
    facts,
    ...(attempted !== undefined && { attempted }),
  };
}

/** What is known to be allowed is told; only what should be refused is tried. */
function worthTrying({ powers, createsSchemas }: Facts): Forbidden[] {
  return [
    ...(powers !== null && !powers.isSuperuser && !powers.createsRoles ? ['create roles' as const] : []),
    ...(powers !== null && !powers.readsVerifiers ? ['read password verifiers' as const] : []),
    ...(createsSchemas ? [] : ['create schemas' as const]),
  ];
}

/** Somebody else's session, or another server's, tells nothing of this role. */
function strangerOf(
  { pair, admin }: LoginTrial,
  where: string,
  { user, session, database, startedAt }: Facts,
  declared: Declared | undefined,
): Check | undefined {
  const fail = (seen: string, remedy = plan) => loginCheck(pair, 'fail', seen, remedy);
  if (declared !== undefined && declared.startedAt !== startedAt) {
    return fail(
      `${pair.path} leads to another server: ${where} was started at ${startedAt}, ${admin} of the admin DSN at ${declared.startedAt} (UTC)`,
    );
  }
  if (session !== pair.role || database !== pair.database)
    return fail(`${pair.path} logs in as another role, or to another database`);
  if (user === pair.role) return undefined;
  const stored = settingOf(pair, 'role', declared);
  return fail(
    `logs in as ${shown(pair.role)}, but acts as ${shown(user)}: a setting ${stored === undefined ? '' : `${stored.where} `}says role = ${printable(stored?.value ?? user)}`,
    stored?.reset ?? `ALTER ROLE ${identifier(pair.role)} RESET role;`,
  );
}

function faultOf(
  { pair, schemas }: LoginTrial,
  facts: Facts,
  standing: Standing,
  declared: Declared | undefined,
): Check | undefined {
  const fail = (seen: string, remedy = plan) => loginCheck(pair, 'fail', seen, remedy);
  const { closedSchemas } = facts;
  if (facts.isStandby)
    return fail('the server is a standby, where nothing can be written', 'point the services at the primary');
  if (facts.readsOnly) {
    return fail(
      'its sessions only read: default_transaction_read_only is on',
      settingOf(pair, 'default_transaction_read_only', declared)?.reset ??
        'set it off for the server, the database or the role',
    );
  }
  if (closedSchemas.length > 0) return fail(`may not use and create in schema ${closedSchemas.map(shown).join(', ')}`);
  const path = pathFault(standing, schemas);
  if (path !== undefined) return fail(path, pathRemedy(pair, schemas, settingOf(pair, 'search_path', declared)));
  return facts.makesTemporaryTables ? undefined : fail('may not make temporary tables');
}

/** What a role may beyond its schemas, in this one database. */
function placeLimits(pair: FilePair, facts: Facts, attempted: Attempted | undefined): Check[] {
  const base = { id: 'service-limits', kind: 'connectivity' as const, target: targetOf(pair) };
  const checks: Check[] = [];
  const createsSchemas = facts.createsSchemas || attempted?.managed.includes('create schemas');
  if (createsSchemas === true && !facts.actsAsOwner) {
    checks.push({
      ...base,
      result: 'fail',
      seen: `${shown(pair.role)} may create schemas, which no service needs`,
      remedy: plan,
    });
  }
  const others = facts.otherSchemas.map(({ name, isByPublic }): Check => {
    const seen = `${shown(pair.role)} may create in schema ${shown(name)}, which is not declared`;
    const grantee = isByPublic ? 'PUBLIC' : identifier(pair.role);
    const remedy = `its owner runs in ${shown(pair.database)}: REVOKE CREATE ON SCHEMA ${identifier(name)} FROM ${grantee};`;
    // Until 14 every new database lets everybody create in public: https://www.postgresql.org/docs/14/ddl-schemas.html
    return { ...base, result: isByPublic && name === 'public' ? 'warn' : 'fail', seen, remedy };
  });
  checks.push(...boundedChecks(others, `schemas that are not declared, in which ${shown(pair.role)} may create`));
  return [...checks, ...shadowChecks(pair, facts)];
}

function failure(pair: FilePair, error: unknown, trial?: Pick<LoginTrial, 'endpoint'>, declared?: Declared): Check {
  const what = `${printable(pair.role)} in ${shown(pair.database)}`;
  const expected = error instanceof OperationError ? error : toOperationError(error, what);
  const differs = trial && endpointFault(pair.live, trial.endpoint);
  if (differs !== undefined)
    return loginCheck(pair, 'fail', `${expected.message}; ${pair.path} is not as declared: ${differs}`, plan);
  const cause = declared && causeOf(pair, sqlstateOf(error) ?? '', declared);
  const isCutOff = sqlstateOf(error) === '28P01' && pair.staged.state === 'present';
  const remedy = isCutOff ? cutOff : (cause?.remedy ?? expected.diagnostics[0]?.remedy ?? plan);
  return loginCheck(
    pair,
    'fail',
    cause === undefined ? expected.message : `${cause.seen}: ${expected.message}`,
    remedy,
  );
}

const cutOff =
  'the staged file beside it may hold the new password, of a rotation that was cut off: bus operator database apply';

/** What is said of one file's login. */
export function loginCheck(pair: FilePair, result: Check['result'], seen: string, remedy?: string): Check {
  return {
    id: 'service-login',
    kind: 'connectivity',
    result,
    target: targetOf(pair),
    seen,
    ...(remedy !== undefined && { remedy }),
  };
}

function targetOf({ role, database }: FilePair): string {
  return `${printable(role)}@${printable(database)}`;
}
