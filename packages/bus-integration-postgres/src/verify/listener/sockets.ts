// What listen_addresses really binds, and whether the policy has room for it. Pure.
// https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-LISTEN-ADDRESSES
import { type Check, type Remedy, some } from 'bus-integration-database';
import { anyDatabase, runs, superuser } from '../../text/psql-remedy.ts';
import { printable } from '../../text/shown.ts';
import { identifier, literal } from '../../text/sql-text.ts';
import { found, inOrder } from './listener-check.ts';
import type { ListenerFacts } from './listener-facts.ts';
import { all4, all6, difference, numberOf, type Ranges } from './matching/ranges.ts';
import { loopback, type Policy } from './policy/policy.ts';

export interface Listening {
  /** As written, item by item. */
  readonly items: readonly string[];
  /** Takes connections from other hosts, as far as its own sockets go; a name that can't be looked up from here counts. */
  readonly isOpen: boolean;
  /** Which clients can arrive at all: IPv4, IPv6 or both. */
  readonly families: Ranges;
}

/** Undefined when the setting can't be read. */
export function listeningOf({ settings }: Pick<ListenerFacts, 'settings'>): Listening | undefined {
  if (settings.listen_addresses === undefined) return undefined;
  const items = settings.listen_addresses
    .split(',')
    .map((item) => item.trim().replace(/^"(.*)"$/s, '$1'))
    .filter((item) => item !== '');
  return {
    items,
    isOpen: items.some((item) => kindOf(item) !== 'loopback'),
    families: [
      ...(items.some((item) => takesFamily(item, 4)) ? [all4] : []),
      ...(items.some((item) => takesFamily(item, 6)) ? [all6] : []),
    ],
  };
}

type ListenItem = 'loopback' | 'every' | 'allowed' | 'outside' | 'name';

function kindOf(item: string, allowed: Ranges = loopback): ListenItem {
  if (['*', '0.0.0.0', '::'].includes(item)) return 'every';
  // Every system's own file of hosts has it so; PostgreSQL's default relies on it.
  if (item.toLowerCase() === 'localhost') return 'loopback';
  const place = numberOf(item);
  if (place === undefined) return 'name';
  const isIn = (ranges: Ranges) => difference([{ first: place, last: place }], ranges).length === 0;
  return isIn(loopback) ? 'loopback' : isIn(allowed) ? 'allowed' : 'outside';
}

// An IPv6 socket of PostgreSQL takes IPv6 only, `::` too.
function takesFamily(item: string, family: 4 | 6): boolean {
  const isAddress6 = item.includes(':');
  return numberOf(item) === undefined || isAddress6 === (family === 6);
}

/** Findings about the sockets; an `ok` when there are none. */
export function judgeSockets(facts: ListenerFacts, policy: Policy): Check[] {
  const listening = listeningOf(facts);
  const problems = listening === undefined ? [unreadable(facts)] : problemsOf(listening, facts, policy);
  return [...problems, ...inOrder('listening', problems, seenText(listening, facts))];
}

function unreadable({ admin }: ListenerFacts): Check {
  return found('listen-addresses', 'unknown', "listen_addresses can't be read", {
    remedy: runs(superuser, anyDatabase, `GRANT pg_read_all_settings TO ${identifier(admin)};`),
  });
}

function problemsOf({ items }: Listening, facts: ListenerFacts, policy: Policy): Check[] {
  if (policy.name === 'tls' || policy.name === 'external') return [];
  const of = (kind: ListenItem) => items.filter((item) => kindOf(item, policy.allowed) === kind);
  const [every, outside, names] = [of('every'), of('outside'), of('name')];
  const seen = `listen_addresses = ${literal(printable(facts.settings.listen_addresses ?? ''))}`;
  const arrival = facts.serverAddress;
  const isArrivalOutside = arrival !== null && kindOf(arrival, policy.allowed) === 'outside';
  if (outside.length > 0 || (every.length > 0 && (policy.name === 'loopback' || isArrivalOutside))) {
    const bound = outside.length > 0 ? some(outside) : everyText(every);
    const also = outside.length === 0 && isArrivalOutside ? `, ${arrival} among them` : '';
    const why = `it listens on ${bound}${also}; ${wanted(policy)}`;
    return [found('listen-addresses', 'fail', seen, { why, remedy: fixed(items, facts, policy) })];
  }
  if (names.length > 0) {
    const why = `which addresses ${some(names.map(printable))} means is known to the server's host only`;
    return [found('listen-addresses', 'unknown', seen, { why, remedy: 'name addresses in listen_addresses instead' })];
  }
  if (every.length > 0) {
    const why = `it listens on ${everyText(every)}; which ones those are can't be asked, so pg_hba.conf alone keeps others out`;
    const result = policy.isExplicit ? 'warn' : 'info';
    return [
      found('listen-addresses', result, seen, {
        why,
        ...(result === 'warn' && { remedy: fixed(items, facts, policy) }),
      }),
    ];
  }
  return [];
}

function everyText(every: readonly string[]): string {
  const family = every.includes('*') || every.length > 1 ? '' : every[0] === '::' ? 'IPv6 ' : 'IPv4 ';
  return `every ${family}address of its host`;
}

function wanted({ name, networks }: Policy): string {
  return name === 'loopback' ? 'only its own host may reach it' : `allowed are its own host and ${some(networks, 8)}`;
}

/** The same without what the policy has no room for. */
function fixed(items: readonly string[], facts: ListenerFacts, { name, allowed }: Policy): Remedy {
  const isKept = (item: string) =>
    ['loopback', ...(name === 'private' ? ['allowed'] : [])].includes(kindOf(item, allowed));
  const arrival = facts.serverAddress ?? 'localhost';
  const kept = new Set(['localhost', ...items.filter(isKept), ...(isKept(arrival) ? [arrival] : [])]);
  const others = [...kept].filter((item) => item === 'localhost' || kindOf(item) !== 'loopback');
  if (name === 'private' && others.length === 1) {
    return 'name in listen_addresses, beside localhost, the addresses that services dial; then restart the server';
  }
  return runs(
    superuser,
    anyDatabase,
    `ALTER SYSTEM SET listen_addresses = ${literal(others.join(', '))};  -- then restart the server`,
  );
}

function seenText(listening: Listening | undefined, { settings }: ListenerFacts): string {
  if (listening === undefined) return '';
  const { items } = listening;
  return items.length === 0
    ? 'listens on its sockets only'
    : `listens on ${some(items.map(printable))}, port ${settings.port}`;
}
