// The rules of pg_hba as the walk takes them: ranges instead of addresses, and which rules are for which role. Pure.
import type { HbaNetwork } from '../../../hba/rules/address.ts';
import { hbaSubject } from '../../../hba/rules/client.ts';
import type { HbaAddress, HbaRule, HbaToken } from '../../../hba/rules/rule.ts';
import type { HbaRules } from '../../../hba/rules/rule-list.ts';
import { databaseVerdict, userVerdict, type Verdict } from '../../../hba/rules/verdict.ts';
import { all4, all6, everyAddress, networkOf, type Range, type Ranges } from './ranges.ts';
import type { WalkOptions, WalkRule, WalkSubject } from './walk.ts';

/** One rule, its addresses as ranges. */
export function walkRule({ type, address }: HbaRule): WalkRule {
  const reach = reachOf(address);
  return {
    takesLocal: type === 'local',
    // Encryption by GSSAPI is a transport of its own, and none of our clients'.
    takesPlain: type === 'host' || type === 'hostnossl' || type === 'hostnogssenc',
    takesTls: type === 'host' || type === 'hostssl' || type === 'hostnogssenc',
    ...reach,
  };
}

type FoundRules = ReturnType<WalkOptions['rulesFor']>;

/** Which rules are for a subject, whatever its address, lost quoting read as most likely; what several subjects have in common is one and the same list. */
export function ruleFinder({ rules }: Pick<HbaRules, 'rules'>): WalkOptions['rulesFor'] {
  const candidates = rules.map((rule, position): Candidate => {
    return { position, rule, verdict: 'yes', takesAll: isJustAll(rule.databases) };
  });
  const forAll = candidates.filter(({ rule }) => isJustAll(rule.users));
  const named = byName(candidates);
  const others = candidates.filter(({ rule }) => !isJustAll(rule.users) && nameOf(rule.users) === undefined);
  const ofUser = new Map<string, readonly Candidate[]>();
  const ofWhole = new Map<readonly Candidate[], FoundRules>();

  const candidatesOf = (subject: WalkSubject) => {
    const known = ofUser.get(subject.user);
    if (known !== undefined) return known;
    const asked = { ...hbaSubject({ ...clientOf(subject), database: '' }), guesses: true } as const;
    const own = [...(named.get(subject.user) ?? [])];
    for (const candidate of others) {
      const verdict = userVerdict(candidate.rule, asked);
      if (verdict !== 'no') own.push(verdict === 'yes' ? candidate : { ...candidate, verdict });
    }
    const found = own.length === 0 ? forAll : [...forAll, ...own].sort((one, other) => one.position - other.position);
    ofUser.set(subject.user, found);
    return found;
  };

  return (subject) => {
    const own = candidatesOf(subject);
    const isPhysical = isPhysicalReplication(subject);
    const known = isPhysical ? undefined : ofWhole.get(own);
    if (known !== undefined) return known;
    const asked = { ...hbaSubject(clientOf(subject)), guesses: true } as const;
    const indexes: number[] = [];
    const vague = new Set<number>();
    for (const { position, rule, verdict, takesAll } of own) {
      const inDatabase = takesAll ? (isPhysical ? 'no' : 'yes') : databaseVerdict(rule, asked);
      if (inDatabase === 'no') continue;
      indexes.push(position);
      if (verdict === 'unknown' || inDatabase === 'unknown') vague.add(position);
    }
    const found = { indexes, vague };
    if (!isPhysical && own.every(({ takesAll }) => takesAll)) ofWhole.set(own, found);
    return found;
  };
}

interface Candidate {
  readonly position: number;
  readonly rule: HbaRule;
  readonly verdict: Verdict;
  readonly takesAll: boolean;
}

function clientOf(subject: WalkSubject) {
  const { user, memberOf, database, kind } = subject;
  const replication = isPhysicalReplication(subject) ? 'physical' : kind === 'replication' ? 'logical' : 'none';
  return { user, memberOf: [...memberOf], database, transport: 'tcp', tls: false, replication } as const;
}

function isPhysicalReplication({ kind, database }: WalkSubject): boolean {
  return kind === 'replication' && database === '';
}

function isJustAll(tokens: readonly HbaToken[]): boolean {
  const [token] = tokens;
  return tokens.length === 1 && token?.text === 'all' && !token.isQuoted;
}

function byName(candidates: readonly Candidate[]): ReadonlyMap<string, readonly Candidate[]> {
  const named = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const name = nameOf(candidate.rule.users);
    if (name === undefined) continue;
    const known = named.get(name);
    if (known === undefined) named.set(name, [candidate]);
    else known.push(candidate);
  }
  return named;
}

/** The one name that stands there without any other meaning, as on most lines of a long file. */
function nameOf(tokens: readonly HbaToken[]): string | undefined {
  const [token] = tokens;
  const isName = tokens.length === 1 && token !== undefined && /^\w/.test(token.text) && token.text !== 'all';
  return isName ? token.text : undefined;
}

function reachOf(address: HbaAddress | undefined): { ranges: Ranges; isVague: boolean } {
  switch (address?.kind) {
    case undefined:
      return { ranges: [], isVague: false };
    case 'all':
      return { ranges: everyAddress, isVague: false };
    case 'samehost':
      // These two the server always has; its other addresses are not known here, and are its own host's too.
      return { ranges: ownAddresses, isVague: false };
    case 'network':
      return networkReach(address.network);
    default:
      return { ranges: everyAddress, isVague: true };
  }
}

const ownAddresses: Ranges = ['127.0.0.1', '::1'].flatMap((text) => networkOf(text) ?? []);

function networkReach({ address, mask }: HbaNetwork): { ranges: Ranges; isVague: boolean } {
  const whole = address.width === 32 ? all4 : all6;
  const size = (1n << BigInt(address.width)) - mask;
  // A mask with holes in it is not a network: it takes some addresses here and some there.
  if ((size & (size - 1n)) !== 0n) return { ranges: [whole], isVague: true };
  const first = whole.first + (address.value & mask);
  const range: Range = { first, last: first + size - 1n };
  return { ranges: [range], isVague: false };
}
