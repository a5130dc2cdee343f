// What a connection string doesn't say and libpq takes from around it: handed in, so that only a binary's main asks
// the process.

import type { Environment } from 'bus-integration-database';
export interface LibpqEnvironment {
  readonly env: Environment;
  /** Absolute path; holds .pgpass, .pg_service.conf and .postgresql. */
  readonly homeDirectory: string;
  /** The operating system's name of who runs this: the default role. */
  readonly osUser: string;
  /** Absolute path; relative paths in settings start here. */
  readonly cwd: string;
  /** Where servers put their sockets, likeliest first. Default: `/var/run/postgresql`, `/tmp`. */
  readonly socketDirectories?: readonly string[];
}
