// A file that leads services to a pooler: logs in through that address as they do. What can't be reached from here is
// unknown, never ok; what refuses the login, or leads elsewhere, fails.
import {
  type Check,
  type Endpoint,
  type FilePair,
  OperationError,
  type OutputDirectory,
  ownCommand,
  printable,
  say,
  type Wording,
  wordingOfError,
} from 'bus-integration-database';
import { type ConnectCache, connect, type Meter } from '../../connection/connect.ts';
import { shownAddress } from '../../connection/network/dial.ts';
import { readRow, record, text } from '../../connection/session/shape.ts';
import { loggedInQuery, type SessionLogin } from '../../sql/verify/identity-query.ts';
import { shown } from '../../text/shown.ts';
import { clusterVerdict } from './listed.ts';
import { hasNoRoom, loginCheck } from './login-faults.ts';
import type { DeclaredObjects } from './objects/declared-objects.ts';
import { readServiceTarget } from './service-login.ts';

export interface PoolerTrial {
  readonly directory: OutputDirectory;
  /** Where the file should lead but for the pooler. */
  readonly endpoint: Endpoint;
  /** What the admin sees; undefined where that could not be read. */
  readonly declared: DeclaredObjects | undefined;
  readonly admin: string;
  readonly systemIdentifier: Promise<string | undefined>;
  readonly cache: ConnectCache;
  readonly meter: Meter | undefined;
  readonly signal: AbortSignal;
}

const loggedInShape = record<SessionLogin>({ role: text, database: text });

/** @throws the signal's reason */
export async function poolerCheck(pair: FilePair, trial: PoolerTrial): Promise<Check> {
  const { pooler } = pair.output.settings ?? {};
  const is = (result: Check['result'], seen: Wording) => ({
    ...loginCheck(pair, result, seen, result === 'fail' ? lookAtPooler : undefined),
    id: 'pooler-login',
  });
  const target = await readServiceTarget(pair, trial.directory, trial.endpoint);
  if ('id' in target) return { ...target, id: 'pooler-login' };
  const [first] = target.addresses;
  if (pooler === undefined || first === undefined) throw new Error('internal error: a file without a pooler was tried');
  const { hostaddr: _, ...rest } = first;
  const address = { ...rest, host: pooler.host, port: Number(pooler.port) };
  const place = printable(shownAddress({ ...address, address: address.host }));
  const file = { path: pair.path };
  try {
    await using session = await connect(
      { ...target, addresses: [address], targetSessionAttrs: 'any' },
      {
        applicationName: 'bus operator database verify',
        timeoutMs: 5_000,
        queryTimeoutMs: 10_000,
        signal: trial.signal,
        cache: trial.cache,
        ...(trial.meter !== undefined && { meter: trial.meter }),
      },
    );
    const doing = `looking where ${place} leads`;
    const { role, database } = await readRow(session, loggedInShape, { sql: loggedInQuery, doing });
    if (role !== pair.role || database !== pair.database) {
      const seen = `${shown(role)} in ${shown(database)}`;
      return is('fail', say`${file} leads by the pooler ${place} to ${seen}, another login than its own`);
    }
    const verdict = trial.declared && (await clusterVerdict(session, trial, trial.declared));
    if (verdict === undefined || verdict.kind === 'ours') return is('ok', say`${file} logs in by the pooler ${place}`);
    return verdict.kind === 'another'
      ? is('fail', say`${file} leads by the pooler ${place} to another cluster: ${verdict.seen}`)
      : is('unknown', say`${file} logs in by the pooler ${place}; which cluster that is is not known: ${verdict.seen}`);
  } catch (error) {
    if (trial.signal.aborted || !(error instanceof OperationError)) throw error;
    const isUnreached = ['unreachable', 'timeout'].includes(error.errorClass) || hasNoRoom(error);
    const seen = wordingOfError(error);
    return isUnreached
      ? is('unknown', say`whether ${file} logs in by the pooler ${place} could not be tried from here: ${seen}`)
      : is('fail', say`${file} does not log in by the pooler ${place}: ${seen}`);
  }
}

const lookAtPooler = [
  'look at the pooler: its databases, its users or auth_query, its TLS; or change pooler of outputs, then ',
  ownCommand('plan'),
];
