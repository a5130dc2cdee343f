// Whether output files may stand in a directory: whose it is, who else may write there. Changes nothing.
import { fstatSync, lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { OperationError } from '../contract/errors.ts';
import { command, type Remedy } from '../contract/remedy.ts';
import { say, type Wording } from '../contract/wording.ts';
import { isForOutputFiles, ownDirectory } from './directory-use.ts';

/** Where output files go and whose they are. */
export interface OutputPlace {
  /** As the operator wrote it; what messages show. */
  readonly shown: string;
  readonly path: string;
  readonly uid: number;
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** Others' files may stand in it too: it need not be closed to them, as long as they may not write there. */
  readonly isCommon?: boolean;
  /** No files are to go there: every output has a path of its own. */
  readonly isAbsent?: boolean;
  /** Whether git has a file, by its absolute path. Default: nobody knows. */
  readonly isTracked?: (path: string) => boolean;
}

/**
 * Judges an open directory.
 *
 * @throws OperationError `invalid-request` where others could read what is in it, or exchange it
 */
export function judgeDirectory(descriptor: number, path: string, place: OutputPlace): void {
  const { shown, uid: own, owner } = place;
  const { uid, mode } = fstatSync(descriptor);
  if (place.isCommon) {
    judgeCommon({ uid, mode }, place);
    return;
  }
  const refuse = (seen: string, ...words: readonly string[]) =>
    new OperationError('invalid-request', say`${{ path: shown }} ${seen}`, {
      target: shown,
      remedy: isForOutputFiles(path) ? command(...words, { path: shown }) : ownDirectory,
    });
  if (![own, 0, owner?.uid].includes(uid))
    throw refuse(`belongs to user ${uid}, expected user ${own} or root`, 'chown', `${own}`);
  if ((mode & 0o077) === 0) return;
  const octal = (mode & 0o7777).toString(8).padStart(4, '0');
  throw refuse(`is open to group or others (${octal}), expected 0700`, 'chmod', '700');
}

const namedElsewhere = 'name a file in another directory under outputs';

/** Whoever may write in it may put another file in place of ours. */
function judgeCommon({ uid, mode }: Pick<Stats, 'uid' | 'mode'>, { shown, uid: own, owner }: OutputPlace): void {
  const refuse = (seen: string, remedy: Remedy) =>
    new OperationError('invalid-request', say`${{ path: shown }} ${seen}`, {
      code: 'output-directory-parent',
      target: shown,
      remedy,
    });
  if (![own, 0, owner?.uid].includes(uid))
    throw refuse(`belongs to user ${uid}, expected user ${own} or root`, namedElsewhere);
  if ((mode & 0o022) === 0) return;
  const octal = (mode & 0o7777).toString(8).padStart(4, '0');
  const words = [command('chmod', 'go-w', { path: shown }), `, or ${namedElsewhere}`];
  throw refuse(`may be written by others (${octal}), who could exchange the files in it`, words);
}

/** What is there instead of a directory; undefined where it can't be told. */
export function inTheWay({ shown, path, isCommon }: OutputPlace): OperationError | undefined {
  const elsewhere = isCommon ? namedElsewhere : 'set BUS_DATABASE_DSN_OUTPUT_DIR to another directory';
  const refuse = (seen: Wording, remedy: Remedy) =>
    new OperationError('invalid-request', say`${{ path: shown }} is ${seen}, expected a directory`, {
      code: 'dsn-file',
      target: shown,
      remedy,
    });
  try {
    const stats = lstatSync(path);
    if (stats.isDirectory()) return undefined;
    if (!stats.isSymbolicLink()) return refuse('a file', `move it away, or ${elsewhere}`);
    const target = resolve(dirname(path), readlinkSync(path));
    if (isCommon) return refuse(say`a symbolic link to ${{ path: target }}`, namedElsewhere);
    return refuse(
      say`a symbolic link to ${{ path: target }}`,
      isForOutputFiles(target)
        ? ['name the directory itself: BUS_DATABASE_DSN_OUTPUT_DIR=', { kind: 'path', path: target }]
        : ownDirectory,
    );
  } catch {
    return undefined;
  }
}
