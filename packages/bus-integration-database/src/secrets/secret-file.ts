// Files that hold one secret: judged and read through one open descriptor, so that nothing can be swapped in between.
// Never shows what is in them.
import { closeSync, constants, fstatSync, openSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { OperationError } from '../contract/errors.ts';
import { type Advice, advise, command, type Remedy, remedyOf } from '../contract/remedy.ts';
import type { Diagnostic } from '../contract/response.ts';
import { inMessage, say, type Wording, wordingOf } from '../contract/wording.ts';
import { type SecretContent, whyNoSecretFile } from './closable.ts';
import { Secret } from './secret.ts';
import { judgeParent } from './secret-file-directory.ts';
import { readOneLine, readText } from './secret-text.ts';

export interface SecretFileOptions {
  /** Who we are: `process.getuid()`. Files of this user and of root are trusted. */
  readonly uid: number;
  /** The file's path as the operator knows it, for messages. Default: the path itself. */
  readonly shownAs?: string;
  /** Bits of its mode that others may have. Default: none. */
  readonly mayBe?: number;
  /** `text`: whatever valid UTF-8 it holds, without its last line's end. Default: `line`. */
  readonly holds?: 'line' | 'text';
  /** Whether a text is one of ours: only then a `chmod` of its file is advised. */
  readonly isOurs?: (text: string) => boolean;
}

export interface SecretFile {
  readonly secret: Secret;
  /** Of the file that was read, whatever its name means by now. */
  readonly status: Stats;
  readonly warnings: readonly Diagnostic[];
}

/**
 * What a secret file holds, its one line, without its line end, and what is worth a warning. A file that others could read or
 * have put there, and one that doesn't hold exactly one line, is an error with the command that fixes it:
 * `not-configured` when it is missing, else `invalid-request`.
 *
 * @example
 * const { secret, warnings } = readSecretFile('./local/admin-dsn', { uid: process.getuid() });
 */
export function readSecretFile(path: string, options: SecretFileOptions): SecretFile {
  const { secret, status, findings } = examine(path, options, true);
  const failure = findings.find((finding) => finding.severity === 'fail');
  if (failure !== undefined || secret === undefined || status === undefined)
    throw refusal(options.shownAs ?? path, failure);
  return { secret, status, warnings: findings };
}

/**
 * What {@link readSecretFile} would refuse or warn of, as findings; none when all is well. `content: 'any'` judges only
 * owner, mode and kind: for an env file with a secret in it.
 *
 * @example
 * judgeSecretFile('./.env', { uid: process.getuid(), content: 'any' });
 */
export function judgeSecretFile(
  path: string,
  options: SecretFileOptions & { content?: 'line' | 'any' },
): readonly Diagnostic[] {
  return examine(path, options, options.content !== 'any').findings;
}

function refusal(path: string, failure = finding(path, 'secret-file', "can't be read")): OperationError {
  const { code } = failure;
  return new OperationError(code === 'secret-file-missing' ? 'not-configured' : 'invalid-request', wordingOf(failure), {
    code,
    target: path,
    remedy: remedyOf(failure),
  });
}

function examine(path: string, options: SecretFileOptions, readsIt: boolean): Examined {
  const file = { path, shownAs: options.shownAs ?? path };
  const opened = openSecretFile(file);
  if (typeof opened !== 'number') return { findings: [opened] };
  try {
    return examineOpen(file, opened, options, readsIt);
  } finally {
    closeSync(opened);
  }
}

/** A file, and its name in what is said of it. */
interface ShownFile {
  readonly path: string;
  readonly shownAs: string;
}

interface Examined {
  readonly secret?: Secret;
  readonly status?: Stats;
  readonly findings: readonly Diagnostic[];
}

/** A descriptor, or why there is none. O_NOFOLLOW refuses a symbolic link, O_NONBLOCK keeps a named pipe from holding us. */
export function openSecretFile({ path, shownAs }: ShownFile): number | Diagnostic {
  if (path.includes('\0')) return finding(shownAs, 'secret-file', 'is not a path: it holds a NUL character');
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    switch (code) {
      case 'ENOENT':
        return finding(shownAs, 'secret-file-missing', "doesn't exist", pasted(shownAs));
      case 'ENOTDIR':
        return finding(shownAs, 'secret-file-missing', "doesn't exist: part of its path is not a directory");
      case 'ELOOP':
      case 'EMLINK':
        return symbolicLink({ path, shownAs });
      case 'EACCES':
        return finding(
          shownAs,
          'secret-file',
          "can't be read by this user: permission denied",
          command('ls', '-ld', { path: shownAs }),
        );
      case 'ENXIO':
        return finding(shownAs, 'secret-file', 'is a socket or a device, expected a regular file');
      default:
        return finding(shownAs, 'secret-file', `can't be opened (${code})`);
    }
  }
}

/** Judges and reads what was opened, whatever the path names by now. */
export function examineOpen(
  file: ShownFile,
  descriptor: number,
  { uid, mayBe = 0, holds = 'line', isOurs }: Omit<SecretFileOptions, 'shownAs'>,
  readsIt: boolean,
): Examined {
  const stats = fstatSync(descriptor);
  const refused =
    judgeKind(file.shownAs, stats) ??
    judgeOwner(file.shownAs, stats, uid) ??
    (isCredential(stats, uid) ? undefined : judgeMode(file.shownAs, stats, mayBe));
  const isLine = readsIt && holds === 'line';
  const content = isOurs ?? (isLine ? 'line' : 'any');
  if (refused !== undefined) return { findings: [harmless(refused, file.path, descriptor, stats, content)] };
  const warnings = judgeParent(file, uid);
  if (!readsIt) return { findings: warnings };
  const text = isLine ? readOneLine(descriptor, pasted(file.shownAs)) : readText(descriptor);
  return typeof text === 'string'
    ? { secret: new Secret(text), status: stats, findings: warnings }
    : { findings: [finding(file.shownAs, 'secret-file-content', text.why, text.remedy), ...warnings] };
}

function pasted(path: string): Remedy {
  const made: Advice = { kind: 'edit', change: 'create', file: { path }, text: [] };
  return [made, ', paste the line, end with Ctrl-D'];
}

function symbolicLink({ path, shownAs }: ShownFile): Diagnostic {
  const target = attempt(() => readlinkSync(path));
  const dangles = attempt(() => statSync(path)) === undefined;
  const where = target === undefined ? '' : say` to ${{ path: target }}${dangles ? ", which doesn't exist" : ''}`;
  return finding(
    shownAs,
    'secret-file',
    say`is a symbolic link${where}; expected the file itself`,
    'name the file itself',
  );
}

function judgeKind(path: string, stats: Stats): Diagnostic | undefined {
  if (stats.isFile()) return undefined;
  const kind = stats.isDirectory() ? 'a directory' : stats.isFIFO() ? 'a named pipe' : 'a device';
  const remedy = 'put a regular file with the line in it there';
  return finding(path, 'secret-file', `is ${kind}, expected a regular file`, remedy);
}

/** The finding with its chmod or chown only where nobody else can need the file as it is. */
function harmless(
  refused: Diagnostic,
  path: string,
  descriptor: number,
  stats: Stats,
  content: SecretContent,
): Diagnostic {
  if (!stats.isFile()) return refused;
  const why = whyNoSecretFile(path, descriptor, stats, content);
  if (why === undefined) return refused;
  const { advice: _, ...rest } = refused;
  const remedy = ['this is not a file of a secret alone (', why, '): leave it as it is, and name a file of its own'];
  return { ...rest, ...advise(remedy) };
}

function judgeOwner(path: string, stats: Stats, uid: number): Diagnostic | undefined {
  if (stats.uid === uid || stats.uid === 0) return undefined;
  return finding(
    path,
    'secret-file',
    `belongs to user ${stats.uid}, expected ${uid === 0 ? 'root' : `user ${uid} or root`}`,
    command(...(uid === 0 ? [] : ['sudo']), 'chown', `${uid}`, { path }),
  );
}

/**
 * As systemd lays out the credentials of a service: root's, and the service's user may read it by an access control list,
 * whose mask stands in place of the group's bits. https://systemd.io/CREDENTIALS/
 */
function isCredential({ uid: owner, gid, mode }: Stats, uid: number): boolean {
  return uid !== 0 && owner === 0 && gid === 0 && (mode & 0o7777) === 0o440;
}

function judgeMode(path: string, stats: Stats, mayBe: number): Diagnostic | undefined {
  const mode = stats.mode & 0o7777 & ~mayBe;
  if ((mode & 0o077) === 0) return undefined;
  const what = [
    [0o044, 'readable'],
    [0o022, 'writable'],
    [0o011, 'executable'],
  ] as const;
  const by = (bits: number) => [...(bits & 0o070 ? ['group'] : []), ...(bits & 0o007 ? ['others'] : [])].join(' and ');
  const claims = what.filter(([bits]) => mode & bits).map(([bits, word]) => `${word} by ${by(mode & bits)}`);
  const octal = (stats.mode & 0o7777).toString(8).padStart(4, '0');
  const wanted = (0o600 | mayBe).toString(8);
  return finding(path, 'secret-file', `is ${claims.join(', ')} (${octal})`, command('chmod', wanted, { path }));
}

function finding(path: string, code: string, seen: Wording, remedy?: Remedy): Diagnostic {
  return {
    severity: 'fail',
    code,
    ...inMessage(say`${{ path }} ${seen}`),
    target: path,
    ...advise(remedy),
  };
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
