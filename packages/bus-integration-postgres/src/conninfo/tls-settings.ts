// How a connection is to be encrypted and the server checked: sslmode and the files it stands on, by libpq's rules.
// Looks at files, shows nothing that is in them, and connects to nothing.
import { constants, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { command, Secret, say } from 'bus-integration-database';
import type { ConnectionKeyword } from '../dsn/keywords.ts';
import type { LibpqEnvironment } from './settings/libpq-environment.ts';
import { type ConnectionSettings, settingError, textOf, wordOf } from './settings/setting.ts';
import { readSettingFile } from './settings/setting-file.ts';
import type { ConnectionTarget, SslMode } from './target.ts';

type TlsTarget = Pick<
  ConnectionTarget,
  | 'sslmode'
  | 'sslnegotiation'
  | 'sslrootcert'
  | 'sslcert'
  | 'sslkey'
  | 'sslpassword'
  | 'sslcrl'
  | 'sslsni'
  | 'sslMinProtocolVersion'
  | 'sslMaxProtocolVersion'
  | 'warnings'
>;

export const sslmodes: readonly SslMode[] = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];
const protocolVersions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/**
 * Reads all `ssl…` settings; files count only where TLS can happen at all (`reachesNetwork`, and not
 * `sslmode=disable`). https://www.postgresql.org/docs/current/libpq-ssl.html
 */
export async function readTlsSettings(
  settings: ConnectionSettings,
  environment: LibpqEnvironment,
  reachesNetwork: boolean,
): Promise<TlsTarget> {
  const trustsSystem = settings.get('sslrootcert')?.value === 'system';
  const sslmode = wordOf(settings, 'sslmode', sslmodes, trustsSystem ? 'verify-full' : 'prefer');
  const sslnegotiation = wordOf(settings, 'sslnegotiation', ['postgres', 'direct'], 'postgres');
  if (sslnegotiation === 'direct' && ['disable', 'allow', 'prefer'].includes(sslmode)) {
    throw settingError(settings, 'sslnegotiation', 'as direct needs sslmode require, verify-ca or verify-full');
  }
  if (trustsSystem && sslmode !== 'verify-full') {
    throw settingError(settings, 'sslrootcert', 'as system needs sslmode verify-full');
  }
  const certmode = wordOf(settings, 'sslcertmode', ['disable', 'allow', 'require'], 'allow');
  if (certmode === 'require') {
    throw settingError(
      settings,
      'sslcertmode',
      "as require is not supported: a server's demand can't be seen; use allow",
    );
  }
  const common = {
    sslnegotiation,
    sslsni: wordOf(settings, 'sslsni', ['0', '1'], '1') === '1',
    ...readProtocolVersions(settings),
  };
  if (sslmode === 'disable' || !reachesNetwork) return { sslmode, ...common, warnings: [] };
  const authority = await findAuthority(settings, environment, sslmode, trustsSystem);
  const client = certmode === 'disable' ? { warnings: [] } : await findClientCertificate(settings, environment);
  return { ...common, ...authority, ...client, warnings: [...authority.warnings, ...client.warnings] };
}

function readProtocolVersions(
  settings: ConnectionSettings,
): Pick<TlsTarget, 'sslMinProtocolVersion' | 'sslMaxProtocolVersion'> {
  const read = (keyword: ConnectionKeyword, whenAbsent: string) => {
    const given = (settings.get(keyword)?.value ?? whenAbsent).toLowerCase();
    const version = protocolVersions.find((one) => one.toLowerCase() === given);
    if (version !== undefined || given === '') return version;
    throw settingError(settings, keyword, `must be one of ${protocolVersions.join(', ')}`);
  };
  const oldest = read('ssl_min_protocol_version', 'TLSv1.2');
  const newest = read('ssl_max_protocol_version', '');
  if (oldest !== undefined && newest !== undefined && oldest > newest) {
    throw settingError(
      settings,
      'ssl_max_protocol_version',
      'is older than ssl_min_protocol_version (TLSv1.2 unless set)',
    );
  }
  return {
    ...(oldest !== undefined && { sslMinProtocolVersion: oldest }),
    ...(newest !== undefined && { sslMaxProtocolVersion: newest }),
  };
}

/** Where the file is there, `require` means what verify-ca means: so libpq keeps old configurations safe. */
async function findAuthority(
  settings: ConnectionSettings,
  environment: LibpqEnvironment,
  sslmode: SslMode,
  trustsSystem: boolean,
): Promise<Pick<TlsTarget, 'sslmode' | 'sslrootcert' | 'sslcrl' | 'warnings'>> {
  const crl = await findFile(settings, environment, 'sslcrl', 'root.crl');
  const root = trustsSystem ? undefined : await findFile(settings, environment, 'sslrootcert', 'root.crt');
  if (!trustsSystem && root?.status === undefined) {
    if (sslmode === 'verify-ca' || sslmode === 'verify-full') {
      const remedy = 'give the file, or sslrootcert=system for the authorities that this machine trusts';
      throw settingError(
        settings,
        'sslrootcert',
        root === undefined
          ? `is not set; ${sslmode} needs it`
          : say`names ${{ path: root.path }}, which is not there; ${sslmode} needs it`,
        remedy,
      );
    }
    return {
      sslmode,
      warnings:
        root?.isNamed === true
          ? [{ text: say`sslrootcert ${{ path: root.path }} is not there: the server's certificate is not checked` }]
          : [],
    };
  }
  return {
    sslmode: sslmode === 'require' ? 'verify-ca' : sslmode,
    sslrootcert: root?.path ?? 'system',
    ...(crl.status !== undefined && { sslcrl: crl.path }),
    warnings:
      crl.isNamed && crl.status === undefined
        ? [{ text: say`sslcrl ${{ path: crl.path }} is not there: no revocation is checked` }]
        : [],
  };
}

async function findClientCertificate(
  settings: ConnectionSettings,
  environment: LibpqEnvironment,
): Promise<Pick<TlsTarget, 'sslcert' | 'sslkey' | 'sslpassword' | 'warnings'>> {
  const certificate = await findFile(settings, environment, 'sslcert', 'postgresql.crt');
  if (certificate.status === undefined) {
    const text = say`sslcert ${{ path: certificate.path }} is not there: no client certificate is offered`;
    return { warnings: certificate.isNamed ? [{ text }] : [] };
  }
  const key = await findFile(settings, environment, 'sslkey', 'postgresql.key');
  await refuseUnsafeKey(settings, key);
  const password = textOf(settings, 'sslpassword');
  return {
    sslcert: certificate.path,
    sslkey: key.path,
    ...(password !== undefined && { sslpassword: new Secret(password) }),
    warnings: [],
  };
}

async function refuseUnsafeKey(settings: ConnectionSettings, { path, status }: NamedFile): Promise<void> {
  if (status === undefined)
    throw settingError(settings, 'sslkey', say`is ${{ path }}, which is not there; sslcert needs it`);
  if (!status.isFile()) throw settingError(settings, 'sslkey', say`is ${{ path }}, which is not a regular file`);
  // A key that the system keeps for several of its accounts belongs to root and is shared through a group.
  const forbidden = status.uid === 0 ? constants.S_IWGRP | constants.S_IXGRP | constants.S_IRWXO : 0o077;
  if ((status.mode & forbidden) === 0) return;
  const mode = (status.mode & 0o777).toString(8).padStart(4, '0');
  const allowed = status.uid === 0 ? '0640' : '0600';
  throw settingError(
    settings,
    'sslkey',
    say`is ${{ path }} with mode ${mode}; at most ${allowed} is safe`,
    (await holdsKey(path))
      ? command('chmod', '600', { path })
      : 'this file holds no private key: name the one that does',
  );
}

async function holdsKey(path: string): Promise<boolean> {
  const { lines } = await readSettingFile(path).catch(() => ({ lines: [] }));
  return lines.some((line) => /^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(line));
}

interface NamedFile {
  readonly path: string;
  /** Whether a setting names it; otherwise it is the one in ~/.postgresql. */
  readonly isNamed: boolean;
  /** Absent when there is no such file. */
  readonly status: Stats | undefined;
}

async function findFile(
  settings: ConnectionSettings,
  { cwd, homeDirectory }: LibpqEnvironment,
  keyword: ConnectionKeyword,
  usualName: string,
): Promise<NamedFile> {
  const named = textOf(settings, keyword);
  const path = named === undefined ? join(homeDirectory, '.postgresql', usualName) : resolve(cwd, named);
  return { path, isNamed: named !== undefined, status: await stat(path).catch(() => undefined) };
}
