// A DSN file that lists several servers: libpq takes the first that answers, so each of them is held against the cluster
// that the admin reached.
import {
  advise,
  type Check,
  type FilePair,
  inSeen,
  OperationError,
  ownCommand,
  printable,
  type Remedy,
  say,
  type Wording,
  wordingOfError,
} from 'bus-integration-database';
import { connect, silenceFor } from '../../connection/connect.ts';
import { shownAddress } from '../../connection/network/dial.ts';
import { notTriedAgain } from '../../connection/network/silence.ts';
import type { Session } from '../../connection/session/session.ts';
import { boolean, readRow, record, text } from '../../connection/session/shape.ts';
import type { ConnectionTarget, ServerAddress } from '../../conninfo/target.ts';
import { systemIdentifierShape } from '../../observe/catalog-shapes.ts';
import { systemIdentifierQuery } from '../../sql/cluster-query.ts';
import { type Identity, serverIdentityQuery } from '../../sql/verify/identity-query.ts';
import type { LoginTrial } from './login-trial.ts';
import type { DeclaredObjects } from './objects/declared-objects.ts';

const identityShape = record<Identity>({ startedAt: text, isStandby: boolean, readsSystemIdentifier: boolean });

/** Of one listed server; `ours` is the admin's own, or a standby of it. */
type ListedVerdict =
  | { readonly kind: 'ours' }
  | { readonly kind: 'another' | 'unreached' | 'refused' | 'unclear'; readonly seen: Wording };

interface Listed {
  readonly checks: readonly Check[];
  /** Without the servers that gave no answer: each further login would wait for them too. */
  readonly target: ConnectionTarget;
}

/**
 * Tries each server of a file that lists several.
 *
 * @returns the server that is another cluster's as a failure; those of which nothing is known as warnings
 * @throws the signal's reason; an OperationError of a server that had no room
 */
export async function listedServers(trial: LoginTrial, hasNoRoom: (error: unknown) => boolean): Promise<Listed> {
  const { target } = trial;
  const { addresses } = target;
  const declared = await trial.declared;
  if (declared === undefined) return { checks: [], target };
  const verdicts: { readonly address: ServerAddress; readonly place: string; readonly verdict: ListedVerdict }[] = [];
  for (const address of addresses) {
    const place = shownAddress({ ...address, address: address.host });
    verdicts.push({ address, place, verdict: await judged(address, trial, declared, hasNoRoom) });
  }
  // A password that our own server refuses too is the login's own fault, and told by it.
  const isKnownGood = verdicts.some(({ verdict }) => verdict.kind === 'ours');
  const checks = verdicts.flatMap(({ place, verdict }): Check[] => {
    if (verdict.kind === 'ours') return [];
    const remedy = withoutIt(trial, place);
    const told = {
      id: 'listed-server',
      kind: 'connectivity' as const,
      target: targetOf(trial.pair),
      ...advise(remedy),
    };
    const listed = say`${{ path: trial.pair.path }} lists ${printable(place)}`;
    if (verdict.kind === 'another')
      return [{ ...told, result: 'fail', ...inSeen(say`${listed}, another cluster: ${verdict.seen}`) }];
    if (verdict.kind === 'refused') {
      if (!isKnownGood) return [];
      const seen = say`${listed}, which refuses the login that the admin's server takes, so it is another cluster: ${verdict.seen}`;
      return [{ ...told, result: 'fail', ...inSeen(seen) }];
    }
    return [
      {
        ...told,
        result: 'warn',
        ...inSeen(say`${listed}, which could not be told to be of this cluster: ${verdict.seen}`),
      },
    ];
  });
  const answering = verdicts.filter(({ verdict }) => verdict.kind !== 'unreached').map((one) => one.address);
  return { checks, target: answering.length === 0 ? target : { ...target, addresses: answering } };
}

async function judged(
  address: ServerAddress,
  trial: LoginTrial,
  declared: DeclaredObjects,
  hasNoRoom: (error: unknown) => boolean,
): Promise<ListedVerdict> {
  const { signal, cache, meter } = trial;
  const target = { ...trial.target, addresses: [address], targetSessionAttrs: 'any' as const };
  const silence = silenceFor(target, cache);
  if (silence !== undefined) return { kind: 'unreached', seen: wordingOfError(notTriedAgain(silence)) };
  try {
    await using session = await connect(target, {
      applicationName: 'bus operator database verify',
      timeoutMs: 5_000,
      queryTimeoutMs: 10_000,
      signal,
      cache,
      ...(meter !== undefined && { meter }),
    });
    return await clusterVerdict(session, trial, declared);
  } catch (error) {
    if (signal.aborted || hasNoRoom(error) || !(error instanceof OperationError)) throw error;
    const isUnreached = error.errorClass === 'unreachable' || error.errorClass === 'timeout';
    return { kind: isUnreached ? 'unreached' : 'refused', seen: wordingOfError(error) };
  }
}

/** Whether a session is at the cluster that the admin reached. */
export async function clusterVerdict(
  session: Session,
  trial: Pick<LoginTrial, 'admin' | 'systemIdentifier'>,
  declared: DeclaredObjects,
): Promise<ListedVerdict> {
  const doing = `looking which cluster ${session.where} is of`;
  const { startedAt, isStandby, readsSystemIdentifier } = await readRow(session, identityShape, {
    sql: serverIdentityQuery,
    doing,
  });
  if (startedAt === declared.startedAt) return { kind: 'ours' };
  const started = `it was started at ${startedAt}, ${trial.admin} of the admin DSN at ${declared.startedAt} (UTC)`;
  if (!isStandby) return { kind: 'another', seen: started };
  const ours = await trial.systemIdentifier;
  if (!readsSystemIdentifier || ours === undefined)
    return { kind: 'unclear', seen: "it is a standby, and the cluster's identifier may not be read" };
  const { systemIdentifier } = await readRow(session, systemIdentifierShape, { sql: systemIdentifierQuery, doing });
  return systemIdentifier === ours
    ? { kind: 'ours' }
    : { kind: 'another', seen: `it is a standby of system identifier ${systemIdentifier}, expected ${ours}` };
}

function withoutIt({ pair, endpoint }: LoginTrial, place: string): Remedy {
  return endpoint.host?.includes(',') === true
    ? ['if it does not belong there: take its host out of BUS_DATABASE_SERVICE_HOST, then ', ownCommand('plan')]
    : [
        'if it does not belong there: edit ',
        { kind: 'path', path: pair.path },
        `, and take ${printable(place)} out of it`,
      ];
}

function targetOf({ role, database }: FilePair): string {
  return `${printable(role)}@${printable(database)}`;
}
