// Which settings a named service stands for: one section of ~/.pg_service.conf, PGSERVICEFILE or the system's file.
// Only reads; never follows an LDAP line, and never repeats a value of the file in an error.
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { OperationError, type Remedy, say, type Wording } from 'bus-integration-database';
import { type ConnectionKeyword, isConnectionKeyword } from '../../dsn/keywords.ts';
import type { LibpqEnvironment } from './libpq-environment.ts';
import type { Setting } from './setting.ts';
import { decodeUtf8, encodeUtf8, readSettingFile } from './setting-file.ts';

// pg_config --sysconfdir of Debian's packages, the PostgreSQL project's RPMs, and a build from source.
const systemDirectories = ['/etc/postgresql-common', '/etc/sysconfig/pgsql', '/usr/local/pgsql/etc'];

/**
 * Gives the settings of the service; throws an `invalid-request` OperationError where no file defines it or a file
 * has a fault. https://www.postgresql.org/docs/current/libpq-pgservice.html
 *
 * @example
 * await readService('app', { env: {}, homeDirectory: '/home/ann', osUser: 'ann', cwd: '/' });
 * // Map { 'host' => { value: 'db.example', origin: … } }: '/home/ann/.pg_service.conf, line 2'
 */
export async function readServiceSection(
  name: string,
  environment: LibpqEnvironment,
): Promise<ReadonlyMap<ConnectionKeyword, Setting>> {
  const { PGSERVICEFILE, PGSYSCONFDIR } = environment.env;
  const own = PGSERVICEFILE ?? join(environment.homeDirectory, '.pg_service.conf');
  const system = (PGSYSCONFDIR === undefined ? systemDirectories : [PGSYSCONFDIR]).map((directory) =>
    join(directory, 'pg_service.conf'),
  );
  const files = [own, ...system].map((path) => resolve(environment.cwd, path));
  for (const [index, file] of files.entries()) {
    // Only the file that PGSERVICEFILE names has to be there.
    const mayBeAbsent = index > 0 || PGSERVICEFILE === undefined;
    if (mayBeAbsent && !(await exists(file))) continue;
    const found = readSection(await readLines(file), name, file);
    if (found !== undefined) return found;
  }
  throw serviceError(say`the service is defined in none of ${listedPaths(files)}`, {
    remedy: [
      'write it into ',
      { kind: 'path', path: files[0] ?? '' },
      ': a line with its name in brackets, below it keyword=value lines',
    ],
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function readLines(path: string): Promise<readonly string[]> {
  const file = await readSettingFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw serviceError(say`service file ${{ path }} can't be opened: ${cause.code ?? cause.message}`, {
      target: path,
      cause,
    });
  });
  if (!file.status.isFile()) throw serviceError(say`service file ${{ path }} is not a regular file`, { target: path });
  return file.lines;
}

function readSection(
  lines: readonly string[],
  name: string,
  path: string,
): ReadonlyMap<ConnectionKeyword, Setting> | undefined {
  const heading = `[${encodeUtf8(name)}]`;
  let found: Map<ConnectionKeyword, Setting> | undefined;
  for (const [index, raw] of lines.entries()) {
    const place = say`${{ path }}, line ${index + 1}`;
    // libpq reads lines into 1024 bytes, newline and NUL among them, and refuses longer ones.
    if (raw.length > 1021) throw serviceError(say`${place}, is longer than 1021 bytes`, { target: path });
    const line = raw.replace(/^[ \t\v\f\r]+|[ \t\v\f\r]+$/g, '');
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      if (found !== undefined) return found;
      if (line.startsWith(heading)) found = new Map();
    } else if (found !== undefined) {
      const [keyword, value] = readLine(line, place, path);
      if (!found.has(keyword)) found.set(keyword, { value, origin: place });
    }
  }
  return found;
}

function readLine(line: string, place: Wording, path: string): [ConnectionKeyword, string] {
  if (line.startsWith('ldap')) {
    throw serviceError(say`${place}, asks an LDAP server, which is not supported`, { target: path });
  }
  const equals = line.indexOf('=');
  const keyword = line.slice(0, Math.max(equals, 0));
  if (!isConnectionKeyword(keyword) || keyword === 'service') {
    throw serviceError(
      say`${place}, must be a keyword of libpq other than service, "=" at once after it, and a value`,
      {
        target: path,
      },
    );
  }
  const value = decodeUtf8(line.slice(equals + 1));
  if (value === undefined) throw serviceError(say`${place}, has a value that is not UTF-8`, { target: path });
  return [keyword, value];
}

function listedPaths(files: readonly string[]): Wording {
  return files.map((path, index) => say`${index === 0 ? '' : ', '}${{ path }}`);
}

function serviceError(
  message: Wording,
  details: { target?: string; remedy?: Remedy; cause?: unknown },
): OperationError {
  return new OperationError('invalid-request', message, { code: 'service-file', ...details });
}
