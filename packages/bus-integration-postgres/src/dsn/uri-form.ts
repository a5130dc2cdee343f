// The URI form of a connection string, `postgresql://user:password@host:port/dbname?keyword=value`: text to
// keyword → value, by libpq's rules, which are not those of a WHATWG URL. No default is added and no value is judged.
import type { OperationError } from 'bus-integration-database';
import { dsnSyntaxError, storeParameter } from './parameter.ts';

const prefixes = ['postgresql://', 'postgres://'];
const remedy =
  'percent-encode what is not a letter, a digit or one of "-._~" in user, password, database and values: %2F for "/", %40 for "@", %3A for ":", %25 for "%"';

export function isDsnUri(text: string): boolean {
  return prefixes.some((prefix) => text.startsWith(prefix));
}

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS */
export function parseDsnUri(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  const authority = readCredentials(text, text.indexOf('://') + 3, found);
  let at = readHosts(text, authority, found);
  if (text[at] === '/') {
    const end = endOf(text, at + 1, '?');
    storeRaw(text, at + 1, end, 'dbname', found);
    at = end;
  }
  // With a "/" in the password, what follows it is taken for a database and parameters.
  if (text[at] === '?') readQuery(text, at + 1, found, !text.slice(authority).includes('@'));
  return found;
}

function readCredentials(text: string, start: number, found: Record<string, string>): number {
  const end = endOf(text, start, '@/');
  if (text[end] !== '@') return start;
  const userEnd = endOf(text, start, ':@');
  storeRaw(text, start, userEnd, 'user', found);
  if (userEnd < end) storeRaw(text, userEnd + 1, end, 'password', found);
  return end + 1;
}

/** Reads `host:port,host:port …`; returns where the list ends. Hosts and ports become lists of equal length. */
function readHosts(text: string, start: number, found: Record<string, string>): number {
  const hosts: string[] = [];
  const ports: string[] = [];
  let at = start;
  for (;;) {
    const host = text[at] === '[' ? readBracketed(text, at) : { start: at, end: endOf(text, at, ':/?,') };
    hosts.push(decode(text, host.start, host.end));
    at = text[host.end] === ']' ? host.end + 1 : host.end;
    const portStart = at + 1;
    if (text[at] === ':') at = endOf(text, portStart, '/?,');
    ports.push(decode(text, Math.min(portStart, at), at));
    if (text[at] !== ',') break;
    at += 1;
  }
  const host = hosts.join(',');
  const port = ports.join(',');
  if (host !== '') found.host = host;
  if (port !== '') found.port = port;
  return at;
}

function readBracketed(text: string, bracket: number): { start: number; end: number } {
  const start = bracket + 1;
  const end = endOf(text, start, ']');
  if (end === text.length) throw syntaxError(text, bracket, '"[" without "]"');
  if (end === start) throw syntaxError(text, bracket, 'an empty IPv6 address');
  if (end + 1 < text.length && !':/?,'.includes(text.charAt(end + 1))) {
    throw syntaxError(text, end + 1, 'something other than ":", "/", "?" or "," after an IPv6 address,');
  }
  return { start, end };
}

function readQuery(text: string, start: number, found: Record<string, string>, mayName: boolean): void {
  let at = start;
  while (at < text.length) {
    const begin = at;
    const end = endOf(text, begin, '&');
    const equals = endOf(text, begin, '=&');
    if (text[equals] !== '=') throw syntaxError(text, begin, 'a query parameter without "="');
    const second = endOf(text, equals + 1, '=&');
    if (text[second] === '=') throw syntaxError(text, second, 'a second "=" in one query parameter');
    const keyword = decode(text, begin, equals);
    const value = decode(text, equals + 1, end);
    // What a JDBC driver writes for TLS.
    if (keyword === 'ssl' && value === 'true') found.sslmode = 'require';
    else storeParameter(found, keyword, value, (what) => syntaxError(text, begin, what), mayName);
    at = end + 1;
  }
}

// An empty part counts as not given, so that the environment can still say it.
function storeRaw(text: string, start: number, end: number, keyword: string, found: Record<string, string>): void {
  if (end > start) found[keyword] = decode(text, start, end);
}

// libpq before 18 keeps blanks as they stand, 18 drops them at a part's edges and refuses them inside. Keeping loses
// nothing, and is what psql of every other supported release does.
function decode(text: string, start: number, end: number): string {
  const part = text.slice(start, end);
  const bad = part.search(/%(?![0-9a-f]{2})/i);
  if (bad >= 0) throw syntaxError(text, start + bad, '"%" without two hexadecimal digits after it');
  const zero = part.indexOf('%00');
  if (zero >= 0) throw syntaxError(text, start + zero, '%00, which no value can hold,');
  return part.replace(/(?:%[0-9a-f]{2})+/gi, (bytes, offset: number) => {
    try {
      return decodeURIComponent(bytes);
    } catch {
      throw syntaxError(text, start + offset, 'percent-encoded bytes that are not UTF-8');
    }
  });
}

function endOf(text: string, start: number, terminators: string): number {
  let at = start;
  while (at < text.length && !terminators.includes(text.charAt(at))) at += 1;
  return at;
}

function syntaxError(text: string, index: number, what: string): OperationError {
  return dsnSyntaxError(text, index, what, remedy);
}
