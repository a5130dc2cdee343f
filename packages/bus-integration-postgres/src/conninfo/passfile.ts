// The password file (~/.pgpass): whether it may be used, and which line speaks for a host, port, database and user.
// Only reads; a password leaves it as a Secret.
import { dirname } from 'node:path';
import { command, isSystemDirectory, OperationError, type Remedy, Secret, say } from 'bus-integration-database';
import { decodeUtf8, encodeUtf8, readSettingFile } from './settings/setting-file.ts';
import type { TargetWarning } from './target.ts';

export interface PasswordFile {
  readonly path: string;
  /** One character for each byte. */
  readonly lines: readonly string[];
  /** Why it was not used. */
  readonly warning?: TargetWarning;
}

/**
 * Reads a password file; one that others may read is not used and gives a warning, a missing one only if it `isNamed`
 * by a setting. https://www.postgresql.org/docs/current/libpq-pgpass.html
 *
 * @example
 * const file = await readPasswordFile('/home/ann/.pgpass', { isNamed: false });
 * findPassword(file, ['db.example', '5432', 'app', 'ann'])?.reveal();
 */
export async function readPasswordFile(path: string, { isNamed }: { isNamed: boolean }): Promise<PasswordFile> {
  const unused = (why: string, remedy?: Remedy) => {
    const text = say`password file ${{ path }} is not used: ${why}`;
    return { path, lines: [], warning: { text, ...(remedy !== undefined && { remedy }) } };
  };
  const file = await readSettingFile(path).catch((error: NodeJS.ErrnoException) => error);
  if (file instanceof Error) {
    const isAbsent = file.code === 'ENOENT' || file.code === 'ENOTDIR';
    return isAbsent && !isNamed ? { path, lines: [] } : unused(`it can't be opened (${file.code})`);
  }
  if (!file.status.isFile()) return unused('it is not a regular file');
  if ((file.status.mode & 0o077) !== 0) {
    const mode = (file.status.mode & 0o777).toString(8).padStart(4, '0');
    const remedy = isPasswordFile(path, file.lines)
      ? command('chmod', '600', { path })
      : 'it does not look like a password file: leave it as it is, and name the right one';
    return unused(`group or others may use it (${mode})`, remedy);
  }
  return { path, lines: file.lines };
}

/** Any file can be named; one that a system's programs read must stay readable. */
function isPasswordFile(path: string, lines: readonly string[]): boolean {
  return (
    !isSystemDirectory(dirname(path)) &&
    lines
      .map(withoutEnd)
      .filter((line) => line !== '' && !line.startsWith('#'))
      .every((line) => /^(?:(?:\\.|[^:\\])*:){4}(?:\\.|[^:])*$/.test(line))
  );
}

/** The password of the first line whose fields match; each field of a line is `*` or the text itself, `\` escaping. */
export function findPassword(
  file: PasswordFile,
  fields: readonly [host: string, port: string, database: string, user: string],
): Secret | undefined {
  const wanted = fields.map(encodeUtf8);
  for (const [index, raw] of file.lines.entries()) {
    const line = withoutEnd(raw);
    if (line.startsWith('#')) continue;
    let at: number | undefined = 0;
    for (const field of wanted) at = at === undefined ? undefined : endOfMatch(line, at, field);
    if (at === undefined) continue;
    const password = decodeUtf8(unescapeUpToColon(line.slice(at)));
    if (password === undefined) {
      throw new OperationError(
        'invalid-request',
        say`${{ path: file.path }}, line ${index + 1}, has a password that is not UTF-8`,
        {
          code: 'password-file',
          target: file.path,
        },
      );
    }
    return password === '' ? undefined : new Secret(password);
  }
  return undefined;
}

/** Where the next field starts, if the one that starts at `start` is `*` or `wanted`. */
function endOfMatch(line: string, start: number, wanted: string): number | undefined {
  if (line.startsWith('*:', start)) return start + 2;
  let at = start;
  for (const character of wanted) {
    if (line[at] === '\\') at += 1;
    if (line[at] !== character) return undefined;
    at += 1;
  }
  return line[at] === ':' ? at + 1 : undefined;
}

function unescapeUpToColon(text: string): string {
  return (/^(?:\\.|[^:\\]|\\$)*/s.exec(text)?.[0] ?? '').replace(/\\(.)/gs, '$1');
}

/** As libpq strips it; a loop, since a regular expression would go over a long run of CRs again and again. */
function withoutEnd(line: string): string {
  let end = line.length;
  while (line[end - 1] === '\r') end -= 1;
  return line.slice(0, end);
}
