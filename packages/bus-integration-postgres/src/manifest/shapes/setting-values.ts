// Which values some settings take: those that are in use everywhere, so that a slip is told before a server is asked. What
// is not listed is left to the server. https://www.postgresql.org/docs/current/config-setting.html
import { nulFault } from 'bus-integration-database/manifest';
import { nearest } from 'bus-integration-database/suggest';

const times = [
  ...['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout'],
  ...[
    'transaction_timeout',
    'deadlock_timeout',
    'log_min_duration_statement',
    'tcp_keepalives_idle',
    'tcp_user_timeout',
  ],
  'client_connection_check_interval',
];
const sizes = [
  ...['work_mem', 'maintenance_work_mem', 'logical_decoding_work_mem', 'temp_buffers', 'temp_file_limit'],
  ...['effective_cache_size', 'autovacuum_work_mem', 'min_parallel_table_scan_size', 'gin_pending_list_limit'],
];
const booleans = [
  ...[
    'default_transaction_read_only',
    'default_transaction_deferrable',
    'row_security',
    'jit',
    'check_function_bodies',
  ],
  ...['standard_conforming_strings', 'escape_string_warning', 'array_nulls', 'log_duration', 'geqo', 'enable_seqscan'],
  ...['enable_hashjoin', 'enable_mergejoin', 'enable_nestloop', 'enable_partitionwise_join', 'quote_all_identifiers'],
];
const isolation = ['serializable', 'repeatable read', 'read committed', 'read uncommitted'];
const choices: Readonly<Record<string, readonly string[]>> = {
  default_transaction_isolation: isolation,
  client_min_messages: [
    'debug5',
    'debug4',
    'debug3',
    'debug2',
    'debug1',
    'debug',
    'log',
    'notice',
    'info',
    'warning',
    'error',
  ],
  synchronous_commit: ['local', 'remote_write', 'remote_apply', 'on', 'off', 'true', 'false', 'yes', 'no', '1', '0'],
  bytea_output: ['hex', 'escape'],
  intervalstyle: ['postgres', 'postgres_verbose', 'sql_standard', 'iso_8601'],
  plan_cache_mode: ['auto', 'force_generic_plan', 'force_custom_plan'],
  constraint_exclusion: ['partition', 'on', 'off', 'true', 'false', 'yes', 'no', '1', '0'],
  log_statement: ['none', 'ddl', 'mod', 'all'],
};
/** Of these each element is quoted on its own. */
const lists = ['search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries'];

const timeUnits = ['us', 'ms', 's', 'min', 'h', 'd'];
const sizeUnits = ['B', 'kB', 'MB', 'GB', 'TB'];
/** What people write for them. */
const meantUnits: Readonly<Record<string, string>> = {
  ...{ m: 'min', mins: 'min', minute: 'min', minutes: 'min', sec: 's', secs: 's', second: 's', seconds: 's' },
  ...{ hr: 'h', hour: 'h', hours: 'h', day: 'd', days: 'd', msec: 'ms', usec: 'us', k: 'kB', g: 'GB', t: 'TB' },
};

export interface ValueFault {
  readonly why: string;
  readonly instead?: string;
}

/**
 * Why a setting can't have a value, as the end of a sentence that begins with the value; undefined when it may.
 *
 * @param name in lower case
 * @example
 * valueFault('statement_timeout', '5m'); // { why: "…; did you mean 5min?", instead: '5min' }
 */
export function valueFault(name: string, value: string | readonly string[]): ValueFault | undefined {
  const nul = [value]
    .flat()
    .map(nulFault)
    .find((fault) => fault !== undefined);
  if (nul !== undefined) return { why: nul };
  const isList = lists.includes(name);
  if (typeof value !== 'string') return isList || !isKnown(name) ? undefined : { why: `and it takes no list` };
  if (isList && value.includes(',')) {
    const items = value.split(',').map((item) => item.trim());
    return {
      why: `would be one name with a comma in it; write a list`,
      instead: `[${items.join(', ')}]`,
    };
  }
  if (times.includes(name)) return unitFault(value, timeUnits, 'a time like 30s, 5min or 0');
  if (sizes.includes(name)) return unitFault(value, sizeUnits, 'a size like 64MB');
  if (booleans.includes(name))
    return wordFault(value, ['on', 'off', 'true', 'false', 'yes', 'no', '1', '0'], 'on or off');
  const known = Object.hasOwn(choices, name) ? choices[name] : undefined;
  return known === undefined ? undefined : wordFault(value, known, known.slice(0, 6).join(', '));
}

function isKnown(name: string): boolean {
  return times.includes(name) || sizes.includes(name) || booleans.includes(name) || Object.hasOwn(choices, name);
}

function unitFault(value: string, units: readonly string[], expected: string): ValueFault | undefined {
  const [, number, unit = ''] =
    /^\s*([+-]?(?:\d+\.?\d*|\.\d+|0x[0-9a-f]+)(?:e[+-]?\d+)?)\s*([a-z]*)\s*$/i.exec(value) ?? [];
  if (number === undefined) return { why: `is no ${expected.replace(/^an? /, '')}` };
  if (unit === '' || units.includes(unit)) return undefined;
  const meant = units.find((one) => one.toLowerCase() === unit.toLowerCase()) ?? meantUnits[unit.toLowerCase()];
  if (meant === undefined || !units.includes(meant))
    return { why: `has a unit that the server does not know, expected ${expected}` };
  const instead = `${number}${meant}`;
  return { why: `has a unit that the server does not know; did you mean ${instead}?`, instead };
}

function wordFault(value: string, known: readonly string[], expected: string): ValueFault | undefined {
  const lower = value.toLowerCase();
  if (known.includes(lower)) return undefined;
  const close = nearest(lower, known);
  return close === undefined
    ? { why: `is not among its values, expected ${expected}` }
    : { why: `is not among its values; did you mean ${close}?`, instead: close };
}
