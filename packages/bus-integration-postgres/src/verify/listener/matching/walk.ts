// Which rules of pg_hba are met, by which roles and from where: first match wins, worked out for all addresses at once.
// Pure; judges nothing. What a rule means to a user is hba.ts's business, handed in as `admits`.
import { type Axis, type CellRange, type Cover, createAxis, createCover } from './axis.ts';
import { everyAddress, type Ranges } from './ranges.ts';

/** Who asks to be let in. */
export interface WalkSubject {
  readonly kind: 'service' | 'superuser' | 'replication';
  readonly user: string;
  /** Roles that it is a member of, directly or not. */
  readonly memberOf: readonly string[];
  /** Empty for physical replication; where one stands, replication is logical. */
  readonly database: string;
}

/** One rule as the walk sees it. */
export interface WalkRule {
  readonly takesLocal: boolean;
  readonly takesPlain: boolean;
  readonly takesTls: boolean;
  /** Addresses of TCP clients that it may take. */
  readonly ranges: Ranges;
  /** Which of those it takes can't be told: host names, the networks of the server's own interfaces. */
  readonly isVague: boolean;
}

/** What of its clients a rule really matches. */
export interface Meeting {
  /** Sorted. */
  readonly users: readonly string[];
  readonly databases: readonly string[];
  readonly isLocal: boolean;
  readonly plain: Ranges;
  readonly tls: Ranges;
}

export type Meetings = Partial<Readonly<Record<WalkSubject['kind'], Meeting>>>;

export interface WalkOptions {
  readonly rules: readonly WalkRule[];
  readonly subjects: readonly WalkSubject[];
  /** The rules (by index, ascending) that are for a subject, and those of them of which that can't be told. */
  readonly rulesFor: (subject: WalkSubject) => {
    readonly indexes: readonly number[];
    readonly vague: ReadonlySet<number>;
  };
}

/** The meetings of each rule, in the order of the rules. */
export function walkRules({ rules, subjects, rulesFor }: WalkOptions): readonly Meetings[] {
  const axis = createAxis([...everyAddress, ...rules.flatMap(({ ranges }) => ranges)]);
  const runs = rules.map(({ ranges }) => axis.runsOf(ranges));
  const gathered = rules.map((): Gathered => ({}));
  const crowds = createCrowds();
  for (const group of alike(subjects, rulesFor)) {
    const kinds = [...new Set(group.members.map(({ kind }) => kind))];
    for (const met of walkOnce(axis, rules, runs, group)) {
      for (const kind of kinds) {
        const gathering = gather(gathered[met.index] as Gathered, kind, crowds.nobody);
        gathering.isLocal ||= met.isLocal;
        gathering.crowd = crowds.with(gathering.crowd, group);
        add(gathering.plain, met.plain);
        add(gathering.tls, met.tls);
      }
    }
  }
  return gathered.map((meetings) =>
    Object.fromEntries(
      (Object.entries(meetings) as [WalkSubject['kind'], Gathering][]).map(([kind, { crowd, isLocal, plain, tls }]) => [
        kind,
        { ...crowds.namesOf(kind, crowd), isLocal, plain: axis.rangesOf(plain), tls: axis.rangesOf(tls) },
      ]),
    ),
  );
}

/** Groups of subjects that match a rule: thousands of rules are met by the same ones, whose names are put together once. */
interface Crowd {
  readonly groups: readonly Group[];
  readonly grown: Map<Group, Crowd>;
  readonly names: Map<WalkSubject['kind'], Pick<Meeting, 'users' | 'databases'>>;
}

function createCrowds() {
  const crowdOf = (groups: readonly Group[]): Crowd => ({ groups, grown: new Map(), names: new Map() });
  return {
    nobody: crowdOf([]),
    with: (from: Crowd, group: Group): Crowd => {
      const grown = from.grown.get(group) ?? crowdOf([...from.groups, group]);
      from.grown.set(group, grown);
      return grown;
    },
    namesOf: (kind: WalkSubject['kind'], { groups, names }: Crowd) => {
      const members = () => groups.flatMap((group) => group.members).filter((member) => member.kind === kind);
      const sorted = (all: readonly string[]) => [...new Set(all)].sort();
      const known = names.get(kind) ?? {
        users: sorted(members().map(({ user }) => user)),
        databases: sorted(members().map(({ database }) => database)),
      };
      names.set(kind, known);
      return known;
    },
  };
}

interface Gathering {
  crowd: Crowd;
  isLocal: boolean;
  readonly plain: CellRange[];
  readonly tls: CellRange[];
}

type Gathered = Partial<Record<WalkSubject['kind'], Gathering>>;

interface Group {
  readonly members: WalkSubject[];
  readonly indexes: readonly number[];
  readonly vague: ReadonlySet<number>;
}

/** Subjects with the same rules fare alike: one walk for all of them. */
function alike(subjects: readonly WalkSubject[], rulesFor: WalkOptions['rulesFor']): Group[] {
  const groups = new Map<number, Group[]>();
  const byList = new Map<readonly number[], Group>();
  for (const subject of subjects) {
    const { indexes, vague } = rulesFor(subject);
    const shared = byList.get(indexes);
    if (shared !== undefined) {
      shared.members.push(subject);
      continue;
    }
    const hash = indexes.reduce((sum, index) => (Math.imul(sum, 31) + index) | 0, vague.size);
    const similar = groups.get(hash) ?? [];
    groups.set(hash, similar);
    const same = similar.find((group) => areEqual(group.indexes, indexes) && areEqual([...group.vague], [...vague]));
    const group = same ?? { members: [], indexes, vague };
    if (same === undefined) similar.push(group);
    group.members.push(subject);
    byList.set(indexes, group);
  }
  return [...groups.values()].flat();
}

function areEqual(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((index, at) => index === other[at]);
}

function walkOnce(
  axis: Axis,
  rules: readonly WalkRule[],
  runs: readonly (readonly CellRange[])[],
  { indexes, vague }: Group,
) {
  const [plainLeft, tlsLeft] = [createCover(axis), createCover(axis)];
  let isLocalLeft = true;
  const met: { index: number; isLocal: boolean; plain: readonly CellRange[]; tls: readonly CellRange[] }[] = [];
  for (const index of indexes) {
    const rule = rules[index] as WalkRule;
    const own = runs[index] as readonly CellRange[];
    // Who may or may not be meant by a rule may go on to the next one.
    const isSure = !rule.isVague && !vague.has(index);
    const isLocal = rule.takesLocal && isLocalLeft;
    if (isSure && isLocal) isLocalLeft = false;
    const plain = rule.takesPlain ? taken(own, plainLeft, isSure) : [];
    const tls = rule.takesTls ? taken(own, tlsLeft, isSure) : [];
    if (isLocal || plain.length > 0 || tls.length > 0) met.push({ index, isLocal, plain, tls });
  }
  return met;
}

function taken(runs: readonly CellRange[], cover: Cover, isSure: boolean): readonly CellRange[] {
  const step = isSure ? cover.take : cover.left;
  const [only] = runs;
  return runs.length === 1 && only !== undefined ? step(only) : runs.flatMap(step);
}

function gather(gathered: Gathered, kind: WalkSubject['kind'], crowd: Crowd): Gathering {
  const known = gathered[kind];
  if (known !== undefined) return known;
  const made = { crowd, isLocal: false, plain: [], tls: [] };
  gathered[kind] = made;
  return made;
}

/** Most subjects match a rule from the same places: what was just added is not added again. */
function add(known: CellRange[], runs: readonly CellRange[]): void {
  const offset = known.length - runs.length;
  const isKnown = runs.every(({ begin, end }, index) => {
    const run = known[offset + index];
    return run?.begin === begin && run.end === end;
  });
  if (!isKnown) known.push(...runs);
}
