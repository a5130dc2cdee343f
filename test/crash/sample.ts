// Which points of a sweep are tried: all of them, or some chosen by a seed that is printed. Pure but for reading the two
// variables that say so.

/** How much of a sweep to do. */
export interface Extent {
  readonly isWhole: boolean;
  readonly seed: number;
}

// Every run tries the same points, so that what fails was broken by what changed; the whole sweeps have scripts of their own.
const usualSeed = '1165';

/** From `CRASH_POINTS=all` and `CRASH_SEED=n`; without a seed, the usual one. */
export function readExtent(env: Readonly<Record<string, string | undefined>>): Extent {
  const { CRASH_POINTS: points = 'sample', CRASH_SEED: seed = usualSeed } = env;
  if (points !== 'all' && points !== 'sample') throw new Error(`CRASH_POINTS is ${points}, expected all or sample`);
  if (!/^\d{1,9}$/.test(seed)) throw new Error(`CRASH_SEED is ${seed}, expected a number`);
  return { isWhole: points === 'all', seed: Number(seed) };
}

/** `size` of the items, in their order, the same ones for the same seed and title; all of them in a whole sweep. */
export function sampleOf<T>(items: readonly T[], size: number, { isWhole, seed }: Extent, title: string): readonly T[] {
  if (isWhole || size >= items.length) return items;
  const random = randomNumbers(seed ^ hashOf(title));
  // One from each stretch of equal length, so that no phase of a run is left out by chance.
  return Array.from({ length: size }, (_, stretch) => {
    const from = Math.floor((stretch * items.length) / size);
    const until = Math.floor(((stretch + 1) * items.length) / size);
    return items[from + Math.floor(random() * (until - from))] as T;
  });
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash;
}

/** A linear congruential generator; enough to choose points with, and the same on every machine. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
