// Settings that only a configured manifest sets: those that the server lets nobody but superusers set, and those that load
// or run code in sessions. What is left any role may set for itself. Needs no server.
// https://www.postgresql.org/docs/current/view-pg-settings.html

/** Context `superuser` or `superuser-backend` in some supported version. */
const superusers = new Set([
  ...[
    'allow_in_place_tablespaces',
    'allow_system_table_mods',
    'backtrace_functions',
    'commit_delay',
    'compute_query_id',
  ],
  ...['deadlock_timeout', 'debug_discard_caches', 'dynamic_library_path', 'event_triggers', 'extension_control_path'],
  ...['ignore_checksum_failure', 'jit_debugging_support', 'jit_dump_bitcode', 'jit_profiling_support', 'lc_messages'],
  ...['lo_compat_privileges', 'max_stack_depth', 'session_preload_libraries', 'session_replication_role'],
  ...['temp_file_limit', 'update_process_title', 'zero_damaged_pages'],
]);
const superusersFamilies = /^(?:log|track|wal)_/;
const everyones = new Set(['log_parameter_max_length_on_error', 'wal_sender_timeout', 'wal_skip_threshold']);

/** Of its directory any role may load. */
const loadsCode = 'local_preload_libraries';

/** Modules that read code, or what is audited, from settings of their names. */
const modules = /^(?:plperlu?|pltclu?|plpython3?u?|plv8|pgaudit|auto_explain|supautils|pgtle|set_user)\./;

/** @param name in lower case */
export function isReservedSetting(name: string): boolean {
  const isSuperusers = superusers.has(name) || (superusersFamilies.test(name) && !everyones.has(name));
  return isSuperusers || name === loadsCode || modules.test(name);
}
