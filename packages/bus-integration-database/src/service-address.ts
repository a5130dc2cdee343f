// What services dial, where it differs from the admin's address. Pure; looks no host up.
import { type Settings, shownValue } from './settings.ts';

export interface ServiceAddress {
  readonly host?: string;
  readonly port?: number;
  readonly sslmode?: string;
  /** As written. */
  readonly sslrootcert?: string;
}

/**
 * Reads `BUS_DATABASE_SERVICE_HOST`, `_PORT`, `_SSLMODE` and `_SSLROOTCERT`; what is wrong goes to `settings`. Any sslmode
 * is taken while the provider's aren't known.
 *
 * @example
 * readServiceAddress(createSettings({ BUS_DATABASE_SERVICE_PORT: '6432' }), ['require']); // { port: 6432 }
 */
export function readServiceAddress(settings: Settings, sslmodes: readonly string[] | undefined): ServiceAddress {
  const host = readHost(settings);
  const port = readPort(settings);
  const sslmode = settings.choice('BUS_DATABASE_SERVICE_SSLMODE', sslmodes);
  const sslrootcert = settings.path('BUS_DATABASE_SERVICE_SSLROOTCERT');
  return {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(sslmode !== undefined && { sslmode }),
    ...(sslrootcert !== undefined && { sslrootcert }),
  };
}

function readHost(settings: Settings): string | undefined {
  const key = 'BUS_DATABASE_SERVICE_HOST';
  const host = settings.value(key);
  const isAddress = host === undefined || /^(\/[^\p{Cc}]*|[^\p{White_Space}\p{Cc}/@,?#[\]]+)$/u.test(host);
  if (isAddress && !/^[^/:]+:\d+$/.test(host ?? '')) return host;
  settings.refuse({
    key,
    code: 'invalid-value',
    message: `${key} is ${shownValue(host ?? '')}, expected one host name, address or socket directory`,
    remedy: 'write the host alone; the port goes to BUS_DATABASE_SERVICE_PORT',
  });
  return undefined;
}

function readPort(settings: Settings): number | undefined {
  const key = 'BUS_DATABASE_SERVICE_PORT';
  const port = settings.value(key);
  if (port === undefined) return undefined;
  if (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535) return Number(port);
  settings.refuse({
    key,
    code: 'invalid-value',
    message: `${key} is ${shownValue(port)}, expected 1 to 65535`,
    remedy: `write it like ${key}=5432`,
  });
  return undefined;
}
