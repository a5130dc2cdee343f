// The text of a server's postgresql.conf and pg_hba.conf; it touches no file.

/** Everybody needs a password, from this host only, for replication too. */
export const defaultHba = `local all all scram-sha-256
local replication all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
`;

/** Settings of every server, which the caller's come after: nothing here survives a power cut, and nothing waits for a disk. */
export const defaultSettings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  // Kept in the data directory, shared memory goes away with it; in /dev/shm a killed server would leave it behind.
  dynamic_shared_memory_type: 'mmap',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %q%u@%d ',
};

/**
 * Renders settings as lines of postgresql.conf, a later record winning over an earlier one.
 *
 * @example
 * renderSettings({ work_mem: '4MB' }) // "work_mem = '4MB'\n"
 */
export function renderSettings(...records: readonly Readonly<Record<string, string>>[]): string {
  return Object.entries(Object.assign({}, ...records) as Record<string, string>)
    .map(([name, value]) => `${settingName(name)} = ${settingValue(name, value)}\n`)
    .join('');
}

function settingName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_$.]*$/.test(name)) return name;
  throw new Error(`${JSON.stringify(name)} is not a name of a setting`);
}

// https://www.postgresql.org/docs/current/config-setting.html#CONFIG-SETTING-CONFIGURATION-FILE
function settingValue(name: string, value: string): string {
  if (/[\0\n\r]/.test(value)) throw new Error(`the value of ${name} is more than one line`);
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
