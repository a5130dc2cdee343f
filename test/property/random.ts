// A small seeded generator of random choices (mulberry32): the same seed gives the same case on every machine.

export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  chance(probability: number): boolean;
  /** 0 ≤ n ≤ most. */
  upTo(most: number): number;
  pick<T>(items: readonly T[]): T;
  /** Between `least` and `most` different items, in a random order. */
  some<T>(items: readonly T[], least: number, most?: number): T[];
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const random: Random = {
    next,
    chance: (probability) => next() < probability,
    upTo: (most) => Math.floor(next() * (most + 1)),
    pick: (items) => {
      const [item] = items.slice(random.upTo(items.length - 1));
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    some: (items, least, most = items.length) => {
      const shuffled = items.map((item) => ({ item, rank: next() })).sort((one, other) => one.rank - other.rank);
      return shuffled.slice(0, least + random.upTo(Math.min(most, items.length) - least)).map(({ item }) => item);
    },
  };
  return random;
}
