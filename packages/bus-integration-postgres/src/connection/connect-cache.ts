// What the connections of one run need not find out twice: keys, files, and what addresses were found to take.
import type { ConnectionTarget } from '../conninfo/target.ts';
import type { ScramCache } from './authentication/scram-exchange.ts';
import type { PinnedAddress } from './network/dial.ts';
import type { Silence } from './network/silence.ts';
import type { SettingRefusals } from './session/startup-settings.ts';
import { readTlsFiles, type TlsFiles } from './tls/tls-files.ts';

export interface ConnectCache {
  readonly scramKeys: ScramCache;
  readonly tlsFiles: Map<string, Promise<TlsFiles>>;
  /** Settings that an address's server, or a pooler before it, doesn't take in the startup packet. */
  readonly settingRefusals: Map<string, SettingRefusals>;
  /** Of the server that answered last, by address. */
  readonly versions: Map<string, number>;
  /** Addresses where sessions are the server's own: no pooler stands there. */
  readonly direct: Set<string>;
  /** The address that answered last, by the hosts that were asked for: those before it may be dead, and silent for long. */
  readonly answered: Map<string, PinnedAddress>;
  /** Hosts of which no address gave an answer, by the hosts that were asked for. */
  readonly silent: Map<string, Silence>;
  /** What the server was told in plaintext: no message of its shows it again. */
  readonly sentPasswords: Set<string>;
}

/** An empty cache; it holds keys as secret as the passwords, so give it to one run alone. */
export function createConnectCache(): ConnectCache {
  return {
    scramKeys: new Map(),
    tlsFiles: new Map(),
    settingRefusals: new Map(),
    versions: new Map(),
    direct: new Set(),
    answered: new Map(),
    silent: new Map(),
    sentPasswords: new Set(),
  };
}

/** The files that a target's TLS needs, read once. */
export function cachedTlsFiles(target: ConnectionTarget, cache: ConnectCache): Promise<TlsFiles> {
  const { sslmode, sslrootcert, sslcert, sslkey, sslcrl, sslMinProtocolVersion, sslMaxProtocolVersion } = target;
  const key = JSON.stringify([
    sslmode,
    sslrootcert,
    sslcert,
    sslkey,
    sslcrl,
    sslMinProtocolVersion,
    sslMaxProtocolVersion,
  ]);
  const files = cache.tlsFiles.get(key) ?? readTlsFiles(target);
  cache.tlsFiles.set(key, files);
  return files;
}
