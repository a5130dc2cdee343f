// Whether a file that is to be written is one that we wrote before: what somebody else wrote stays.
import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import { readAtMost } from './read-at-most.ts';

const mostBytes = 64 * 1024 * 1024;

/**
 * Whether a regular file is there that is neither empty nor ours by what it holds. What can't be read is nobody's that we
 * know.
 *
 * @example
 * isOfOthers('/srv/plan.json', (text) => text.startsWith('ok: '));
 */
export function isOfOthers(path: string, isOurs: (text: string) => boolean): boolean {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there?.isFile() !== true || there.size === 0) return false;
  try {
    // Without O_NONBLOCK a named pipe that took its place would hold the program for ever.
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      if (!fstatSync(descriptor).isFile()) return true;
      const bytes = readAtMost(descriptor, mostBytes);
      return bytes === undefined || !isOurs(bytes.toString('utf8'));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return true;
  }
}

/** What a program writes: how its texts begin, and keys that the objects have which it writes as JSON. */
export interface OwnResults {
  readonly begins: RegExp;
  readonly keys: readonly string[];
}

/**
 * Whether a text is such a result; of JSON one of the keys is enough.
 *
 * @example
 * isResult('listening on http://127.0.0.1:8080\n', { begins: /^listening on /, keys: ['listening'] }); // true
 */
export function isResult(text: string, { begins, keys }: OwnResults): boolean {
  if (begins.test(text)) return true;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && keys.some((key) => Object.hasOwn(value, key));
  } catch {
    return false;
  }
}
