// The example deployment's folder: the files that an operator would write, with the modes that umask 077 gives.
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the deployment asks for. */
export const environmentFile = `BUS_DEPLOYMENT_ID=example-dev
BUS_DATABASE_PROVIDER=postgres
BUS_POSTGRES_ADMIN_DSN_FILE=./local/postgres-admin-dsn
BUS_DATABASE_NAMES=bus_auth,bus_events,bus_usage,bus_billing
BUS_DATABASE_SERVICE_ROLE=bus_service
BUS_DATABASE_DSN_OUTPUT_DIR=./local/dsn
`;

/** Makes the folder and all that is in it; a git repository where there is git. */
export function makeDeployment(folder: string, adminDsn: string, environment: NodeJS.ProcessEnv): void {
  for (const directory of ['', 'deploy', 'local']) mkdirSync(join(folder, directory), { mode: 0o700 });
  if (spawnSync('git', ['init', '--quiet'], { cwd: folder, env: environment }).status === 0) {
    mkdirSync(join(folder, '.git', 'info'), { recursive: true });
    appendFileSync(join(folder, '.git', 'info', 'exclude'), '/local/\n');
  }
  writeFileSync(join(folder, 'local', 'postgres-admin-dsn'), `${adminDsn}\n`, { mode: 0o600 });
  writeFileSync(join(folder, '.env'), environmentFile, { mode: 0o600 });
}
