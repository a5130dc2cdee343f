// One line of a pg_hba.conf from its fields to a rule, or to the reason for which the server refuses it; opens no file.
// https://www.postgresql.org/docs/current/auth-pg-hba-conf.html

import type { HbaRegex } from '../regex/regex.ts';
import { numericAddress, prefixMask } from '../rules/address.ts';
import type { HbaAddress, HbaConnectionType, HbaRule, HbaToken } from '../rules/rule.ts';
import type { HbaBrokenLine } from '../rules/rule-list.ts';
import { shownHbaValue, withoutSecrets } from './line-secret.ts';
import { optionFault } from './options.ts';

/** A line that says something, its lists and included values put in place. */
export interface HbaFields {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly fields: readonly (readonly HbaToken[])[];
}

export interface LineOptions {
  readonly majorVersion: number;
  /** Methods that the server was built without. */
  readonly unsupportedMethods: readonly string[];
  /** Reads a pattern without its slash. */
  readonly regexOf: (pattern: string) => HbaRegex;
}

export type ParsedLine = { readonly rule: HbaRule; readonly doubt?: string } | { readonly broken: HbaBrokenLine };

/** Reads one line's fields as the server does, first fault first. */
export function hbaLine(source: HbaFields, options: LineOptions): ParsedLine {
  const { file, line, fields } = source;
  const text = withoutSecrets(source.text);
  const doubts: string[] = [];
  try {
    const rule = { file, line, ...ruleOf(fields, options, doubts), text };
    return { rule, ...(doubts[0] !== undefined && { doubt: doubts[0] }) };
  } catch (error) {
    if (error instanceof LineFault) return { broken: { file, line, reason: error.message, text } };
    throw error;
  }
}

class LineFault extends Error {}

function refuseLine(reason: string): never {
  throw new LineFault(reason);
}

const types: readonly string[] = [
  'local',
  'host',
  'hostssl',
  'hostnossl',
  'hostgssenc',
  'hostnogssenc',
] satisfies HbaConnectionType[];

function ruleOf(fields: HbaFields['fields'], options: LineOptions, doubts: string[]) {
  let next = 0;
  const list = (what: string) => fields[next++] ?? refuseLine(`the line ends before the ${what}`);
  const one = (what: string): HbaToken => {
    const [first, ...others] = list(what);
    if (first === undefined || others.length > 0) return refuseLine(`more than one ${what} is given`);
    return first;
  };
  const type = one('connection type').text;
  if (!isConnectionType(type)) return refuseLine(`${quoted(type)} is not a connection type`);
  const names = (what: string) => list(what).map((token) => withRegex(token, options, doubts));
  const databases = names('database');
  const users = names('user');
  const address = type === 'local' ? undefined : addressOf(one);
  const method = methodOf(one('authentication method').text, type, options);
  const pairs = fields.slice(next).flatMap((tokens) => tokens.map(({ text }) => pairOf(text)));
  const fault = optionFault(pairs, { type, method, majorVersion: options.majorVersion });
  if (fault !== undefined) return refuseLine(fault);
  return {
    type,
    databases,
    users,
    ...(address !== undefined && { address }),
    method,
    options: Object.fromEntries(pairs.map(([name, value]) => [name, shownHbaValue(name, value)])),
  };
}

function isConnectionType(text: string): text is HbaConnectionType {
  return types.includes(text);
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/** From 16 on what begins with a slash is a regular expression, quoted or not; before, a name like any other. */
function withRegex(token: HbaToken, { majorVersion, regexOf }: LineOptions, doubts: string[]): HbaToken {
  if (majorVersion < 16 || !token.text.startsWith('/')) return token;
  const regex = regexOf(token.text.slice(1));
  if (regex.kind === 'invalid') return refuseLine(`${quoted(token.text)} is not a regular expression: ${regex.reason}`);
  if (regex.kind === 'doubtful')
    doubts.push(`whether ${quoted(token.text)} is a regular expression is not known: ${regex.reason}`);
  return { ...token, regex };
}

function addressOf(one: (what: string) => HbaToken): HbaAddress {
  const { text, isQuoted } = one('address');
  if (!isQuoted && (text === 'all' || text === 'samehost' || text === 'samenet')) return { kind: text, text };
  const slash = text.indexOf('/');
  const address = numericAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) {
    return slash < 0 ? { kind: 'hostname', text } : refuseLine(`${quoted(text)} is a host name with a prefix length`);
  }
  if (slash >= 0) {
    const mask = prefixMask(text.slice(slash + 1), address.width);
    if (mask === undefined) return refuseLine(`${quoted(text)} has no usable prefix length`);
    return { kind: 'network', text, network: { address, mask } };
  }
  const maskText = one('netmask').text;
  const mask = numericAddress(maskText);
  if (mask === undefined) return refuseLine(`${quoted(maskText)} is not a netmask`);
  if (mask.width !== address.width) return refuseLine('address and netmask are of different families');
  return { kind: 'network', text: `${text} ${maskText}`, network: { address, mask: mask.value } };
}

const methods = [
  ...['trust', 'ident', 'peer', 'password', 'gss', 'sspi', 'reject', 'md5', 'scram-sha-256', 'pam', 'bsd', 'ldap'],
  ...['cert', 'radius'],
];

function methodOf(text: string, type: HbaConnectionType, { majorVersion, unsupportedMethods }: LineOptions): string {
  if (!methods.includes(text) && !(text === 'oauth' && majorVersion >= 18)) {
    return refuseLine(`${quoted(text)} is not an authentication method`);
  }
  if (unsupportedMethods.includes(text)) return refuseLine(`the server was built without method ${text}`);
  if (type === 'local' && text === 'ident') return 'peer';
  if (type === 'local' && text === 'gss') return refuseLine('method gss is not for local connections');
  if (type !== 'local' && text === 'peer') return refuseLine('method peer is for local connections only');
  if (type !== 'hostssl' && text === 'cert') return refuseLine('method cert is for hostssl lines only');
  return text;
}

// What stands there instead may be the second half of a password with a blank in it: it is not repeated.
function pairOf(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? refuseLine('an option is not of the form name=value') : [text.slice(0, at), text.slice(at + 1)];
}
