// Reads what is open, up to a limit: a file that grows, or has no end, fills no memory.
import { readSync } from 'node:fs';

/** The bytes from where the descriptor stands to the end; undefined where they are more than that. */
export function readAtMost(descriptor: number, limitBytes: number): Buffer | undefined {
  const buffer = Buffer.alloc(limitBytes + 1);
  let length = 0;
  for (;;) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, null);
    length += count;
    if (length === buffer.length) return undefined;
    if (count === 0) return buffer.subarray(0, length);
  }
}
