// What an unknown command of `bus` and `bus operator` most likely meant. Pure.
import { nearest } from 'bus-integration-database/suggest';

const database = 'bus operator database';
const databaseVerbs = ['init', 'validate', 'doctor', 'plan', 'apply', 'status', 'verify', 'report'];

/** `; did you mean bus operator database?`, or nothing. */
export function commandHint(word: string, known: readonly string[], prefix: 'bus' | 'bus operator'): string {
  if (databaseVerbs.includes(word)) return `; did you mean ${database} ${word}?`;
  const close = nearest(word, [...known, 'database']);
  if (close === undefined) return '';
  return `; did you mean ${close === 'database' ? database : `${prefix} ${close.replace(/\p{C}/gu, '?')}`}?`;
}
