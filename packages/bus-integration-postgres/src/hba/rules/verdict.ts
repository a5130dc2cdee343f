// Whether one pg_hba rule is a client's, field by field: yes, no, or not to be known from here. Asks no DNS.

import { matchesRegex } from '../regex/regex.ts';
import { type Address, isInNetwork } from './address.ts';
import type { HbaSubject } from './client.ts';
import type { HbaRule, HbaToken } from './rule.ts';

export type Verdict = 'yes' | 'no' | 'unknown';

export function typeVerdict(
  rule: Pick<HbaRule, 'type'>,
  subject: Pick<HbaSubject, 'transport' | 'tls' | 'gss'>,
): Verdict {
  return isOfType(rule, subject) ? 'yes' : 'no';
}

function isOfType(
  { type }: Pick<HbaRule, 'type'>,
  { transport, tls, gss = false }: Pick<HbaSubject, 'transport' | 'tls' | 'gss'>,
): boolean {
  if (type === 'local' || transport === 'unix') return type === 'local' && transport === 'unix';
  if (type === 'hostssl') return tls;
  if (type === 'hostnossl') return !tls;
  if (type === 'hostgssenc') return gss;
  return type === 'host' || !gss;
}

const [loopback4, loopback6] = [
  { width: 32, value: 0x7f000001n },
  { width: 128, value: 1n },
];
const loopbackNetwork = { address: loopback4, mask: 0xff000000n };

export function addressVerdict({ address }: Pick<HbaRule, 'address'>, { numeric, interfaces }: HbaSubject): Verdict {
  if (address === undefined || address.kind === 'all') return 'yes';
  if (numeric === undefined || address.kind === 'hostname') return 'unknown';
  if (address.kind === 'network') return isInNetwork(numeric, address.network) ? 'yes' : 'no';
  const isSameHost = address.kind === 'samehost';
  if (isSameAddress(numeric, loopback4) || isSameAddress(numeric, loopback6)) return 'yes';
  if (!isSameHost && isInNetwork(numeric, loopbackNetwork)) return 'yes';
  if (interfaces === undefined) return 'unknown';
  if (isSameHost) return interfaces.some(({ network }) => isSameAddress(numeric, network.address)) ? 'yes' : 'no';
  if (interfaces.some(({ network }) => isInNetwork(numeric, network))) return 'yes';
  const isOpen = interfaces.some(({ network, hasPrefix }) => !hasPrefix && network.address.width === numeric.width);
  return isOpen ? 'unknown' : 'no';
}

function isSameAddress(one: Address, other: Address): boolean {
  return one.width === other.width && one.value === other.value;
}

export function userVerdict({ users }: Pick<HbaRule, 'users'>, subject: HbaSubject): Verdict {
  return anyOf(users, (token) => readings(token, subject, (isQuoted) => userMatches(token, isQuoted, subject)));
}

export function databaseVerdict({ databases }: Pick<HbaRule, 'databases'>, subject: HbaSubject): Verdict {
  return anyOf(databases, (token) => readings(token, subject, (isQuoted) => databaseMatches(token, isQuoted, subject)));
}

function anyOf(tokens: readonly HbaToken[], judge: (token: HbaToken) => Verdict): Verdict {
  let verdict: Verdict = 'no';
  for (const token of tokens) {
    const one = judge(token);
    if (one === 'yes') return 'yes';
    if (one === 'unknown') verdict = 'unknown';
  }
  return verdict;
}

/** Both readings of a word whose quoting is not known; they may come to the same. */
function readings(
  { isQuoted, isAmbiguous }: HbaToken,
  { guesses }: HbaSubject,
  matches: (isQuoted: boolean) => boolean | undefined,
): Verdict {
  const one = matches(isQuoted);
  if (one === undefined || (isAmbiguous && !guesses && matches(!isQuoted) !== one)) return 'unknown';
  return one ? 'yes' : 'no';
}

function userMatches({ text, regex }: HbaToken, isQuoted: boolean, { user, groups }: HbaSubject): boolean | undefined {
  if (!isQuoted && text.startsWith('+')) return groups.has(text.slice(1));
  if (!isQuoted && text === 'all') return true;
  return regex === undefined ? text === user : matchesRegex(regex, user);
}

function databaseMatches({ text, regex }: HbaToken, isQuoted: boolean, subject: HbaSubject): boolean | undefined {
  const { user, database, groups, replication } = subject;
  // A physical one has no database: neither `all` nor any name is for it.
  if (replication === 'physical') return !isQuoted && text === 'replication';
  if (!isQuoted) {
    switch (text) {
      case 'all':
        return true;
      case 'sameuser':
        return database === user;
      case 'samerole':
      case 'samegroup':
        return groups.has(database);
      case 'replication':
        return false;
    }
  }
  return regex === undefined ? text === database : matchesRegex(regex, database);
}
