// Answers a server's request to authenticate. The password itself goes to nobody who asks for it in plaintext or as MD5,
// unless require_auth says so; over SCRAM the server has to prove that it knows the verifier.
// https://www.postgresql.org/docs/current/sasl-authentication.html
import { createHash } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { OperationError, type Secret } from 'bus-integration-database';
import type { ConnectionTarget } from '../../conninfo/target.ts';
import { serverText } from '../../text/sqlstate.ts';
import type { PinnedAddress } from '../network/dial.ts';
import type { TlsState } from '../tls/tls.ts';
import { keepsCleartext } from './cleartext.ts';
import { md5Hash, mostIterations } from './scram.ts';
import {
  answerChallenge,
  cachedKeys,
  isProvenBy,
  readChallenge,
  type ScramCache,
  type ScramExchange,
  scram,
  scramPlus,
  startExchange,
} from './scram-exchange.ts';

/** The part of the driver's connection that authentication happens on. */
export interface AuthenticationWire extends EventEmitter {
  password(text: string): void;
  sendSASLInitialResponseMessage(mechanism: string, response: string): void;
  sendSCRAMClientFinalMessage(response: string): void;
}

export interface AuthenticationRules {
  /** The server, as messages name it. */
  readonly where: string;
  readonly user: string;
  readonly password: Secret | undefined;
  readonly requireAuth: ConnectionTarget['requireAuth'];
  readonly channelBinding: ConnectionTarget['channelBinding'];
  readonly tls: TlsState | null;
  /** What was really dialled. */
  readonly pinned: PinnedAddress;
  /** Keys already hashed in this run; the same password and salt then cost nothing on further connections. */
  readonly scramCache: ScramCache;
}

/** What came of an authentication; filled in while it goes on. */
export interface AuthenticationRecord {
  /** `none` when the server let us in without asking. */
  method?: 'none' | 'password' | 'md5' | 'scram-sha-256';
  /** We have shown the server that we know the password. */
  isProofSent: boolean;
  /** The server has shown that it knows this password's verifier: the password is right. */
  isServerProven: boolean;
  /** Milliseconds that the server took to answer, at the fastest. */
  answerMs?: number;
}

/** Takes over a connection's authentication; what goes wrong is emitted on it as `error`. */
export function answerAuthentication(
  wire: AuthenticationWire,
  rules: AuthenticationRules,
  record: AuthenticationRecord,
): void {
  const guarded = <Message>(answer: (message: Message) => void | Promise<void>) => {
    return async (message: Message): Promise<void> => {
      try {
        await answer(message);
      } catch (error) {
        wire.emit('error', error);
      }
    };
  };
  for (const event of passwordEvents) wire.removeAllListeners(event);
  let askedAt = performance.now();
  const answered = (): void => {
    record.answerMs = Math.min(record.answerMs ?? Number.POSITIVE_INFINITY, performance.now() - askedAt);
  };
  let exchange: ScramExchange | undefined;
  // One that asks again and again would have us hash for as long as it likes.
  const begin = (method: NonNullable<AuthenticationRecord['method']>): void => {
    if (record.method !== undefined) throw broken(rules, 'it asks for a password a second time');
    record.method = method;
  };

  wire.on(
    'authenticationCleartextPassword',
    guarded(() => {
      begin('password');
      demand(allowsCleartext(rules), rules, 'the password in plaintext', cleartextRemedy);
      wire.password(passwordOf(rules));
    }),
  );
  wire.on(
    'authenticationMD5Password',
    guarded(({ salt }: { salt: Buffer }) => {
      begin('md5');
      demand(names(rules, 'md5'), rules, 'an MD5 hash of the password', md5Remedy);
      const inner = md5Hash(passwordOf(rules), rules.user).slice('md5'.length);
      wire.password(`md5${createHash('md5').update(inner).update(salt).digest('hex')}`);
    }),
  );
  wire.on(
    'authenticationSASL',
    guarded(({ mechanisms }: { mechanisms: readonly string[] }) => {
      begin('scram-sha-256');
      answered();
      exchange = agreedExchange(mechanisms, rules);
      askedAt = performance.now();
      wire.sendSASLInitialResponseMessage(exchange.mechanism, exchange.opening);
    }),
  );
  wire.on(
    'authenticationSASLContinue',
    guarded(async ({ data }: { data: string }) => {
      if (exchange === undefined) throw broken(rules, 'it began in the middle');
      if (exchange.isChallenged) throw broken(rules, 'its challenge came twice');
      exchange.isChallenged = true;
      answered();
      const challenge = readChallenge(exchange, data);
      if (typeof challenge === 'string') throw broken(rules, challenge);
      const { iterations } = challenge;
      if (iterations > mostIterations) {
        const seen = `it wants ${iterations} iterations; expected at most ${mostIterations}`;
        throw broken(rules, seen, `on a server you trust, set the role's password anew: ${fewerIterations}`);
      }
      const keys = await cachedKeys(passwordOf(rules), challenge.salt, challenge.iterations, rules.scramCache);
      wire.sendSCRAMClientFinalMessage(answerChallenge(exchange, data, challenge.nonce, keys));
      askedAt = performance.now();
      record.isProofSent = true;
    }),
  );
  wire.on(
    'authenticationSASLFinal',
    guarded(({ data }: { data: string }) => {
      answered();
      if (!isProvenBy(exchange, data)) {
        throw broken(rules, "its signature is not of this password's verifier; somebody may stand between");
      }
      record.isServerProven = true;
    }),
  );
  wire.on(
    'authenticationOk',
    guarded(() => {
      if (record.method === undefined) answered();
      record.method ??= 'none';
      if (record.method === 'scram-sha-256' && !record.isServerProven)
        throw broken(rules, 'it ended without its proof');
      if (record.method === 'none') demand(allows(rules, 'none'), rules, 'no authentication at all', noneRemedy);
      const isBound = exchange?.mechanism === scramPlus;
      if (rules.channelBinding === 'require' && !isBound)
        throw unbound(rules, 'did not bind the login to its TLS certificate');
    }),
  );
}

const passwordEvents = [
  'authenticationCleartextPassword',
  'authenticationMD5Password',
  'authenticationSASL',
  'authenticationSASLContinue',
  'authenticationSASLFinal',
];

const cleartextRemedy =
  'use scram-sha-256 in pg_hba.conf; or allow it with require_auth=password in the DSN, together with sslmode=verify-full';
const md5Remedy =
  "use scram-sha-256 in pg_hba.conf and set the role's password anew; or allow it with require_auth=md5 in the DSN";
const fewerIterations = 'SET scram_iterations = 4096; then \\password in psql';
const noneRemedy = 'use scram-sha-256 in pg_hba.conf; or add none to require_auth in the DSN';

function agreedExchange(mechanisms: readonly string[], rules: AuthenticationRules): ScramExchange {
  const { tls, channelBinding } = rules;
  const isBindingOffered = mechanisms.includes(scramPlus);
  // Only somebody in between who ends the TLS himself would pass this offer on in plain text.
  if (tls === null && isBindingOffered) throw broken(rules, 'it offers channel binding without TLS');
  demand(allows(rules, 'scram-sha-256'), rules, scram, 'add scram-sha-256 to require_auth in the DSN');
  const exchange = startExchange(channelBinding === 'disable' ? undefined : tls?.serverEndPoint, isBindingOffered);
  if (channelBinding === 'require' && exchange.mechanism !== scramPlus)
    throw unbound(rules, 'offers no channel binding');
  if (!mechanisms.includes(exchange.mechanism)) {
    const offered = mechanisms.join(', ') || 'an unnamed SASL mechanism';
    throw refused(rules, `asks for ${serverText(offered)}`, 'use scram-sha-256 in pg_hba.conf');
  }
  passwordOf(rules);
  return exchange;
}

function allows(rules: AuthenticationRules, method: string): boolean {
  const { requireAuth } = rules;
  return requireAuth === undefined || requireAuth.methods.includes(method) !== requireAuth.negated;
}

// Stricter than libpq: a list of what is forbidden doesn't allow the rest to see the password.
function names(rules: AuthenticationRules, method: string): boolean {
  return rules.requireAuth?.negated === false && rules.requireAuth.methods.includes(method);
}

function allowsCleartext(rules: AuthenticationRules): boolean {
  return names(rules, 'password') && keepsCleartext(rules);
}

function passwordOf({ password, where, user }: AuthenticationRules): string {
  const text = password?.reveal() ?? '';
  if (text !== '') return text;
  throw new OperationError('authentication-failed', `${where} asks for the password of ${user}, and none is given`, {
    code: 'password-missing',
    target: where,
    remedy: 'put the password into the admin DSN, or into a password file',
  });
}

function demand(isAllowed: boolean, rules: AuthenticationRules, method: string, remedy: string): void {
  if (!isAllowed) throw refused(rules, `asks for ${method}`, remedy);
}

function refused(rules: AuthenticationRules, seen: string, remedy: string): OperationError {
  const message = `${rules.where} ${seen}, which this connection does not allow; no password was sent`;
  return new OperationError('authentication-failed', message, { code: 'method-refused', target: rules.where, remedy });
}

function unbound(rules: AuthenticationRules, seen: string): OperationError {
  return new OperationError('authentication-failed', `${rules.where} ${seen}; the DSN says channel_binding=require`, {
    code: 'method-refused',
    target: rules.where,
    remedy: 'use sslmode=require or stricter and scram-sha-256 in pg_hba.conf, or channel_binding=prefer',
  });
}

function broken(
  rules: AuthenticationRules,
  seen: string,
  remedy = 'check that this is the server you mean',
): OperationError {
  return new OperationError('authentication-failed', `the login to ${rules.where} was broken off: ${seen}`, {
    code: 'login-broken',
    target: rules.where,
    remedy,
  });
}
