// The directory of one server, and the configuration files in it.
import {
  accessSync,
  appendFileSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Account, canEnter, giveTo } from './account.ts';
import { temporaryDirectory } from './cache.ts';
import type { Certificate } from './certificate.ts';
import { defaultHba, defaultSettings, renderSettings } from './configuration.ts';

const memoryDirectory = '/dev/shm';
const roomyBytes = 2 ** 31;
// A socket's path has to fit in 104 bytes on some systems, its terminating zero included.
const longestSocketDirectory = 104 - '/.s.PGSQL.65535'.length - 1;

/** Where things are inside a server's directory. */
export interface ServerFiles {
  readonly directory: string;
  readonly dataDirectory: string;
  readonly socketDirectory: string;
  readonly hbaFile: string;
  readonly logFile: string;
}

export type Settings = Readonly<Record<string, string>>;

/** What may change in the configuration: settings are added to those there are, pg_hba.conf and certificate are replaced. */
export interface ConfigurationChange {
  readonly settings?: Settings;
  readonly hba?: string;
  /** Turns TLS on, with this certificate; `ca` (PEM) lets clients present certificates too. */
  readonly tls?: Certificate & { readonly ca?: string };
}

/**
 * Makes a directory for a server, in which its account owns its data and socket and can replace nothing else: what
 * root writes and runs there must not be somebody else's to choose.
 */
export function makeServerDirectory(account: Account | undefined, parentDirectory?: string): ServerFiles {
  const parent = realpathSync(parentDirectory ?? roomyMemory(account) ?? temporaryDirectory(account));
  if (!canEnter(account, parent)) {
    throw new Error(
      `the account that runs PostgreSQL (uid ${account?.uid}) can't enter ${parent}; choose another parent`,
    );
  }
  if (Buffer.byteLength(join(parent, 'bus-postgres-XXXXXX/socket')) > longestSocketDirectory) {
    throw new Error(`${parent} is too long a path for the server's socket; choose another parent, or set TMPDIR`);
  }
  const directory = mkdtempSync(join(parent, 'bus-postgres-'));
  const files = {
    directory,
    dataDirectory: join(directory, 'data'),
    socketDirectory: join(directory, 'socket'),
    hbaFile: join(directory, 'pg_hba.conf'),
    logFile: join(directory, 'server.log'),
  };
  if (account) chmodSync(directory, 0o711);
  makeOwned(account, files.socketDirectory);
  return files;
}

// A cluster is a thousand small files, made and deleted again: some file systems take a second for that.
function roomyMemory(account: Account | undefined): string | undefined {
  try {
    accessSync(memoryDirectory, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(memoryDirectory);
    return bavail * bsize >= roomyBytes && canEnter(account, memoryDirectory) ? memoryDirectory : undefined;
  } catch {
    return undefined;
  }
}

/** How a server is configured from its first start on. */
export interface FirstConfiguration extends ConfigurationChange {
  readonly isStandby?: boolean;
}

/** Returns a function that writes the server's configuration for a port, remembering the settings it was given. */
export function createConfigure(
  account: Account | undefined,
  files: ServerFiles,
  first: FirstConfiguration,
): (port: number, change?: ConfigurationChange) => void {
  const file = join(files.directory, 'server.conf');
  const fixed = { ...defaultSettings, unix_socket_directories: files.socketDirectory, hba_file: files.hbaFile };
  let tls = first.tls ? writeTlsFiles(account, files, first.tls) : {};
  let settings: Settings = first.settings ?? {};
  appendFileSync(join(files.dataDirectory, 'postgresql.conf'), `\ninclude '${file.replaceAll("'", "''")}'\n`);
  if (first.isStandby) writeOwned(account, join(files.dataDirectory, 'standby.signal'), '');
  writeOwned(account, files.hbaFile, first.hba ?? defaultHba);
  return (port, change = {}) => {
    settings = { ...settings, ...change.settings };
    if (change.tls !== undefined) tls = writeTlsFiles(account, files, change.tls);
    writeOwned(account, file, renderSettings(fixed, tls, settings, { port: String(port) }));
    if (change.hba !== undefined) writeOwned(account, files.hbaFile, change.hba);
  };
}

function writeTlsFiles(
  account: Account | undefined,
  files: ServerFiles,
  tls: NonNullable<ConfigurationChange['tls']>,
): Settings {
  const folder = join(files.directory, 'tls');
  if (!existsSync(folder)) makeOwned(account, folder);
  const write = (name: string, text: string) => {
    writeOwned(account, join(folder, name), text);
    return join(folder, name);
  };
  return {
    ssl: 'on',
    ssl_cert_file: write('server.crt', tls.certificate),
    ssl_key_file: write('server.key', tls.key),
    ...(tls.ca !== undefined && { ssl_ca_file: write('ca.crt', tls.ca) }),
  };
}

function writeOwned(account: Account | undefined, path: string, text: string): void {
  const isNew = !existsSync(path);
  writeFileSync(path, text, { mode: 0o600 });
  if (isNew) giveTo(account, path);
}

function makeOwned(account: Account | undefined, directory: string): void {
  mkdirSync(directory, { mode: 0o700 });
  chmodSync(directory, 0o700);
  giveTo(account, directory);
}
