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
import type { Endpoint, FilePair } from '../dsn-pair.ts';
import { readRow, shaped } from '../shape.ts';
import { shown } from '../shown.ts';
import { type Attempted, type Facts, type Forbidden, factsQuery, verifyScript } from '../sql/verify.ts';
import { identifier } from '../sql.ts';
import { sqlstateOf, toOperationError } from '../sqlstate.ts';
import { attemptedShape, factsShape } from './facts.ts';
import type { Entrance } from './knock.ts';
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
 * @throws the signal's reason; OperationError with SQLSTATE 53300 or 57P03, when the server had no room yet
 */
export async function tryLogin(trial: LoginTrial): Promise<LoginFindings> {
  const { pair, signal } = trial;
  try {
    await using session = await connect(trial.target, {
      applicationName: 'bus operator database verify',
      settings: { search_path: '', statement_timeout: '30s', lock_timeout: '5s', transaction_timeout: '0' },
      timeoutMs: 15_000,
      queryTimeoutMs: 35_000,
      signal,
      cache: trial.cache,
      ...(trial.meter !== undefined && { meter: trial.meter }),
    });
    return await trySession(session, trial);
  } catch (error) {
    if (signal.aborted || hasNoRoom(error)) throw error;
    return { checks: [failure(pair, error)] };
  }
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
  const values = [schemas, isNegative && trial.looksAtRole(), trial.roles];
  const facts = await readRow(session, factsShape, { sql: factsQuery, values, doing });
  const stranger = strangerOf(pair, facts);
  if (stranger !== undefined) return { checks: [stranger], login };
  const fault = faultOf(pair, facts);
  if (fault !== undefined) return { checks: [fault], login, facts };
  const probe = `bus_verify_${randomBytes(6).toString('hex')}`;
  const tried = isNegative && facts.catchesErrors ? worthTrying(facts) : [];
  let rows: Record<string, unknown>[];
  try {
    rows = (await session.script(verifyScript(schemas, tried, probe), { doing })).flat();
  } catch (error) {
    // What it may in the whole cluster is known, and no other login of the role asks for it again.
    if (trial.signal.aborted || hasNoRoom(error)) throw error;
    return { checks: [failure(pair, error)], login, facts };
  }
  if (rows.filter(({ value }) => value === probe).length !== schemas.length) {
    return { checks: [loginCheck(pair, 'fail', 'what was written could not be read back', plan)], login, facts };
  }
  const attempted =
    tried.length === 0 ? undefined : shaped(rows.at(-1), attemptedShape, session.where, doing).attempted;
  const where = schemas.map(shown).join(', ');
  const worked = loginCheck(pair, 'ok', schemas.length === 0 ? 'logs in' : `writes and reads in ${where}`);
  const limits = isNegative ? placeLimits(pair, facts, attempted) : [];
  return { checks: [worked, ...limits], login, facts, ...(attempted !== undefined && { attempted }) };
}

/** What is known to be allowed is told; only what should be refused is tried. */
function worthTrying({ powers, createsSchemas }: Facts): Forbidden[] {
  return [
    ...(powers !== null && !powers.isSuperuser && !powers.createsRoles ? ['create roles' as const] : []),
    ...(powers !== null && !powers.readsVerifiers ? ['read password verifiers' as const] : []),
    ...(createsSchemas ? [] : ['create schemas' as const]),
  ];
}

/** Somebody else's session tells nothing of this role. */
function strangerOf(pair: FilePair, { user, session, database }: Facts): Check | undefined {
  if (user === pair.role && session === pair.role && database === pair.database) return undefined;
  return loginCheck(pair, 'fail', `${pair.path} logs in as another role, or to another database`, plan);
}

function faultOf(pair: FilePair, facts: Facts): Check | undefined {
  const fail = (seen: string, remedy = plan) => loginCheck(pair, 'fail', seen, remedy);
  const { closedSchemas } = facts;
  if (facts.isStandby)
    return fail('the server is a standby, where nothing can be written', 'point the services at the primary');
  if (facts.readsOnly) {
    return fail(
      'its sessions only read: default_transaction_read_only is on',
      'set it off for the server, the database or the role',
    );
  }
  if (closedSchemas.length > 0) return fail(`may not use and create in schema ${closedSchemas.map(shown).join(', ')}`);
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

function failure(pair: FilePair, error: unknown): Check {
  const what = `${printable(pair.role)} in ${shown(pair.database)}`;
  const expected = error instanceof OperationError ? error : toOperationError(error, what);
  const isCutOff = sqlstateOf(error) === '28P01' && pair.staged.state === 'present';
  const remedy = isCutOff ? cutOff : (expected.diagnostics[0]?.remedy ?? plan);
  return loginCheck(pair, 'fail', expected.message, remedy);
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
