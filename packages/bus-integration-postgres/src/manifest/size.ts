// How much a manifest comes to once every database has what every database has: a few kilobytes can mean millions of
// grants. Counts before anything is multiplied. Pure.

/** What one file may come to: its operator wrote it, and it still has to be planned. */
const most = 200_000;

/** A manifest, also one with nothing inherited. */
interface Sized {
  readonly roles?: object;
  readonly every_database?: SizedDatabase;
  readonly databases?: Readonly<Record<string, SizedDatabase>>;
  readonly outputs?: readonly unknown[];
}

interface SizedDatabase {
  readonly schemas?: readonly unknown[];
  readonly access?: object;
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
}: Sized): ManifestSize {
  const every = countOf(base);
  let resources = Object.keys(roles).length;
  let entrances = 0;
  for (const own of Object.values(databases)) {
    const here = countOf(own);
    const schemas = Math.max(1, every.schemas + here.schemas);
    const access = every.access + here.access + 1;
    resources += 1 + schemas + every.others + here.others + (access + 1) * (schemas + 1);
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

function countOf({ schemas = [], access = {}, extensions = [], settings = {} }: SizedDatabase) {
  return {
    schemas: schemas.length,
    access: Object.keys(access).length,
    others: extensions.length + Object.keys(settings).length,
  };
}
