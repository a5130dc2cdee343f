// Which pg_hba rule a client matches, and why not those above it; tries no login.
import { type HbaClient, type HbaSubject, hbaSubject } from './rules/client.ts';
import type { HbaRule } from './rules/rule.ts';
import type { HbaRules } from './rules/rule-list.ts';

export interface HbaMatch {
  readonly result: 'match';
  readonly file: string;
  readonly line: number;
  readonly method: string;
  readonly options: Readonly<Record<string, string>>;
}

/** The server refuses the client (28000, `no pg_hba.conf entry`). */
export interface HbaNoMatch {
  readonly result: 'no-match';
}

export interface HbaUndecided {
  readonly result: 'undecided';
  readonly reason: string;
  /** Every outcome that is left, in the order of the rules; empty where nothing can be said, as with a broken file. */
  readonly possible: readonly (HbaMatch | HbaNoMatch)[];
  /** The outcome if every word that was perhaps quoted is a keyword after all; only where nothing else is in doubt. */
  readonly likely?: HbaMatch | HbaNoMatch;
}

export type HbaAnswer = HbaMatch | HbaNoMatch | HbaUndecided;

/**
 * Gives the first rule that the client matches, as the server chooses it.
 *
 * https://www.postgresql.org/docs/current/auth-pg-hba-conf.html
 *
 * @example
 * matchHba(parseHba('host all all 10.0.0.0/8 scram-sha-256'), {
 *   user: 'app', database: 'shop', transport: 'tcp', address: '10.1.2.3', tls: false, replication: 'none', memberOf: [],
 * }) // { result: 'match', file: 'pg_hba.conf', line: 1, method: 'scram-sha-256', options: {} }
 */
export function matchHba(rules: HbaRules, client: HbaClient): HbaAnswer {
  const [broken] = rules.broken;
  if (broken !== undefined) {
    const place = broken.line === 0 ? broken.file : `${broken.file}:${broken.line}`;
    const reason = broken.isDoubtful
      ? `${place}: ${broken.reason}`
      : `the server does not load this file, a reload keeps the rules from before: ${place}: ${broken.reason}`;
    return { result: 'undecided', reason, possible: [] };
  }
  const subject = hbaSubject(client);
  const fault = subjectFault(subject);
  if (fault !== undefined) return { result: 'undecided', reason: fault, possible: [] };
  return firstMatch(rules, subject);
}

/** Names beyond this many bytes are cut by the server, by some minor versions differently. */
const longestName = 63;

function subjectFault({ user, database, address, numeric, transport }: HbaSubject): string | undefined {
  if (transport === 'tcp' && address !== undefined && numeric === undefined) return 'the address is not numeric';
  if ([user, database].some((name) => Buffer.byteLength(name) > longestName)) {
    return `a name is longer than ${longestName} bytes`;
  }
  return undefined;
}

function firstMatch(rules: HbaRules, subject: HbaSubject): HbaAnswer {
  const doubtful: HbaRule[] = [];
  let end: HbaMatch | HbaNoMatch = { result: 'no-match' };
  const verdictOn = rules.index.verdicts(subject);
  for (let position = 0; position < rules.rules.length; position += 1) {
    const verdict = verdictOn(position);
    if (verdict === 'no') continue;
    const rule = rules.rules[position] as HbaRule;
    if (verdict === 'unknown') {
      doubtful.push(rule);
      continue;
    }
    end = asMatch(rule);
    break;
  }
  const [first] = doubtful;
  if (first === undefined) return end;
  const likely = subject.guesses ? undefined : firstMatch(rules, { ...subject, guesses: true });
  return {
    result: 'undecided',
    reason: `${first.file}:${first.line}: whether it is this client's can't be known from here`,
    possible: [...doubtful.map(asMatch), end],
    ...(likely !== undefined && likely.result !== 'undecided' && { likely }),
  };
}

function asMatch({ file, line, method, options }: HbaRule): HbaMatch {
  return { result: 'match', file, line, method, options };
}
