// The listener policy: who may reach the server, judged from the server's own view. Reads; changes nothing.
import type { Check, Configuration, DesiredNames, Endpoint } from 'bus-integration-database';
import { isSocketDirectory, type PinnedAddress, resolveAddress } from '../../connection/network/dial.ts';
import type { Session } from '../../connection/session/session.ts';
import { lookAtCertificate, type Presented } from '../../connection/tls/server-certificate.ts';
import { demandedMode, endpointOf } from '../../conninfo/dsn-endpoint.ts';
import { passwordSendOf } from '../../conninfo/password-send.ts';
import { type HbaReading, readHba } from '../../hba/reading.ts';
import type { Run } from '../../run/run.ts';
import type { Preparation } from '../../survey/preparation.ts';
import { lookInside, type SeenInside } from './database-sweep.ts';
import { type ListenerFacts, readListenerFacts } from './listener-facts.ts';
import { judgeLoaded } from './loaded.ts';
import { policyOf } from './policy/policy.ts';
import { withWayOut } from './policy/way-out.ts';
import { judgeRoles } from './roles.ts';
import { judgeRules } from './rule-findings.ts';
import { judgeSockets, listeningOf } from './sockets.ts';
import { judgeStandpoint } from './standpoint.ts';
import { judgeEncryption } from './tls-findings.ts';

export interface ListenerOptions {
  /** The admin's, to read by. */
  readonly session: Session;
  readonly run: Run;
  readonly preparation: Preparation;
  readonly configuration: Pick<Configuration, 'choices'>;
  /** Called when the session is needed no more. */
  readonly onRead: () => void;
  /** What others, at the same server, saw inside databases; the rest is looked into when that is known. */
  readonly seenInside: Promise<SeenInside>;
  /** How many databases are looked into at once. */
  readonly jobs: number | Promise<number>;
  /** Told what it is judged by. */
  readonly onSeen?: ((seen: ListenerSight) => void) | undefined;
}

/** What the listener policy is judged by. */
export interface ListenerSight {
  readonly reading: HbaReading;
  readonly facts: ListenerFacts;
  readonly logins: readonly { readonly role: string; readonly database: string }[];
}

/** The checks of the listener policy: what it is, then an `ok` or findings for each area. */
export async function judgeListener(options: ListenerOptions): Promise<Check[]> {
  const { session, run, preparation, configuration } = options;
  const { desired, declared, service } = preparation.intent;
  const policy = policyOf(desired.listener, demandedMode(service));
  const facts = await readListenerFacts(session, declared);
  const reading = await readHba(session);
  options.onRead();
  options.onSeen?.({ reading, facts, logins: loginsOf(declared) });
  const { pinned, tls } = session;
  const hasSsl = facts.settings.ssl !== 'off';
  const endpoint = endpointOf(service, { ...pinned, isEncrypted: tls !== null, hasSsl });
  const sslmode = endpoint.sslmode ?? 'prefer';
  const presented = await certificateOf(options, endpoint, facts);
  const admin = session.user;
  const standpoint = judgeStandpoint({ pinned: session.pinned, hasTls: session.tls !== null, facts }, policy);
  const outside = [
    ...judgeSockets(facts, policy),
    ...judgeEncryption({ facts, policy, admin, sslmode, presented, now: new Date() }),
    ...judgeLoaded(reading, facts, policy),
    ...(reading.source === 'unknown'
      ? []
      : judgeRules({ rules: reading.rules, facts, policy, logins: loginsOf(declared), admin })),
  ];
  const inside = await lookInside(facts.databases, await options.seenInside, run, options.jobs);
  const passwordSend = passwordSendOf(configuration);
  const checks = [...outside, ...judgeRoles({ facts, inside, policy, admin, passwordSend })];
  return [withWayOut(standpoint, checks, policy), ...checks];
}

/** Of all that is declared, whatever part of it is asked about: the server is the same. */
function loginsOf({ databases }: DesiredNames): { readonly role: string; readonly database: string }[] {
  return [...databases].flatMap(([database, { logins }]) => logins.map((role) => ({ role, database })));
}

/** Of the server that services dial; undefined where they dial a socket, or there is nothing to look at. */
async function certificateOf(
  { session, run }: ListenerOptions,
  { host, port, sslrootcert }: Endpoint,
  facts: ListenerFacts,
): Promise<Presented | undefined> {
  if (facts.settings.ssl === 'off' || listeningOf(facts)?.isOpen === false || host === undefined) return undefined;
  const dialled = Number(port?.split(',')[0] ?? 5432);
  const found = await addressesOf(host.split(',')[0] ?? host, dialled, session, run.signal);
  if (typeof found === 'string') return { state: 'unknown', reason: found };
  let presented: Presented | undefined;
  // As clients do: an address where nobody answers is passed over.
  for (const pinned of found) {
    if (isSocketDirectory(pinned.address)) return undefined;
    presented = await lookAtCertificate(pinned, run.target, sslrootcert, run.signal);
    if (presented.state !== 'unknown') break;
  }
  return presented;
}

/** The admin's own address where services dial the same host; else theirs, two at most since each may be silent. */
async function addressesOf(
  host: string,
  port: number,
  { pinned }: Session,
  signal: AbortSignal,
): Promise<readonly PinnedAddress[] | string> {
  if (host === pinned.host) return [{ ...pinned, port }];
  try {
    return (await resolveAddress({ host, port }, signal)).slice(0, 2);
  } catch (error) {
    if (signal.aborted) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}
