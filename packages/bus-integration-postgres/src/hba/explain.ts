// Why a client matches a pg_hba rule and none above it, in words; decides nothing that matching doesn't decide too.
import { printable, some } from 'bus-integration-database';
import { type HbaAnswer, matchHba } from './match.ts';
import { type HbaClient, type HbaSubject, hbaSubject } from './rules/client.ts';
import type { HbaRule, HbaToken } from './rules/rule.ts';
import type { HbaRules } from './rules/rule-list.ts';
import { addressVerdict, databaseVerdict, typeVerdict, userVerdict, type Verdict } from './rules/verdict.ts';

export interface HbaTrial {
  readonly rule: HbaRule;
  /** Whether the rule is the client's. */
  readonly verdict: Verdict;
  /** `the line is for 10.0.0.0/8, the client comes from 11.1.1.1`. */
  readonly why: string;
}

export interface HbaExplanation {
  readonly answer: HbaAnswer;
  /** Every rule that the server would try, in order, the one that is met last. */
  readonly trials: readonly HbaTrial[];
}

/**
 * Answers as `matchHba` does, and says for each rule above the match why the client does not match it.
 *
 * https://www.postgresql.org/docs/current/auth-pg-hba-conf.html
 *
 * @example
 * explainHba(rules, client).trials.map(({ rule, why }) => `${rule.line}: ${why}`)
 */
export function explainHba(rules: HbaRules, client: HbaClient): HbaExplanation {
  const answer = matchHba(rules, client);
  const trials: HbaTrial[] = [];
  const subject = hbaSubject(client);
  for (const rule of rules.rules) {
    const trial = tried(rule, subject);
    trials.push(trial);
    if (trial.verdict === 'yes') break;
  }
  return { answer, trials };
}

const fieldVerdicts = {
  type: typeVerdict,
  address: addressVerdict,
  users: userVerdict,
  databases: databaseVerdict,
};
const fields = ['type', 'address', 'users', 'databases'] as const;

function tried(rule: HbaRule, subject: HbaSubject): HbaTrial {
  const verdicts = fields.map((field) => ({ field, verdict: fieldVerdicts[field](rule, subject) }));
  const bad = verdicts.find(({ verdict }) => verdict === 'no') ?? verdicts.find(({ verdict }) => verdict === 'unknown');
  if (bad === undefined) return { rule, verdict: 'yes', why: 'this line is met' };
  const isSure = bad.verdict === 'no';
  return { rule, verdict: bad.verdict, why: reasons[bad.field](rule, subject, isSure) };
}

type Reason = (rule: HbaRule, subject: HbaSubject, isSure: boolean) => string;

const reasons: Readonly<Record<(typeof fields)[number], Reason>> = {
  type: ({ type }, subject) => `${type} is for ${typeMeaning[type]}, the client comes ${transportOf(subject)}`,
  address: ({ address }, { address: seen = 'an unknown address' }, isSure) => {
    const text = address?.text ?? '';
    if (isSure) return `the line is for ${printable(text)}, the client comes from ${seen}`;
    if (address?.kind === 'hostname') {
      return `only the server's DNS knows whether ${seen} is ${text.startsWith('.') ? 'below ' : ''}${printable(text)}`;
    }
    if (address?.kind === 'network') return "the client's address is not known";
    return `only the server knows its own addresses (${text}); the client comes from ${seen}`;
  },
  users: ({ users }, { user }, isSure) =>
    isSure
      ? `user ${printable(user)} is not among ${listOf(users)}`
      : `${listOf(users)} may or may not mean user ${printable(user)}: ${doubtOf(users)}`,
  databases: ({ databases }, { database, replication }, isSure) => {
    if (replication === 'physical' && isSure) {
      return `physical replication is met by the word replication only, not by ${listOf(databases)}`;
    }
    if (!isSure) return `${listOf(databases)} may or may not mean ${printable(database)}: ${doubtOf(databases)}`;
    const isTrap =
      replication === 'logical' && databases.some(({ text, isQuoted }) => text === 'replication' && !isQuoted);
    const trap = isTrap ? ' (replication=database matches the database, not the word replication)' : '';
    return `database ${printable(database)} is not among ${listOf(databases)}${trap}`;
  },
};

const typeMeaning: Readonly<Record<HbaRule['type'], string>> = {
  local: 'the Unix-domain socket',
  host: 'TCP',
  hostssl: 'TLS',
  hostnossl: 'TCP without TLS',
  hostgssenc: 'GSSAPI encryption',
  hostnogssenc: 'TCP without GSSAPI encryption',
};

function transportOf({ transport, tls, gss = false }: HbaSubject): string {
  if (transport === 'unix') return 'over the Unix-domain socket';
  if (gss) return 'over TCP with GSSAPI encryption';
  return tls ? 'over TLS' : 'over TCP without TLS';
}

const longestList = 5;

function listOf(tokens: readonly HbaToken[]): string {
  return some(
    tokens.map(({ text, isQuoted }) => (isQuoted ? `"${printable(text)}"` : printable(text))),
    longestList,
  );
}

function doubtOf(tokens: readonly HbaToken[]): string {
  return tokens.some(({ isAmbiguous }) => isAmbiguous === true)
    ? 'whether the word is quoted in the file is not known'
    : 'the regular expression is not evaluated here';
}
