// What services dial, where it differs from the admin's address. Pure; looks no host up.
import { type Configuration, type ConfigurationKey, type SettingsReader, shownValue } from 'bus-integration-database';
import { judgeParameter } from './service-parameters.ts';
import { sslmodes } from './tls-settings.ts';

export interface ServiceAddress {
  readonly host?: string;
  readonly port?: number;
  readonly sslmode?: string;
  /** As written. */
  readonly sslrootcert?: string;
  /** Further keywords for every DSN file. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Where it comes from. */
export const serviceKeys: readonly ConfigurationKey[] = [
  {
    name: 'BUS_DATABASE_SERVICE_HOST',
    meaning: 'the host that services connect to, if it is not that of the admin DSN',
  },
  { name: 'BUS_DATABASE_SERVICE_PORT', meaning: 'its port, if it is not that of the admin DSN' },
  {
    name: 'BUS_DATABASE_SERVICE_SSLMODE',
    default: "as the admin's connection: require or disable",
    meaning: 'sslmode of the DSN files',
  },
  { name: 'BUS_DATABASE_SERVICE_SSLROOTCERT', meaning: 'file with the root certificates that services trust' },
  { name: 'BUS_DATABASE_SERVICE_PARAMETERS', meaning: 'list of keyword=value for every DSN file' },
];

/**
 * Reads them, by the keywords of connection strings; what is wrong goes to `settings`.
 *
 * @example
 * readService(createSettings({ BUS_DATABASE_SERVICE_PORT: '6432' })); // { port: '6432' }
 */
export function readServiceAddress(settings: SettingsReader): Configuration['service'] {
  const found = {
    host: readHost(settings),
    port: readPort(settings),
    sslmode: settings.choice('BUS_DATABASE_SERVICE_SSLMODE', sslmodes),
    sslrootcert: settings.path('BUS_DATABASE_SERVICE_SSLROOTCERT'),
    ...readParameters(settings),
  };
  return Object.fromEntries(
    Object.entries(found).flatMap(([keyword, value]) => (value === undefined ? [] : [[keyword, value]])),
  );
}

/** What a configuration says of it. */
export function serviceAddressOf({ service }: Pick<Configuration, 'service'>): ServiceAddress {
  const { host, port, sslmode, sslrootcert, ...parameters } = service;
  return {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port: Number(port) }),
    ...(sslmode !== undefined && { sslmode }),
    ...(sslrootcert !== undefined && { sslrootcert }),
    ...(Object.keys(parameters).length > 0 && { parameters }),
  };
}

function readHost(settings: SettingsReader): string | undefined {
  const key = 'BUS_DATABASE_SERVICE_HOST';
  const host = hostList(settings.value(key));
  const isAddress = (one: string) =>
    /^(\/[^\p{Cc}]*|[^\p{White_Space}\p{Cc}/@?#[\];]+)$/u.test(one) && !/^[^/:]+:\d+$/.test(one);
  if (host?.split(',').every(isAddress) !== false) return host;
  settings.refuse({
    key,
    code: 'invalid-value',
    message: `${key} is ${shownValue(host ?? '')}, expected a host name, an address or a socket directory, or several with commas`,
    remedy: 'write the host alone; the port goes to BUS_DATABASE_SERVICE_PORT',
  });
  return undefined;
}

/** Hosts as libpq writes several: with commas. Only a socket directory holds white space. */
function hostList(written: string | undefined): string | undefined {
  return written
    ?.split(',')
    .flatMap((part) => (part.trim().startsWith('/') ? [part.trim()] : part.trim().split(/\s+/)))
    .join(',');
}

/** `keyword=value` with commas or white space between two; a value with one of them or `;` in it stands in single quotes, as in libpq's form. */
const parameterPattern = /([^\s,='"]+)=('(?:[^'\\]|\\.)*'|[^\s,;'"]*)(?=[\s,]|$)/y;

function readParameters(settings: SettingsReader): Readonly<Record<string, string>> | undefined {
  const key = 'BUS_DATABASE_SERVICE_PARAMETERS';
  const text = settings.value(key);
  if (text === undefined) return undefined;
  const refuse = (seen: string, remedy: string) =>
    settings.refuse({ key, code: 'invalid-value', message: `${key}${seen}`, remedy });
  const found: Record<string, string> = {};
  let at = text.search(/[^\s,]|$/);
  while (at < text.length) {
    parameterPattern.lastIndex = at;
    const [all = '', keyword = '', written = ''] = parameterPattern.exec(text) ?? [];
    if (all === '') {
      refuse(
        ' is not a list of keyword=value (not shown)',
        `write it like ${key}=application_name=shop,connect_timeout=10; commas between two, not semicolons; a value with blanks, commas or semicolons goes in single quotes`,
      );
      return undefined;
    }
    const value = written.startsWith("'") ? written.slice(1, -1).replace(/\\(.)/g, '$1') : written;
    const fault = judgeParameter(keyword, value);
    if (fault !== undefined) refuse(`: ${fault.seen}`, fault.remedy);
    else if (value === '') refuse(`: ${keyword} has no value`, `give it one, or take ${keyword} out`);
    else if (Object.hasOwn(found, keyword)) refuse(`: ${keyword} is given twice`, 'drop one');
    else found[keyword] = value;
    at += all.length;
    at += text.slice(at).search(/[^\s,]|$/);
  }
  return found;
}

function readPort(settings: SettingsReader): string | undefined {
  const key = 'BUS_DATABASE_SERVICE_PORT';
  const port = settings.value(key);
  if (port === undefined) return undefined;
  if (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535) return `${Number(port)}`;
  settings.refuse({
    key,
    code: 'invalid-value',
    message: `${key} is ${shownValue(port)}, expected 1 to 65535`,
    remedy: `write it like ${key}=5432`,
  });
  return undefined;
}
