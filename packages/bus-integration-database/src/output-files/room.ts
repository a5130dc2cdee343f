// Whether output files could be written where they are to go: rights and room, asked of the system without writing.
import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Path } from '../contract/remedy.ts';
import type { Diagnostic } from '../contract/response.ts';
import { inMessage, say, type Wording } from '../contract/wording.ts';
import type { OutputPlace } from './judge-directory.ts';

/** What a file system says of itself; Node's `statfsSync` gives it. */
interface FileSystemRoom {
  readonly bsize: number;
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
}

/**
 * What would keep `files` output files from being written; none when nothing would.
 *
 * @example
 * judgeOutputDirectory({ shown: './local/dsn', path: '/srv/local/dsn', uid: 1000 }, 4)[0]?.message;
 * // "./local/dsn can't be written (EACCES)"
 */
export function judgeOutputDirectory(directory: OutputPlace, files: number): Diagnostic[] {
  const { path, uid } = directory;
  const shown = { path: directory.shown };
  const remedy = 'fix its mode and owner, or set BUS_DATABASE_DSN_OUTPUT_DIR to another directory';
  try {
    const nearest = nearestDirectory(path);
    const code = refusalOf(nearest, nearest === path ? constants.R_OK : 0);
    if (code !== undefined) {
      const message =
        nearest === path
          ? say`${shown} can't be written (${code})`
          : say`${shown} can't be made: ${{ path: nearest }} is not writable (${code})`;
      return [{ severity: 'fail', code: 'output-directory', ...inMessage(message), remedy }];
    }
    return judgeRoom(statfsSync(nearest), { shown, files, isRoot: uid === 0 });
  } catch (error) {
    const message = say`${shown} can't be looked at (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`;
    return [{ severity: 'fail', code: 'output-directory', ...inMessage(message), remedy }];
  }
}

/** Room for that many files beside their staged twins; Linux keeps some blocks for root. Pure. */
export function judgeRoom(
  room: FileSystemRoom,
  { shown, files, isRoot }: { shown: Path; files: number; isRoot: boolean },
): Diagnostic[] {
  const { bsize, files: inodes, ffree } = room;
  const free = isRoot ? room.bfree : room.bavail;
  const remedy = 'make room on that file system, or set BUS_DATABASE_DSN_OUTPUT_DIR to another one';
  const tell = (severity: 'fail' | 'warn', message: Wording): Diagnostic[] => [
    { severity, code: 'output-space', ...inMessage(message), remedy },
  ];
  // Each file is at least a block, its staged twin another, and the directory may grow by one.
  const needed = 2 * files + 1;
  if (free < needed)
    return tell('fail', say`${shown}: the file system is full (${free * bsize} bytes free, ${needed * bsize} needed)`);
  // Some file systems count no inodes, and say 0 of both.
  if (inodes > 0 && ffree < 2 * files)
    return tell('fail', say`${shown}: the file system has ${ffree} inodes left, ${2 * files} are needed`);
  if (free * bsize < scarceBytes)
    return tell('warn', say`${shown}: the file system is nearly full (${Math.floor((free * bsize) / 1024)} KiB free)`);
  return [];
}

const scarceBytes = 1024 * 1024;

function nearestDirectory(path: string): string {
  let nearest = path;
  while (statSync(nearest, { throwIfNoEntry: false }) === undefined && dirname(nearest) !== nearest)
    nearest = dirname(nearest);
  return nearest;
}

function refusalOf(path: string, more: number): string | undefined {
  try {
    accessSync(path, constants.W_OK | constants.X_OK | more);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'no right';
  }
}
