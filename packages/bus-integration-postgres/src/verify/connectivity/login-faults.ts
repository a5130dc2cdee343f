// What one login of a service shows to be wrong: in another's place, in its session, in the schemas, or the refusal itself.
// Pure.
import {
  advise,
  type Check,
  endpointFault,
  type FilePair,
  inSeen,
  OperationError,
  ownCommand,
  printable,
  type Remedy,
  remedyOf,
  say,
  type Wording,
  wordingOfError,
} from 'bus-integration-database';
import { noTlsRemedy } from '../../connection/attempt.ts';
import { connectionStrings } from '../../output-forms/connection-strings.ts';
import type { SessionAtLogin } from '../../sql/verify/verify-query.ts';
import type { Attempted } from '../../sql/verify/verify-script.ts';
import { boundedChecks } from '../../text/bounded.ts';
import { adminOrSuperuser, anyDatabase, inDatabase, ownerOrSuperuser, runs } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import { sqlstateOf, toOperationError } from '../../text/sqlstate.ts';
import type { ServiceFacts } from './facts.ts';
import type { LoginTrial } from './login-trial.ts';
import type { DeclaredObjects } from './objects/declared-objects.ts';
import { causeOf, settingOf } from './objects/refused.ts';
import { pathRemedy, searchPathFault } from './settings/search-path.ts';

const plan = ownCommand('plan');

/** Somebody else's session, or another server's, tells nothing of this role. */
export function strangerOf(
  { pair, admin, login }: LoginTrial,
  where: string,
  { user, session, database, startedAt }: ServiceFacts,
  declared: DeclaredObjects | undefined,
): Check | undefined {
  const fail = (seen: Wording, remedy: Remedy = plan) => loginCheck(pair, 'fail', seen, remedy);
  if (declared !== undefined && declared.startedAt !== startedAt) {
    return fail(
      say`${{ path: pair.path }} leads to another server: ${where} was started at ${startedAt}, ${admin} of the admin DSN at ${declared.startedAt} (UTC)`,
    );
  }
  if (session !== pair.role || database !== pair.database)
    return fail(say`${{ path: pair.path }} logs in as another role, or to another database`);
  if (user === (login?.works ?? pair.role)) return undefined;
  if (login !== undefined && login.works !== pair.role)
    return {
      ...fail(
        `works as ${shown(user)}; expected ${shown(login.works)}: its role setting is missing, or was not carried out for want of the membership, which the server only warns of in its log`,
      ),
      id: 'acts-as',
    };
  const stored = settingOf(pair, 'role', declared);
  return fail(
    `logs in as ${shown(pair.role)}, but acts as ${shown(user)}: a setting ${stored === undefined ? '' : `${stored.where} `}says role = ${printable(stored?.value ?? user)}`,
    stored?.reset ?? runs(adminOrSuperuser, anyDatabase, `ALTER ROLE ${identifier(pair.role)} RESET role;`),
  );
}

export function faultOf(
  { pair, schemas, login }: LoginTrial,
  facts: ServiceFacts,
  standing: SessionAtLogin,
  declared: DeclaredObjects | undefined,
): Check | undefined {
  const fail = (seen: Wording, remedy: Remedy = plan) => loginCheck(pair, 'fail', seen, remedy);
  const { closedSchemas } = facts;
  if (facts.isStandby)
    return fail('the server is a standby, where nothing can be written', 'point the services at the primary');
  if (facts.readsOnly && login?.readsOnly !== true) {
    return fail(
      'its sessions only read: default_transaction_read_only is on',
      settingOf(pair, 'default_transaction_read_only', declared)?.reset ??
        'set it off for the server, the database or the role',
    );
  }
  if (closedSchemas.length > 0) return fail(`may not use and create in schema ${closedSchemas.map(shown).join(', ')}`);
  const used = pathSchemas({ schemas, login });
  const path = searchPathFault(standing, used);
  if (path !== undefined) return fail(path, pathRemedy(pair, used, settingOf(pair, 'search_path', declared)));
  const makes = login === undefined || login.expected.database.has('TEMPORARY');
  return facts.makesTemporaryTables || !makes ? undefined : fail('may not make temporary tables');
}

/** Schemas that unqualified names are to find. */
export function pathSchemas({ schemas, login }: Pick<LoginTrial, 'schemas' | 'login'>): readonly string[] {
  return login === undefined ? schemas : login.keepsPath ? [] : login.uses;
}

/** What a role may beyond its schemas, in this one database. */
export function placeLimits(
  { pair, login }: Pick<LoginTrial, 'pair' | 'login'>,
  facts: ServiceFacts,
  attempted: Attempted | undefined,
): Check[] {
  const base = { id: 'service-limits', kind: 'connectivity' as const, target: targetOf(pair) };
  const checks: Check[] = [];
  const createsSchemas = facts.createsSchemas || attempted?.managed.includes('create schemas');
  if (createsSchemas === true && !facts.actsAsOwner && login?.expected.database.has('CREATE') !== true) {
    checks.push({
      ...base,
      result: 'fail',
      seen: `${shown(pair.role)} may create schemas, which no service needs`,
      ...advise(
        runs(
          ownerOrSuperuser,
          anyDatabase,
          `REVOKE CREATE ON DATABASE ${identifier(pair.database)} FROM PUBLIC, ${identifier(pair.role)};`,
        ),
      ),
    });
  }
  const others = facts.otherSchemas.map(({ name, isByPublic }): Check => {
    const seen = `${shown(pair.role)} may create in schema ${shown(name)}, which is not declared`;
    const grantee = isByPublic ? 'PUBLIC' : identifier(pair.role);
    const remedy = runs(
      ownerOrSuperuser,
      inDatabase(pair.database),
      `REVOKE CREATE ON SCHEMA ${identifier(name)} FROM ${grantee};`,
    );
    // Until 14 every new database lets everybody create in public: https://www.postgresql.org/docs/14/ddl-schemas.html
    return { ...base, result: isByPublic && name === 'public' ? 'warn' : 'fail', seen, ...advise(remedy) };
  });
  checks.push(...boundedChecks(others, `schemas that are not declared, in which ${shown(pair.role)} may create`));
  return checks;
}

export function loginFailure(
  pair: FilePair,
  error: unknown,
  trial?: Pick<LoginTrial, 'endpoint'> & { readonly hasEntered: boolean },
  declared?: DeclaredObjects,
): Check {
  const what = `${printable(pair.role)} in ${shown(pair.database)}`;
  const expected = error instanceof OperationError ? error : toOperationError(error, what);
  const differs = trial && endpointFault(pair, trial.endpoint, connectionStrings);
  if (differs !== undefined)
    return loginCheck(
      pair,
      'fail',
      say`${wordingOfError(expected)}; ${{ path: pair.path }} is not as declared: ${differs}`,
      plan,
    );
  const asWritten = expected.diagnostics[0];
  if (asWritten?.code === 'connection-setting' && asWritten.target !== undefined && pair.live.state === 'present') {
    const { target } = asWritten;
    const key = target === 'sslmode' ? 'BUS_DATABASE_SERVICE_SSLMODE' : 'BUS_DATABASE_SERVICE_PARAMETERS';
    return loginCheck(
      pair,
      'fail',
      say`${{ path: pair.path }}: ${wordingOfError(expected)}`,
      editing(pair, target, key),
    );
  }
  if (asWritten?.remedy === noTlsRemedy) return loginCheck(pair, 'fail', wordingOfError(expected), noTlsForServices);
  // What the server said last before it ended a connection says why.
  const sqlstate = sqlstateOf(error) ?? sqlstateOf((error as { cause?: unknown }).cause) ?? '';
  const cause =
    declared &&
    causeOf(pair, sqlstate, declared, { hasEntered: trial?.hasEntered ?? false, routine: routineOf(error) });
  const options = pair.live.state === 'present' ? pair.live.endpoint.options : undefined;
  if (cause === undefined && trial?.hasEntered !== true && options !== undefined && ofOptions.includes(sqlstate)) {
    return loginCheck(
      pair,
      'fail',
      wordingOfError(expected),
      editing(pair, 'options', 'BUS_DATABASE_SERVICE_PARAMETERS'),
    );
  }
  const isCutOff = sqlstate === '28P01' && pair.staged.state === 'present';
  const seen = cause === undefined ? wordingOfError(expected) : say`${cause.seen}: ${wordingOfError(expected)}`;
  if (isCutOff) return loginCheck(pair, 'fail', say`${seen}; ${cutOff}`, ownCommand('apply'));
  const lacks = sqlstate === '42501' && trial?.hasEntered === true ? lacking : undefined;
  return loginCheck(pair, 'fail', seen, cause?.remedy ?? lacks ?? remedyOf(expected.diagnostics[0]) ?? plan);
}

/** The server's function that refused: its name is the same in every language. */
function routineOf(error: unknown): string | undefined {
  const { cause, routine } = (error ?? {}) as { cause?: unknown; routine?: unknown };
  if (typeof routine === 'string') return routine;
  return cause === undefined ? undefined : routineOf(cause);
}

const lacking =
  'grant the role what the message names; of the system catalogs, what PostgreSQL grants PUBLIC: https://www.postgresql.org/docs/current/ddl-priv.html';

const noTlsForServices = [
  'turn ssl on in postgresql.conf, or, where the network is trusted, set BUS_DATABASE_SERVICE_SSLMODE=disable, then ',
  ownCommand('plan', ['--allow', 'weaken-tls']),
];

/** By which a server refuses a login for a setting that the client asks for: unknown, wrong, not at this time, not by it. */
const ofOptions = ['42704', '22023', '55P02', '42501', '42601', '42602'];

const cutOff = 'the staged file beside it may hold the new password, of a rotation that was cut off';

export function unknownEncoding(pair: FilePair): Check {
  const remedy = editing(pair, 'client_encoding', 'BUS_DATABASE_SERVICE_PARAMETERS');
  return loginCheck(pair, 'fail', say`${{ path: pair.path }}: client_encoding is none that the server knows`, remedy);
}

function editing({ path }: FilePair, keyword: string, key: string): Remedy {
  return ['edit ', { kind: 'path', path }, `: change ${keyword} or take it out, also in ${key} where that says it`];
}

/** What is said of one file's login. */
export function loginCheck(pair: FilePair, result: Check['result'], seen: Wording, remedy?: Remedy): Check {
  return {
    id: 'service-login',
    kind: 'connectivity',
    result,
    target: targetOf(pair),
    database: pair.database,
    ...inSeen(seen),
    ...advise(remedy),
  };
}

function targetOf({ role, database }: FilePair): string {
  return `${printable(role)}@${printable(database)}`;
}

/** Too many connections, or still starting up: the probe could not run, which says nothing of the service. */
export function hasNoRoom(error: unknown): boolean {
  return ['53300', '57P03'].includes(sqlstateOf(error) ?? '');
}
