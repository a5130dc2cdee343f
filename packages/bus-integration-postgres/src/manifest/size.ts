// How much a manifest comes to once every database has what every database has: a few kilobytes can mean millions of
// grants. Counts before anything is multiplied. Pure.

/** What one file may come to: its operator wrote it, and it still has to be planned. */
const most = 200_000;

/** A manifest, also one with nothing inherited. */
interface Sized {
  readonly roles?: Readonly<Record<string, { readonly member_of?: readonly unknown[] }>>;
  /** Words of the file's own: what stands for an entry of access, each time that it is used. */
  readonly words?: Readonly<Record<string, object>>;
  readonly every_database?: SizedDatabase;
  readonly databases?: Readonly<Record<string, SizedDatabase>>;
  readonly outputs?: readonly unknown[];
}

interface SizedDatabase {
  readonly schemas?: readonly unknown[];
  readonly access?: Readonly<Record<string, string | object>>;
  readonly extensions?: readonly unknown[];
  readonly settings?: object;
  readonly public?: { readonly connect?: boolean };
}

/** How many resources it comes to at most, and files. */
export interface ManifestSize {
  readonly resources: number;
  readonly files: number;
}

/**
 * @example
 * manifestSize(manifest).resources; // 124
 */
export function manifestSize({
  roles = {},
  every_database: base = {},
  databases = {},
  outputs = [],
  words = {},
}: Sized): ManifestSize {
  const namesOf = new Map(Object.entries(words).map(([word, privileges]) => [word, namesIn(privileges)]));
  const every = countOf(base, namesOf);
  let resources = Object.keys(roles).length + membershipCount({ roles });
  let entrances = 0;
  for (const own of Object.values(databases)) {
    const here = countOf(own, namesOf);
    const schemas = Math.max(1, every.schemas + here.schemas);
    const access = every.access + here.access + 1;
    resources += 1 + schemas + every.others + here.others + (access + 1) * (schemas + 1) + every.names + here.names;
    entrances += base.public?.connect || own.public?.connect ? Object.keys(roles).length : access;
  }
  return { resources, files: entrances * Math.max(1, outputs.length) };
}

/** Why a manifest is too much; undefined when it isn't. */
export function sizeFault({ resources, files }: ManifestSize): string | undefined {
  const [count, what] = resources >= files ? [resources, 'resources'] : [files, 'output files'];
  if (count <= most) return undefined;
  const shown = (number: number) => number.toLocaleString('en-US');
  return `the manifest comes to ${shown(count)} ${what}, expected at most ${shown(most)}; split it into several deployments`;
}

export function membershipCount({ roles = {} }: Pick<Sized, 'roles'>): number {
  return Object.values(roles).reduce((sum, { member_of = [] }) => sum + member_of.length, 0);
}

/** How many things a map of privileges names, their columns too. */
function namesIn(privileges: object): number {
  return Object.values(privileges).reduce((sum: number, objects: unknown) => {
    if (typeof objects !== 'object' || objects === null) return sum;
    const columns = Array.isArray(objects) ? [] : Object.values(objects);
    return sum + Object.keys(objects).length + columns.flat().length;
  }, 0);
}

function countOf(
  { schemas = [], access = {}, extensions = [], settings = {} }: SizedDatabase,
  namesOf: ReadonlyMap<string, number>,
) {
  return {
    schemas: schemas.length,
    access: Object.keys(access).length,
    names: Object.values(access).reduce<number>(
      (sum, given) => sum + (typeof given === 'string' ? (namesOf.get(given) ?? 0) : namesIn(given)),
      0,
    ),
    others: extensions.length + Object.keys(settings).length,
  };
}
