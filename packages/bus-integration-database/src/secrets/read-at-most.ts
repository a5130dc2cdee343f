// Reads what is open, up to a limit: a file that grows, or has no end, fills no memory.
import { readSync } from 'node:fs';

/** The bytes from where the descriptor stands to the end; undefined where they are more than that. */
export function readAtMost(descriptor: number, limitBytes: number): Buffer | undefined {
  // Most are small, and there may be thousands: room for the largest would take longer than to read them.
  let buffer = Buffer.alloc(Math.min(4_096, limitBytes + 1));
  let length = 0;
  for (;;) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, null);
    length += count;
    if (count === 0) return buffer.subarray(0, length);
    if (length > limitBytes) return undefined;
    if (length === buffer.length) buffer = Buffer.concat([buffer], Math.min(4 * length, limitBytes + 1));
  }
}
