// Whether a file that is to be written is one that we wrote before: what somebody else put there stays.
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

/** A text that begins with the same line, or JSON with the same keys at its top. */
export function isAlike(text: string, other: string): boolean {
  const [keys, otherKeys] = [keysOf(text), keysOf(other)];
  if (keys !== undefined || otherKeys !== undefined) return keys === otherKeys;
  return firstLine(text) === firstLine(other);
}

function keysOf(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    return Array.isArray(value) ? '[]' : Object.keys(value).sort().join();
  } catch {
    return undefined;
  }
}

function firstLine(text: string): string {
  return text.slice(0, 10_000).split(/\r?\n/, 1)[0] ?? '';
}
