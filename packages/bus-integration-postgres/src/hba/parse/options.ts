// Which options a line of a pg_hba.conf may carry beside its method, per major version; asks no LDAP or RADIUS server.
// https://www.postgresql.org/docs/current/auth-methods.html
import type { HbaConnectionType } from '../rules/rule.ts';

interface OptionContext {
  readonly type: HbaConnectionType;
  readonly method: string;
  readonly majorVersion: number;
}

/** What is wrong with the options as the server reads them in their order, or undefined. Never names a value. */
export function optionFault(
  options: readonly (readonly [string, string])[],
  context: OptionContext,
): string | undefined {
  for (const [name, value] of options) {
    const fault = faultOf(name, value, context);
    if (fault !== undefined) return fault;
  }
  const given = new Map(options);
  switch (context.method) {
    case 'ldap':
      return ldapFault(given);
    case 'radius':
      return radiusFault(given);
    case 'oauth':
      return oauthFault(given);
  }
  return undefined;
}

const ldapOptions = [
  'ldapurl',
  'ldaptls',
  'ldapscheme',
  'ldapserver',
  'ldapport',
  'ldapbinddn',
  'ldapbindpasswd',
  'ldapsearchattribute',
  'ldapsearchfilter',
  'ldapbasedn',
  'ldapprefix',
  'ldapsuffix',
];
const mapped = ['ident', 'peer', 'gss', 'sspi', 'cert'];

/** The methods that take the option; any method for those of `hostssl` lines. */
function methodsOf(name: string, majorVersion: number): readonly string[] | undefined {
  if (ldapOptions.includes(name)) return ['ldap'];
  if (majorVersion >= 18 && ['issuer', 'scope', 'validator', 'delegate_ident_mapping'].includes(name)) return ['oauth'];
  switch (name) {
    case 'map':
      return majorVersion >= 18 ? [...mapped, 'oauth'] : mapped;
    case 'pamservice':
    case 'pam_use_hostname':
      return ['pam'];
    case 'krb_realm':
    case 'include_realm':
      return ['gss', 'sspi'];
    case 'compat_realm':
    case 'upn_username':
      return ['sspi'];
    case 'radiusservers':
    case 'radiusports':
    case 'radiussecrets':
    case 'radiusidentifiers':
      return ['radius'];
  }
  return undefined;
}

function faultOf(name: string, value: string, { type, method, majorVersion }: OptionContext): string | undefined {
  if (name === 'clientcert' || name === 'clientname') {
    if (type !== 'hostssl') return `option ${name} belongs on hostssl lines only`;
    if (name === 'clientname') return isOneOf(name, value, ['CN', 'DN']);
    if (value === 'verify-ca' && method === 'cert') return 'with method cert, clientcert can be verify-full only';
    return isOneOf(name, value, ['verify-ca', 'verify-full']);
  }
  const methods = methodsOf(name, majorVersion);
  if (methods === undefined) return 'an option has a name that the server does not know';
  if (!methods.includes(method)) return `option ${name} is for ${methods.join(', ')} only`;
  switch (name) {
    case 'ldapport':
      return isNumber(value) ? undefined : 'ldapport is not a port number';
    case 'ldapurl':
      return /^"?(<?URL:|<)?ldaps?:\/\//i.test(value) ? undefined : 'ldapurl is not an ldap:// or ldaps:// URL';
    case 'radiusports':
      return listOf(value)?.every(isNumber) ? undefined : 'radiusports is not a list of port numbers';
    case 'radiusservers':
    case 'radiussecrets':
    case 'radiusidentifiers':
      return listOf(value) === undefined ? `${name} is not a comma list` : undefined;
  }
  return undefined;
}

function isOneOf(name: string, value: string, known: readonly string[]): string | undefined {
  return known.includes(value) ? undefined : `${name} is none of ${known.join(', ')}`;
}

// C's atoi, of which the server refuses only 0.
function isNumber(text: string): boolean {
  return Number.parseInt(text, 10) % 2 ** 32 !== 0 && /^[ \t\n\v\f\r]*[+-]?\d/.test(text);
}

function ldapFault(given: ReadonlyMap<string, string>): string | undefined {
  const url = /^[^/]*\/\/[^/]*(?:\/([^?]*)(?:\?([^?]*)(?:\?([^?]*)(?:\?(.*))?)?)?)?$/s.exec(given.get('ldapurl') ?? '');
  const [, urlBase, urlAttribute, , urlFilter] = url ?? [];
  const baseDn = given.get('ldapbasedn') ?? urlBase;
  const attribute = given.get('ldapsearchattribute') ?? (urlAttribute || undefined);
  const filter = given.get('ldapsearchfilter') ?? (urlFilter || undefined);
  if (given.has('ldapprefix') || given.has('ldapsuffix')) {
    const searching = [baseDn, given.get('ldapbinddn'), given.get('ldapbindpasswd'), attribute, filter];
    if (searching.some((value) => value !== undefined)) return 'options of simple bind and of search+bind are mixed';
  } else if (baseDn === undefined) {
    return 'method ldap needs ldapbasedn, ldapprefix or ldapsuffix';
  }
  if (attribute !== undefined && filter !== undefined)
    return 'ldapsearchattribute and ldapsearchfilter exclude each other';
  return undefined;
}

function radiusFault(given: ReadonlyMap<string, string>): string | undefined {
  const count = (name: string) => listOf(given.get(name) ?? '')?.length ?? 0;
  if (count('radiusservers') === 0) return 'method radius needs radiusservers';
  if (count('radiussecrets') === 0) return 'method radius needs radiussecrets';
  const uneven = ['radiussecrets', 'radiusports', 'radiusidentifiers'].find(
    (name) => ![0, 1, count('radiusservers')].includes(count(name)),
  );
  return uneven === undefined ? undefined : `${uneven} must hold one value, or one for each of radiusservers`;
}

function oauthFault(given: ReadonlyMap<string, string>): string | undefined {
  if (!given.has('scope')) return 'method oauth needs scope';
  if (!given.has('issuer')) return 'method oauth needs issuer';
  if (given.has('map') && given.get('delegate_ident_mapping') === '1') {
    return 'map and delegate_ident_mapping exclude each other';
  }
  return undefined;
}

/** A list as settings have it, parts quoted or not; undefined where the server can't read it. */
function listOf(text: string): string[] | undefined {
  const part = /\s*(?:"((?:[^"]|"")*)"|([^",\s][^,\s]*))\s*(,|$)/y;
  const parts: string[] = [];
  if (text.trim() === '') return parts;
  for (;;) {
    const found = part.exec(text);
    if (found === null) return undefined;
    parts.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] === '') return parts;
  }
}
