// What the system refused about a file that was to be written, in words: why, and what to do. Writes nothing.
import { shellQuote } from '../text/shell-quote.ts';

export interface WriteFault {
  readonly seen: string;
  readonly remedy?: string;
}

/**
 * The fault of an error, for a file as it is to be shown. A file is put in its place by rename(2), which some places
 * refuse: https://man7.org/linux/man-pages/man2/rename.2.html
 *
 * @example
 * writeFault(error, './out.txt'); // { seen: 'something is mounted on it', remedy: "mount its directory …" }
 */
export function writeFault(error: unknown, shown: string): WriteFault {
  const { code, message } = (error ?? {}) as NodeJS.ErrnoException;
  if (isKernels(shown) && ['EPERM', 'EACCES', 'ENOENT', 'EROFS'].includes(code ?? ''))
    return { seen: "the kernel's own, where no file can be put", remedy: 'name a file elsewhere' };
  const [seen, remedy] = faults[code ?? ''] ?? [code ?? message ?? String(error)];
  return { seen, ...(remedy !== undefined && { remedy: remedy(shown) }) };
}

/** https://man7.org/linux/man-pages/man5/proc.5.html */
export function isKernels(path: string): boolean {
  return /^\/(proc|sys)(\/|$)/.test(path);
}

/** What is redirected is written by the shell, in place. */
const elsewhere = (file: string) => `name a file elsewhere, or let the shell write it: > ${shellQuote(file)}`;

const faults: Readonly<Record<string, readonly [seen: string, remedy?: (file: string) => string]>> = {
  EACCES: ['permission denied; expected a directory that this user may write'],
  EBADF: ['no such descriptor is open for writing'],
  EBUSY: ['something is mounted on it', (file) => `mount its directory rather than the file; or ${elsewhere(file)}`],
  EDQUOT: ['the disk quota is used up'],
  EISDIR: ['a directory, expected a file'],
  ELOOP: ['a symbolic link, or too many of them', () => 'name the file itself'],
  EMFILE: ['this process has too many open files'],
  ENAMETOOLONG: ['its name is too long; expected at most 255 bytes'],
  ENOENT: ['its directory does not exist'],
  ENOSPC: ['the disk is full'],
  ENOTDIR: ['its directory is not a directory'],
  ENXIO: ['nobody reads it'],
  EPERM: [
    "not permitted: it is immutable, its directory is, or it is another user's in a sticky directory",
    (file) => `${elsewhere(file)}; what is immutable is seen with lsattr`,
  ],
  EPIPE: ['nobody reads it any more'],
  EROFS: ['the file system is read-only'],
  EXDEV: ['its directory takes no file that is made beside it: another file system or quota begins there', elsewhere],
};
