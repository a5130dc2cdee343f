// Opens a device or a named pipe to be written to as it is. Never waits long for a reader, and goes through no symbolic
// link.
import { closeSync, constants, fstatSync, lstatSync, openSync, writeSync } from 'node:fs';

const readerTimeoutMs = 5_000;
const pauseMs = 20;

/**
 * A descriptor that never blocks: writes to a pipe that is full fail with EAGAIN. A named pipe is waited for until
 * somebody reads it, five seconds at most.
 *
 * @throws the system's own error; EACCES too for what belongs to another user than us and root, who could hold us up
 * @example
 * const descriptor = openDevice('/dev/null');
 */
export function openDevice(path: string): number {
  const { O_WRONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
  const seen = lstatSync(path);
  for (const startedAt = performance.now(); ; ) {
    try {
      const descriptor = openSync(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
      const stats = fstatSync(descriptor);
      if (stats.dev === seen.dev && stats.ino === seen.ino && [0, process.getuid?.()].includes(stats.uid))
        return descriptor;
      closeSync(descriptor);
      throw Object.assign(new Error('it belongs to another user'), { code: 'EACCES' });
    } catch (error) {
      const isUnread = seen.isFIFO() && (error as NodeJS.ErrnoException).code === 'ENXIO';
      if (!isUnread || performance.now() - startedAt > readerTimeoutMs) throw error;
      pause();
    }
  }
}

/** Writes all of it, waiting where a pipe is full. */
export function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      pause();
    }
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
}
