// What earlier rules leave of each rule, whoever asks: a rule of which nothing is left is never met. Pure.
// Sure of what it says is taken; a rule that only several earlier ones with other users take together may be missed.
import type { HbaRule, HbaToken } from '../../../hba/rules/rule.ts';
import { difference, insert, intersection, type Range, type Ranges, union } from './ranges.ts';
import type { WalkRule } from './walk.ts';

export interface Remainder {
  readonly isLocal: boolean;
  readonly plain: Ranges;
  readonly tls: Ranges;
}

interface Taken {
  isLocal: boolean;
  readonly plain: Range[];
  readonly tls: Range[];
}

/** What is left of each rule, in their order. */
export function leftovers(rules: readonly HbaRule[], reaches: readonly WalkRule[]): Remainder[] {
  const takenOf = new Map<string, Taken>();
  return rules.map((rule, index) => {
    const reach = reaches[index] as WalkRule;
    const pairs = pairsOf(rule);
    const parts = pairs.map((pair) =>
      leftOf(
        reach,
        coversOf(pair).map((key) => takenOf.get(key)),
      ),
    );
    if (!reach.isVague) for (const pair of pairs) take(takenOf, pair, reach);
    const [first] = parts;
    return parts.length === 1 && first !== undefined ? first : joined(parts);
  });
}

/** Whether no client can match the rule. */
export function isEmpty({ isLocal, plain, tls }: Remainder): boolean {
  return !isLocal && plain.length === 0 && tls.length === 0;
}

/** The first earlier rule, of those that are wanted, that takes any of a rule's clients. */
export function takerOf(
  rules: readonly HbaRule[],
  reaches: readonly WalkRule[],
  index: number,
  isWanted: (rule: HbaRule) => boolean = () => true,
): HbaRule | undefined {
  const covers = new Set(pairsOf(rules[index] as HbaRule).flatMap(coversOf));
  const own = reaches[index] as WalkRule;
  return rules.slice(0, index).find((rule, at) => {
    const reach = reaches[at] as WalkRule;
    if (reach.isVague || !isWanted(rule) || !matches(reach, own)) return false;
    return pairsOf(rule).some(({ database, user, isVague }) => !isVague && covers.has(keyText(database, user)));
  });
}

function matches(one: WalkRule, other: WalkRule): boolean {
  if (one.takesLocal || other.takesLocal) return one.takesLocal && other.takesLocal;
  const isSameWay = (one.takesPlain && other.takesPlain) || (one.takesTls && other.takesTls);
  return isSameWay && intersection(one.ranges, other.ranges).length > 0;
}

interface Pair {
  readonly database: string;
  readonly user: string;
  /** Which of several readings it has can't be told: it takes nothing and nothing takes it. */
  readonly isVague: boolean;
}

function pairsOf({ databases, users }: HbaRule): Pair[] {
  return databases.flatMap((database) =>
    users.map((user) => ({
      database: keyOf(database, databaseKeywords),
      user: user.text.startsWith('+') && !user.isQuoted ? `group ${user.text}` : keyOf(user, ['all']),
      isVague: [database, user].some(({ regex }) => regex !== undefined),
    })),
  );
}

const databaseKeywords = ['all', 'sameuser', 'samerole', 'samegroup', 'replication'];

function keyOf({ text, isQuoted }: HbaToken, keywords: readonly string[]): string {
  return !isQuoted && keywords.includes(text) ? text : `name ${text}`;
}

function keyText(database: string, user: string): string {
  return JSON.stringify([database, user]);
}

/** The pairs that hold this one: `all` holds every name, but not physical replication. */
function coversOf({ database, user, isVague }: Pair): string[] {
  const databases = database === 'replication' ? [database] : ['all', database];
  const users = isVague ? ['all'] : ['all', user];
  const own = isVague && database !== 'replication' ? ['all'] : databases;
  return [...new Set(own.flatMap((each) => users.map((one) => keyText(each, one))))];
}

function leftOf(
  { takesLocal, takesPlain, takesTls, ranges }: WalkRule,
  covers: readonly (Taken | undefined)[],
): Remainder {
  let isLocal = takesLocal;
  let plain: Ranges = takesPlain ? ranges : [];
  let tls: Ranges = takesTls ? ranges : [];
  for (const taken of covers) {
    if (taken === undefined) continue;
    isLocal &&= !taken.isLocal;
    plain = difference(plain, taken.plain);
    tls = difference(tls, taken.tls);
  }
  return { isLocal, plain, tls };
}

function take(takenOf: Map<string, Taken>, pair: Pair, reach: WalkRule): void {
  if (pair.isVague) return;
  const key = keyText(pair.database, pair.user);
  const taken = takenOf.get(key) ?? { isLocal: false, plain: [], tls: [] };
  takenOf.set(key, taken);
  taken.isLocal ||= reach.takesLocal;
  for (const range of reach.ranges) {
    if (reach.takesPlain) insert(taken.plain, range);
    if (reach.takesTls) insert(taken.tls, range);
  }
}

function joined(parts: readonly Remainder[]): Remainder {
  return {
    isLocal: parts.some(({ isLocal }) => isLocal),
    plain: union(...parts.map(({ plain }) => plain)),
    tls: union(...parts.map(({ tls }) => tls)),
  };
}
