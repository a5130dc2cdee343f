// Where a binary's result goes: stdout, one of the process's own descriptors, a device, or a file of mode 0600, which is
// put in its place in one move. Never goes through a symbolic link.
import { closeSync, lstatSync } from 'node:fs';
import { printable } from '../text/printable.ts';
import { openDevice, writeAll } from './open-device.ts';
import { replaceFile } from './replace-file.ts';
import { writeFault } from './write-fault.ts';
import { isOfOthers } from './written-before.ts';

/**
 * The descriptor that a path means in every process, or undefined where it means a file: `-` and `/dev/stdout` are 1.
 *
 * @example
 * descriptorOf('/proc/self/fd/3'); // 3
 */
export function descriptorOf(path: string): number | undefined {
  const standard = ['/dev/stdin', '/dev/stdout', '/dev/stderr'].indexOf(path);
  if (standard >= 0) return standard;
  if (path === '-') return 1;
  const [, digits] = /^\/(?:dev|proc\/self)\/fd\/(\d{1,9})$/.exec(path) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Writes a result that holds no secret to stdout or to the file that `-o` names; undefined, or why it could not be. Written
 * over is only what is empty, the same or `isOurs`. Default: nothing else is.
 *
 * @example
 * writeResult('OK\n', './out.txt'); // "./out.txt can't be written (the disk is full)"
 */
export function writeResult(
  text: string,
  output = '-',
  isOurs: (there: string) => boolean = () => false,
): string | undefined {
  const descriptor = descriptorOf(output);
  if (descriptor === 1 || descriptor === 2) {
    (descriptor === 1 ? process.stdout : process.stderr).write(text);
    return undefined;
  }
  try {
    if (descriptor === undefined && isOfOthers(output, (there) => there === text || isOurs(there)))
      return `${printable(output)} is there already and is not a result of this command; nothing is written over it\n  next: name another file`;
    if (descriptor !== undefined) writeAll(descriptor, text);
    else writeToPath(text, output);
    return undefined;
  } catch (error) {
    const { seen, remedy } = writeFault(error, output);
    const why = `${printable(output)} can't be written (${seen})`;
    return remedy === undefined ? why : `${why}\n  next: ${remedy}`;
  }
}

function writeToPath(text: string, path: string): void {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there?.isSymbolicLink()) throw Object.assign(new Error('a symbolic link'), { code: 'ELOOP' });
  if (there === undefined || there.isFile() || there.isDirectory()) {
    replaceFile(path, text, 0o600);
    return;
  }
  const descriptor = openDevice(path);
  try {
    writeAll(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}
