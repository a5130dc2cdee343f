// On which servers and with which admins a run of the tests tries what holds on several: on some of them, which differ from
// file to file. `VARIANTS=all` tries all (npm run test:variants), `VARIANTS_SEED=n` chooses others. Prints what it chose.
import { readExtent, sampleOf } from './crash/sample.ts';

// With the usual seed every version has its share, the newest the largest.
const { VARIANTS: points = 'sample', VARIANTS_SEED: seed } = process.env;
const extent = readExtent({ CRASH_POINTS: points, ...(seed !== undefined && { CRASH_SEED: seed }) });

/** `size` of the variants: one from each stretch of them, the same in every run. */
export function someOf<T>(title: string, all: readonly T[], size: number): readonly T[] {
  const chosen = sampleOf(all, size, extent, title);
  if (chosen.length < all.length) told(`${title}: tried on ${shown(chosen)} of ${shown(all)}`);
  return chosen;
}

/** By variant, the cases that are tried on it: each case on one of the variants on which it can be tried, in turn. */
export function inTurn<V, C>(
  title: string,
  variants: readonly V[],
  cases: readonly C[],
  canTry: (one: C, variant: V) => boolean = () => true,
): [V, readonly C[]][] {
  const turns = cases.map((one, index) => {
    const possible = variants.filter((variant) => canTry(one, variant));
    return { one, on: extent.isWhole ? possible : possible.slice((index + extent.seed) % possible.length).slice(0, 1) };
  });
  if (!extent.isWhole) told(`${title}: each of ${cases.length} cases tried on one of ${shown(variants)}`);
  return variants
    .map((variant): [V, readonly C[]] => [
      variant,
      turns.filter(({ on }) => on.includes(variant)).map(({ one }) => one),
    ])
    .filter(([, own]) => own.length > 0);
}

function told(what: string): void {
  console.log(`${what} (VARIANTS=all tries all; VARIANTS_SEED=${extent.seed})`);
}

function shown(variants: readonly unknown[]): string {
  return variants.map((one) => (typeof one === 'object' && one !== null ? named(one) : String(one))).join(', ');
}

function named(variant: object): string {
  return Object.values(variant)
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .join(' ');
}
