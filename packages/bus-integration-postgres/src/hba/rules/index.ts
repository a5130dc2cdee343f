// pg_hba rules in columns, so that thousands of them can be tried on thousands of clients: what is the same in many rules
// is judged once, and what was judged for a name is remembered for its next client. Decides nothing of its own.
import type { HbaSubject } from './client.ts';
import type { HbaRule, HbaToken } from './rule.ts';
import { addressVerdict, databaseVerdict, typeVerdict, userVerdict, type Verdict } from './verdict.ts';

export interface HbaIndex {
  /** The verdict on a rule, by its place among the rules. */
  verdicts(subject: HbaSubject): (position: number) => Verdict;
}

/** Columns over the rules; they hold what they remember for as long as the rules are held. */
export function hbaIndex(rules: readonly HbaRule[]): HbaIndex {
  const ways = Uint8Array.from(rules, waysOf);
  const addresses = addressColumns(rules);
  const users = listColumn(rules.map((rule) => rule.users));
  const databases = listColumn(rules.map((rule) => rule.databases));
  const heedsUser = databases.lists.map((list) => list.some(({ text }) => userWords.has(text)));
  return {
    verdicts: (subject) => {
      const way = wayOf(subject);
      const { width, value } = subject.numeric ?? { width: 0, value: 0n };
      const word = width === 32 ? Number(value) | 0 : undefined;
      const judgeAddress = (position: number): Verdict => {
        const kind = addresses.kinds[position];
        if (kind === anybody) return 'yes';
        if (kind === shortNetwork && word !== undefined) {
          const difference = word ^ (addresses.values[position] as number);
          return (difference & (addresses.masks[position] as number)) === 0 ? 'yes' : 'no';
        }
        return addressVerdict(rules[position] as HbaRule, subject);
      };
      const guess = subject.guesses ? 'guess' : '';
      const person = `${guess}\0${subject.user}\0${[...subject.groups].join('\0')}`;
      const aim = `${guess}\0${subject.database}\0${subject.replication}`;
      const ofUser = remembered(users.known, person, users.lists.length);
      const ofDatabase = remembered(databases.known, aim, databases.lists.length);
      const ofBoth = remembered(databases.known, `${aim}\0\0${person}`, databases.lists.length);
      const judgeUser = (id: number) => userVerdict({ users: users.lists[id] as HbaToken[] }, subject);
      const judgeDatabase = (id: number) => databaseVerdict({ databases: databases.lists[id] as HbaToken[] }, subject);
      return (position) => {
        if (((ways[position] as number) & way) === 0) return 'no';
        const address = judgeAddress(position);
        if (address === 'no') return 'no';
        const userId = users.ids[position] as number;
        ofUser[userId] ??= judgeUser(userId);
        const user = ofUser[userId];
        if (user === 'no') return 'no';
        const databaseId = databases.ids[position] as number;
        const memory = heedsUser[databaseId] ? ofBoth : ofDatabase;
        memory[databaseId] ??= judgeDatabase(databaseId);
        const database = memory[databaseId];
        if (database === 'no') return 'no';
        return address === 'yes' && user === 'yes' && database === 'yes' ? 'yes' : 'unknown';
      };
    },
  };
}

const userWords: ReadonlySet<string> = new Set(['sameuser', 'samerole', 'samegroup']);

const allWays = [
  { transport: 'unix', tls: false, gss: false },
  { transport: 'tcp', tls: false, gss: false },
  { transport: 'tcp', tls: true, gss: false },
  { transport: 'tcp', tls: false, gss: true },
  { transport: 'tcp', tls: true, gss: true },
] as const;

/** One bit for each way of coming in that the rule's type admits. */
function waysOf(rule: HbaRule): number {
  return allWays.reduce((bits, way, index) => (typeVerdict(rule, way) === 'yes' ? bits | (1 << index) : bits), 0);
}

function wayOf({ transport, tls, gss = false }: HbaSubject): number {
  if (transport === 'unix') return 1;
  return 2 << ((tls ? 1 : 0) + (gss ? 2 : 0));
}

const [anybody, shortNetwork, other] = [0, 1, 2];

function addressColumns(rules: readonly HbaRule[]) {
  const kinds = new Uint8Array(rules.length);
  const [values, masks] = [new Int32Array(rules.length), new Int32Array(rules.length)];
  for (const [position, { address }] of rules.entries()) {
    if (address === undefined || address.kind === 'all') {
      kinds[position] = anybody;
    } else if (address.kind === 'network' && address.network.address.width === 32) {
      kinds[position] = shortNetwork;
      values[position] = Number(address.network.address.value);
      masks[position] = Number(address.network.mask);
    } else {
      kinds[position] = other;
    }
  }
  return { kinds, values, masks };
}

interface ListColumn {
  /** Which list each rule has. */
  readonly ids: Uint32Array;
  readonly lists: readonly (readonly HbaToken[])[];
  /** By the client's part that a verdict depends on: the verdicts so far. */
  readonly known: Map<string, (Verdict | undefined)[]>;
}

function listColumn(lists: readonly (readonly HbaToken[])[]): ListColumn {
  const places = new Map<string, number>();
  const distinct: (readonly HbaToken[])[] = [];
  const ids = Uint32Array.from(lists, (list) => {
    const key = list
      .map(({ text, isQuoted, isAmbiguous }) => `${isQuoted ? 'q' : isAmbiguous ? 'a' : 'p'}${text}`)
      .join('\0');
    const place = places.get(key) ?? distinct.push(list) - 1;
    places.set(key, place);
    return place;
  });
  return { ids, lists: distinct, known: new Map() };
}

/** So many names are remembered at most. */
const mostRemembered = 300;

function remembered(known: ListColumn['known'], key: string, length: number): (Verdict | undefined)[] {
  const memory = known.get(key) ?? new Array<Verdict | undefined>(length).fill(undefined);
  if (known.size >= mostRemembered) known.clear();
  known.set(key, memory);
  return memory;
}
