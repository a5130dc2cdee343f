// pg_hba rules from rows of pg_hba_file_rules, where quoting is lost: what can be read in two ways is marked as such.
// https://www.postgresql.org/docs/current/view-pg-hba-file-rules.html
import { integer, list, nullable, oneOf, record, text } from '../../connection/session/shape.ts';
import { hbaRegex } from '../regex/regex.ts';
import { numericAddress } from '../rules/address.ts';
import type { HbaAddress, HbaConnectionType, HbaRule, HbaToken } from '../rules/rule.ts';
import { type HbaBrokenLine, type HbaRules, hbaRules } from '../rules/rule-list.ts';
import { shownHbaValue } from './line-secret.ts';

/** One row, with names that stay: `auth_method` is `method`, `user_name` is `users`. */
export interface HbaFileRow {
  readonly file: string;
  readonly line: number;
  readonly type: HbaConnectionType | null;
  readonly databases: readonly string[] | null;
  readonly users: readonly string[] | null;
  readonly address: string | null;
  readonly netmask: string | null;
  readonly method: string | null;
  readonly options: readonly string[] | null;
  readonly error: string | null;
}

export const hbaFileRowShape = record<HbaFileRow>({
  file: text,
  line: integer,
  type: nullable(oneOf('local', 'host', 'hostssl', 'hostnossl', 'hostgssenc', 'hostnogssenc')),
  databases: nullable(list(text)),
  users: nullable(list(text)),
  address: nullable(text),
  netmask: nullable(text),
  method: nullable(text),
  options: nullable(list(text)),
  error: nullable(text),
});

/**
 * Builds rules from the rows of pg_hba_file_rules, in the server's order. A row without a type is a line that the server refuses.
 *
 * https://www.postgresql.org/docs/current/view-pg-hba-file-rules.html
 *
 * @example
 * hbaFromRows(rows, { majorVersion: 16 }).rules.length
 */
export function hbaFromRows(
  rows: readonly HbaFileRow[],
  { majorVersion }: { readonly majorVersion: number },
): HbaRules {
  const rules: HbaRule[] = [];
  const broken: HbaBrokenLine[] = [];
  for (const row of rows) {
    const { file, line, type, method } = row;
    if (type === null || method === null) {
      broken.push({ file, line, reason: row.error === null ? 'the server refuses it' : reasonOf(row.error), text: '' });
      continue;
    }
    const regexes = majorVersion >= 16;
    const databases = (row.databases ?? []).map((text) => tokenOf(text, isDatabaseWord(text), regexes));
    const users = (row.users ?? []).map((text) => tokenOf(text, text === 'all' || text.startsWith('+'), regexes));
    const address = addressOf(row);
    const options = Object.fromEntries((row.options ?? []).map(pairOf));
    const rule = {
      file,
      line,
      type,
      databases,
      users,
      ...(address !== undefined && { address }),
      method,
      options,
    };
    rules.push({ ...rule, text: textOf(rule) });
  }
  if (rules.length === 0 && broken.length === 0) {
    broken.push({ file: 'pg_hba_file_rules', line: 0, reason: 'no rule is in it', text: '' });
  }
  return hbaRules({ majorVersion, rules, broken, missing: [] });
}

// The server's own words may repeat a part of the line, a bind password's second half too.
function reasonOf(error: string): string {
  return error.startsWith('authentication option not in name=value format')
    ? 'an option is not of the form name=value'
    : error;
}

function isDatabaseWord(text: string): boolean {
  return ['all', 'sameuser', 'samerole', 'samegroup', 'replication'].includes(text);
}

function tokenOf(text: string, isAmbiguous: boolean, mayBeRegex: boolean): HbaToken {
  const isRegex = mayBeRegex && text.startsWith('/');
  return {
    text,
    isQuoted: false,
    ...(isAmbiguous && { isAmbiguous }),
    ...(isRegex && { regex: hbaRegex(text.slice(1)) }),
  };
}

function addressOf({ address, netmask }: HbaFileRow): HbaAddress | undefined {
  if (address === null) return undefined;
  const [numeric, mask] = [numericAddress(address), netmask === null ? undefined : numericAddress(netmask)];
  if (numeric !== undefined && mask !== undefined) {
    return { kind: 'network', text: `${address} ${netmask}`, network: { address: numeric, mask: mask.value } };
  }
  // A host that is really named so, in quotation marks, is not worth a doubt at every other file's rule.
  if (address === 'all' || address === 'samehost' || address === 'samenet') return { kind: address, text: address };
  return { kind: 'hostname', text: address };
}

function pairOf(option: string): [string, string] {
  const at = option.indexOf('=');
  const name = at < 0 ? option : option.slice(0, at);
  return [name, shownHbaValue(name, at < 0 ? '' : option.slice(at + 1))];
}

function textOf({ type, databases, users, address, method, options }: Omit<HbaRule, 'text'>): string {
  const list = (tokens: readonly HbaToken[]) => tokens.map(({ text }) => text).join(',');
  const pairs = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  return [type, list(databases), list(users), ...(address ? [address.text] : []), method, ...pairs].join(' ');
}
