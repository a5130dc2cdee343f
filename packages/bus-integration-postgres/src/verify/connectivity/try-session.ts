// The session of one login, tried: writes and reads, tries what must be refused, and what a manifest says of it. All of it is
// rolled back.
import { randomBytes } from 'node:crypto';
import { type Check, endpointFault, type FilePair, ownCommand, say } from 'bus-integration-database';
import type { Session } from '../../connection/connect.ts';
import { readRow, shaped } from '../../connection/session/shape.ts';
import { connectionStrings } from '../../output-forms/connection-strings.ts';
import { type Contents, contentsQuery } from '../../sql/verify/contents-query.ts';
import { encodingQuery, type SessionAtLogin } from '../../sql/verify/verify-query.ts';
import { type Forbidden, verifyScript } from '../../sql/verify/verify-script.ts';
import { shown } from '../../text/shown.ts';
import { ofTables, policyChecks } from '../access/need-findings.ts';
import { checksOf } from '../access/try-access.ts';
import { readFacts, type ServiceFacts, schemasOf } from './facts.ts';
import type { LoginFindings } from './login-answer.ts';
import {
  faultOf,
  hasNoRoom,
  loginCheck,
  loginFailure,
  pathSchemas,
  placeLimits,
  strangerOf,
  unknownEncoding,
} from './login-faults.ts';
import type { LoginTrial } from './login-trial.ts';
import { accessOf, freshOf, manifestScript } from './manifest-trial.ts';
import type { DeclaredObjects } from './objects/declared-objects.ts';
import { definerChecks } from './objects/definers.ts';
import { objectChecks } from './objects/objects.ts';
import { settingOf } from './objects/refused.ts';
import { attemptedShape, contentsShape, encodingShape } from './objects/service-shapes.ts';
import { shadowChecks } from './objects/shadows.ts';
import { unusualChecks } from './objects/unusual.ts';
import type { Entrance } from './probe.ts';
import { pathStrangerChecks, readStrangers, schemaChecks } from './schemas.ts';
import { harmfulSettings } from './settings/harmful-settings.ts';
import { pathChecks, pathRemedy, placeFault, worksUnqualified } from './settings/search-path.ts';
import { timeoutChecks } from './settings/timeouts.ts';

const plan = ownCommand('plan');

export async function trySession(session: Session, trial: LoginTrial): Promise<LoginFindings> {
  const doing = `trying ${trial.pair.path}`;
  const { pinned, tls, authentication } = session;
  const login = { pinned, tls, authentication };
  const looksAtRole = trial.isNegative && trial.looksAtRole();
  const [standing, facts] = await readFacts(session, trial, { doing, looksAtRole });
  const declared = await trial.declared;
  const stranger = strangerOf(trial, session.where, facts, declared);
  if (stranger !== undefined) return { checks: [stranger] };
  const access = await accessOf(session, trial, standing, facts);
  const findings = await tryRights(session, trial, { doing, standing, facts, declared, login });
  return {
    ...findings,
    checks: [...findings.checks, ...access.checks],
    ...(access.looked && { looked: access.looked }),
  };
}

interface LoggedIn {
  readonly doing: string;
  readonly standing: SessionAtLogin;
  readonly facts: ServiceFacts;
  readonly declared: DeclaredObjects | undefined;
  readonly login: Entrance;
}

/** What a service needs to work, and what it must not be able to do whatever is declared. */
async function tryRights(session: Session, trial: LoginTrial, at: LoggedIn): Promise<LoginFindings> {
  const { pair, schemas, isNegative } = trial;
  const { doing, standing, facts, declared, login } = at;
  const fault = faultOf(trial, facts, standing, declared);
  if (fault !== undefined) return { checks: [fault], login, facts };
  const encoding = pair.live.state === 'present' ? pair.live.endpoint.client_encoding : undefined;
  // libpq asks for it in the startup packet, and takes auto for that of its locale; ours are always in UTF-8.
  if (encoding !== undefined && encoding !== '' && encoding !== 'auto') {
    const { isKnown } = await readRow(session, encodingShape, { sql: encodingQuery, values: [encoding], doing });
    if (!isKnown) return { checks: [unknownEncoding(pair)], login, facts };
  }
  const isFirst = isNegative && trial.looksAtDatabase();
  const asksContents = facts.hasContents && (isNegative || trial.login === undefined);
  const contents = asksContents ? await contentsOf(session, trial, isFirst) : undefined;
  const asked = isFirst && facts.mayHaveStrangers ? schemas : [];
  const passed = isNegative ? standing.path.filter((name) => isElsewhere(name, trial)) : [];
  const strangers = await readStrangers(session, trial, [...asked, ...passed]);
  const whole = { ...trial, schemas: [...trial.declaredSchemas], isOfLists: trial.login === undefined };
  const unusual = isFirst ? await unusualChecks(session, whole) : [];
  const probe = `bus_verify_${randomBytes(6).toString('hex')}`;
  const tried = isNegative && facts.catchesErrors ? worthTrying(facts) : [];
  const isUnqualified = worksUnqualified(standing, schemas);
  const more = manifestScript(trial, probe, session.serverVersionNum);
  let rows: Record<string, unknown>[];
  try {
    rows = (
      await session.script(verifyScript(schemas, tried, probe, isUnqualified, standing.path[0], more), {
        doing,
        isAsLoggedIn: true,
      })
    ).flat();
  } catch (error) {
    // What it may in the whole cluster is known, and no other login of the role asks for it again.
    if (trial.signal.aborted || hasNoRoom(error)) throw error;
    await session.script('ROLLBACK', { doing, isAsLoggedIn: true }).catch(() => undefined);
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
  const fresh = freshOf(trial, rows, session.where, doing);
  const differs = endpointFault(pair, trial.endpoint, connectionStrings);
  const worked =
    differs === undefined
      ? loginCheck(pair, 'ok', schemas.length === 0 ? 'logs in' : `writes and reads in ${where}`)
      : loginCheck(pair, 'fail', say`${{ path: pair.path }} is not as declared: ${differs}`, plan);
  const paths = pathChecks(pair, standing, pathSchemas(trial));
  const within =
    contents === undefined
      ? []
      : [
          ...(isNegative ? shadowChecks(pair, contents) : []),
          ...objectChecks(pair.database, trial.roles, contents),
          ...needChecks(pair, contents.needs),
          ...definerChecks(pair.database, contents.definers, trial.login !== undefined),
        ];
  const limits = isNegative ? placeLimits(trial, facts, attempted) : [];
  return {
    checks: [
      worked,
      ...paths,
      ...timeoutChecks(pair, standing, declared),
      ...harmfulSettings(pair, standing, declared),
      ...limits,
      ...fresh,
      ...within,
      ...unusual,
      ...schemaChecks(
        pair.database,
        strangers.filter(({ name }) => asked.includes(name)),
        { ...trial, owner: trial.login?.expected.owner },
      ),
      ...pathStrangerChecks(
        trial,
        strangers.filter(({ name }) => passed.includes(name)),
      ),
    ],
    login,
    facts,
    ...(attempted !== undefined && { attempted }),
  };
}

/** Neither a declared schema nor one of the server's own. */
function isElsewhere(schema: string, { declaredSchemas }: LoginTrial): boolean {
  return !declaredSchemas.has(schema) && !schema.startsWith('pg_') && schema !== 'information_schema';
}

async function contentsOf(session: Session, trial: LoginTrial, isFirst: boolean): Promise<Contents> {
  const { pair, roles } = trial;
  const sql = contentsQuery(session.serverVersionNum, trial.login === undefined);
  const declared = [...new Set([...roles, ...Object.keys(trial.login?.manifest.roles ?? {})])];
  const values = [schemasOf(trial), roles, isFirst, declared, trial.adminRole];
  return await readRow(session, contentsShape, { sql, values, doing: `trying ${pair.path}` });
}

function needChecks(pair: FilePair, needs: Contents['needs']): Check[] {
  if (needs === null) return [];
  return [...checksOf('access', pair, ofTables(pair.role, needs, pair.database)), ...policyChecks(pair, needs)];
}

/** What is known to be allowed is told; only what should be refused is tried. */
function worthTrying({ powers, readsVerifiers, createsSchemas }: ServiceFacts): Forbidden[] {
  return [
    ...(powers !== null && !powers.isSuperuser && !powers.createsRoles ? ['create roles' as const] : []),
    ...(powers !== null && !readsVerifiers ? ['read password verifiers' as const] : []),
    ...(createsSchemas ? [] : ['create schemas' as const]),
  ];
}
