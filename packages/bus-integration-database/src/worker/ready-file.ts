// The file that is there while a worker takes requests in. Removes nothing but a file, writes through nothing that stands
// in its place, and never ends the worker once it serves.

import { accessSync, constants, lstatSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { OperationError } from '../contract/errors.ts';
import { command } from '../contract/remedy.ts';
import { replaceFile } from '../secrets/replace-file.ts';
import { writeFault } from '../secrets/write-fault.ts';
import { isOfOthers } from '../secrets/written-before.ts';
import { printable } from '../text/printable.ts';
import type { Log } from '../transports/transport.ts';

export interface ReadyFile {
  /** What goes wrong is told in the log. */
  set(isReady: boolean): void;
}

const isProcessId = (text: string) => /^\d+\n$/.test(text);

/**
 * The ready file at a path, gone until it is set; without a path, none. What another process left behind would speak for
 * us.
 *
 * @throws OperationError `invalid-request` when it could not be made later
 * @example
 * createReadyFile('/run/bus/ready', log).set(true);
 */
export function createReadyFile(path: string | undefined, log: Log): ReadyFile {
  if (path === undefined) return { set: () => {} };
  const refuse = (why: string) =>
    new OperationError('invalid-request', `the ready file ${printable(path)} can't be made: ${why}`, {
      code: 'ready-file',
      target: '--ready-file',
      remedy: [
        'name a file in a directory that this user may write, or make it: ',
        command('mkdir', '-p', { path: dirname(path) }),
      ],
    });
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) throw refuse('something else is there');
    if (isOfOthers(path, isProcessId)) throw refuse('a file that is no ready file is there');
    rmSync(path, { force: true });
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw error instanceof OperationError ? error : refuse(writeFault(error, path).seen);
  }
  return {
    set: (isReady) => {
      try {
        if (isReady) replaceFile(path, `${process.pid}\n`, 0o644);
        else rmSync(path, { force: true });
      } catch (error) {
        const { seen, remedy } = writeFault(error, path);
        const told = { target: path, why: seen, ...(remedy !== undefined && { remedy }) };
        log('error', `the ready file can't be ${isReady ? 'made' : 'removed'}`, told);
      }
    },
  };
}
