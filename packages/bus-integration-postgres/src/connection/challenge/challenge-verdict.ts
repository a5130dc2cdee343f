// What a server's answers to a probe mean: who would enter without a password, or give it away. Pure; nothing here connects.
// https://www.postgresql.org/docs/current/auth-methods.html
import {
  advise,
  type Check,
  inSeen,
  type ListenerPolicy,
  printable,
  type Remedy,
  say,
  type Wording,
} from 'bus-integration-database';
import { reload } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { type PinnedAddress, shownAddress } from '../network/dial.ts';
import type { Challenge } from './challenge.ts';

export type ChallengeChannel = 'plain' | 'tls' | 'socket';

export interface Probes {
  readonly role: string;
  readonly pinned: PinnedAddress;
  /** What each transport was answered; one over which nothing was asked is absent. */
  readonly answers: ReadonlyMap<ChallengeChannel, Challenge>;
  readonly policy: ListenerPolicy;
  /** The service's DSN or the policy wants TLS: how bad it is that plain text isn't refused. */
  readonly plainText?: 'fail' | 'warn' | 'info';
}

/** What is told of one role at one address. */
export function judgeChallenges(probes: Probes): Check[] {
  const { role, pinned, answers, plainText } = probes;
  const base = { kind: 'connectivity' as const, target: `${printable(role)} at ${printable(shownAddress(pinned))}` };
  const verdicts = [...answers].map(([transport, answer]) => verdictOf(transport, answer, probes));
  const told = verdicts.flatMap((verdict) => ('result' in verdict ? [{ ...base, id: 'challenge', ...verdict }] : []));
  const good = verdicts.flatMap((verdict) => ('fine' in verdict ? [verdict.fine] : []));
  const plain = answers.get('plain');
  return [
    ...(good.length > 0 && told.length === 0
      ? [{ ...base, id: 'challenge', result: 'ok' as const, seen: good.join(', ') }]
      : []),
    ...told,
    ...(plainText !== undefined && plain !== undefined ? judgePlainText(base, plain, plainText) : []),
  ];
}

type ChallengeVerdict =
  | Pick<Check, 'result' | 'seen' | 'parts' | 'remedy' | 'advice'>
  | { readonly fine: string }
  | { readonly nothing: true };

function verdictOf(transport: ChallengeChannel, answer: Challenge, { role, policy }: Probes): ChallengeVerdict {
  const over = overs[transport];
  const name = shown(role);
  // The policies that let strangers come near ask for SCRAM from everybody.
  const strict = policy === 'tls' || policy === 'external';
  switch (answer.kind) {
    case 'no-tls':
      return { nothing: true };
    case 'entered':
      return transport === 'socket'
        ? {
            result: 'warn',
            seen: `this account enters ${over} as ${name} without a password (trust, or peer for this very account)`,
            ...advise(scramRemedy('local')),
          }
        : {
            result: 'fail',
            seen: `anybody enters ${over} as ${name}: no password is asked for (trust)`,
            ...advise(scramRemedy('host')),
          };
    case 'refused':
      return answer.sqlstate === '28000'
        ? { fine: `refused ${over}` }
        : unknown(`the server refused before it asked ${over}: ${answer.message} (${answer.sqlstate})`);
    case 'asked':
      break;
    default:
      return unknown(say`what is asked for ${over} could not be seen: ${answer.reason}`);
  }
  const isScram = answer.mechanisms.some((mechanism) => mechanism.startsWith('SCRAM-SHA-256'));
  if (isScram) return { fine: `asked for SCRAM ${over}` };
  if (answer.method === 'password') {
    return {
      result: strict || transport === 'plain' ? 'fail' : 'warn',
      seen: `${name} is asked for the password in plaintext ${over}; the commands here refuse to send it`,
      ...advise(scramRemedy(transport === 'socket' ? 'local' : 'host')),
    };
  }
  if (answer.method === 'md5') {
    return {
      result: strict ? 'fail' : 'warn',
      seen: `${name} is asked for an MD5 hash ${over}, which can be replayed by whoever reads the server's catalogs`,
      ...advise(scramRemedy(transport === 'socket' ? 'local' : 'host')),
    };
  }
  const asked =
    answer.method === 'sasl' ? answer.mechanisms.join(', ') || 'an unnamed mechanism' : answer.method.toUpperCase();
  return { result: 'info', seen: `${name} is asked for ${printable(asked)} ${over}, for which no DSN file serves` };
}

/** A password that is right proves little where its server would also have taken it from anybody's wire. */
function judgePlainText(base: Pick<Check, 'kind' | 'target'>, answer: Challenge, severity: Check['result']): Check[] {
  const check = (result: Check['result'], seen: string, remedy?: Remedy): Check[] => [
    { ...base, id: 'plain-text', result, seen, ...advise(remedy) },
  ];
  if (answer.kind === 'refused' && answer.sqlstate === '28000')
    return check('ok', 'plain text is refused, as TLS is demanded');
  if (answer.kind === 'asked' || answer.kind === 'entered') {
    return check(severity, 'connections without TLS are allowed, though TLS is required', [
      'write hostssl instead of host on the line of pg_hba.conf that it matches, then ',
      reload(),
    ]);
  }
  return check('unknown', 'whether plain text is refused could not be seen');
}

const overs: Readonly<Record<ChallengeChannel, string>> = {
  plain: 'over plain TCP',
  tls: 'over TLS',
  socket: 'over the Unix-domain socket',
};

function scramRemedy(type: 'local' | 'host'): Remedy {
  return [`on the ${type} line of pg_hba.conf that it matches, write scram-sha-256 as the method, then `, reload()];
}

function unknown(seen: Wording): ChallengeVerdict {
  return { result: 'unknown', ...inSeen(seen) };
}
