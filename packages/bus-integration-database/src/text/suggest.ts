// What a word of a command line most likely meant that is unknown: a known one, mistyped, or what other tools call so. Pure.
// Imports next to nothing, so that what only prints a help or a usage error loads nothing else.
import { editDistance } from './edit-distance.ts';

/** Words of other tools, and what is to be said of them here. */
export type Says = readonly [says: string, ...words: string[]];

/** What other tools have. */
export const otherTools: readonly Says[] = [
  [
    'nothing is ever asked; leave it out',
    '-y',
    '--yes',
    '--assume-yes',
    '--auto-approve',
    '--approve',
    '--no-input',
    '--no-prompt',
    '--non-interactive',
    '--batch',
  ],
  ['did you mean -f json?', '--json', '-j', '--yaml', '--output-format'],
  ['did you mean -v?', '--debug', '-d', '--log-level', '--loglevel'],
  ['did you mean -q?', '--silent', '-s'],
  ['did you mean -C DIR?', '--cwd', '--workdir', '--work-dir', '--project-dir'],
  ['did you mean --help?', '-?', '/?', '/h'],
];

/**
 * What to say of an unknown word or flag; undefined where nothing comes to mind.
 *
 * @param known words and flags that there are
 * @param own what other tools have and this program says something of, before what all programs of the family say
 * @example
 * suggestion('--jsn', ['--json']); // 'did you mean --json?'
 * suggestion('--yes', []); // 'nothing is ever asked; leave it out'
 */
export function suggestion(word: string, known: readonly string[], own: readonly Says[] = []): string | undefined {
  // As some tools have it: -json, -out=FILE.
  const spellings = [word, ...(/^-[a-z][a-z-]+$/.test(word) ? [`-${word}`] : [])];
  for (const spelling of spellings) {
    const [says] = [...own, ...otherTools].find(([, ...words]) => words.includes(spelling)) ?? [];
    if (says !== undefined) return says;
  }
  const close = spellings.map((spelling) => nearest(spelling, known)).find((found) => found !== undefined);
  return close === undefined ? undefined : `did you mean ${close}?`;
}

/**
 * The closest of the known words, when it is close enough to be meant; swapped neighbours count as one mistake.
 *
 * @example
 * nearest('aply', ['plan', 'apply']); // 'apply'
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  // Of a single letter any other one is as near as the next.
  if (/^-?.$/.test(word)) return known.find((candidate) => candidate.toLowerCase() === lower);
  const begun = known.find((candidate) => lower.length >= 4 && candidate.startsWith(lower));
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(lower, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.replace(/^-+/, '').length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return begun ?? ranked[0]?.candidate;
}
