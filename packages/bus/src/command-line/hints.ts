// What an unknown command or flag of `bus` and `bus operator` most likely meant. Pure.
import { nearest, suggestion } from 'bus-integration-database/suggest';
import { type FlagProblem, knownFlags } from './flags.ts';

const database = 'bus operator database';
const databaseVerbs = ['doctor', 'plan', 'apply', 'status', 'verify'];

/** `; did you mean bus operator database?`, or nothing. */
export function commandHint(word: string, known: readonly string[], prefix: 'bus' | 'bus operator'): string {
  if (databaseVerbs.includes(word)) return `; did you mean ${database} ${word}?`;
  const close = nearest(word, [...known, 'database']);
  if (close === undefined) return '';
  return `; did you mean ${close === 'database' ? database : `${prefix} ${close.replace(/\p{C}/gu, '?')}`}?`;
}

/** The problem, and what the flag that is not known most likely meant. */
export function flagText({ problem, unknown }: FlagProblem): string {
  if (unknown === undefined) return problem;
  return `${problem}; ${suggestion(unknown, knownFlags) ?? 'the flags of a command stand after its name'}`;
}
