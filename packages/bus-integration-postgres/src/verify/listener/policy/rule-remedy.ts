// The lines of pg_hba.conf that a rule should be, for this policy. Pure; writes no file.
import type { Advice, AdviceOf, Remedy } from 'bus-integration-database';
import type { HbaRule, HbaToken } from '../../../hba/rules/rule.ts';
import { reload } from '../../../text/psql-remedy.ts';
import { difference, intersection, networksIn, type Ranges } from '../matching/ranges.ts';
import type { Policy } from './policy.ts';

const quotable = /^[A-Za-z0-9_.-]+$/;

/** Methods of which a client's proof of its password or certificate is not a part. */
const weak = ['trust', 'password', 'ldap', 'pam', 'radius', 'bsd', 'md5', 'ident'];

export interface Fixing {
  readonly policy: Policy;
  /** Whether plain text is to be refused from the network. */
  readonly demandsTls: boolean;
}

/** The remedy that puts the fixed lines in a rule's place. */
export function replaced(rule: HbaRule, ranges: Ranges, fixing: Fixing): Remedy {
  const text = fixedLines(rule, ranges, fixing);
  return [edit(rule, text.length === 0 ? 'delete' : 'replace', text), '\nthen ', reload()];
}

/** A rule that keeps these users out, to stand above another one. */
export function putAbove(rule: HbaRule, users: readonly string[], databases: readonly string[]): Remedy {
  const line = hbaLineText({
    type: 'host',
    databases: databases.join(','),
    users: users.map(hbaWord).join(','),
    address: rule.address?.text ?? '',
    method: 'reject',
  });
  return [edit(rule, 'insert', [line]), '\nthen ', reload()];
}

/** What is to become of the line that a rule stands on. */
export function edit({ file, line }: HbaRule, change: AdviceOf<'edit'>['change'], text: readonly string[]): Advice {
  return { kind: 'edit', change, file: { path: file }, line, text };
}

export interface LineParts {
  readonly type: string;
  readonly databases: string;
  readonly users: string;
  readonly address?: string;
  readonly method: string;
}

/** One line, as a person would write it. */
export function hbaLineText({ type, databases, users, address, method }: LineParts): string {
  return [type, databases, users, ...(address === undefined ? [] : [address]), method].join(' ');
}

/** A name as pg_hba.conf takes it for just that name, no keyword, no list and no pattern. */
export function hbaWord(name: string): string {
  const keywords = ['all', 'replication', 'sameuser', 'samerole', 'samegroup'];
  return quotable.test(name) && !keywords.includes(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

function fixedLines(rule: HbaRule, ranges: Ranges, { policy, demandsTls }: Fixing): string[] {
  const method = weak.includes(rule.method) ? 'scram-sha-256' : rule.method;
  const isPlain = ['host', 'hostnossl', 'hostnogssenc'].includes(rule.type);
  const type = demandsTls && isPlain ? 'hostssl' : rule.type;
  const allowed = intersection(ranges, policy.allowed);
  const isKept = rule.address?.kind !== 'network' && rule.address?.kind !== 'all';
  const addresses =
    rule.address === undefined
      ? [undefined]
      : isKept || difference(ranges, allowed).length === 0
        ? [rule.address.text]
        : networksIn(allowed);
  // A map of names, a server to ask: what fitted the old method may not fit the new one; a certificate fits any.
  const options = optionsText(rule, method === rule.method ? undefined : ['clientcert', 'clientname']);
  return addresses.map((address) =>
    hbaLineText({
      type,
      databases: tokensText(rule.databases),
      users: tokensText(rule.users),
      ...(address !== undefined && { address }),
      method: `${method}${options}`,
    }),
  );
}

function optionsText({ options }: HbaRule, kept?: readonly string[]): string {
  return Object.entries(options)
    .filter(([name]) => kept?.includes(name) ?? true)
    .map(([name, value]) => ` ${name}=${quotable.test(value) ? value : `"${value.replaceAll('"', '""')}"`}`)
    .join('');
}

function tokensText(tokens: readonly HbaToken[]): string {
  return tokens.map(tokenText).join(',');
}

function tokenText({ text, isQuoted }: HbaToken): string {
  const inMarks = (words: string) => `"${words.replaceAll('"', '""')}"`;
  if (isQuoted) return inMarks(text);
  // The marks behind a plus sign leave it its meaning; a pattern is one in marks too.
  const [sign, name] = text.startsWith('+') ? ['+', text.slice(1)] : ['', text];
  return quotable.test(name) ? text : `${sign}${inMarks(name)}`;
}
