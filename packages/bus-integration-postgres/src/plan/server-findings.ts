// What of the server itself stands in a plan's way, or limits what it can tell. Pure.
import { advise, type Diagnostic } from 'bus-integration-database';
import { mostIterations } from '../connection/authentication/scram.ts';
import type { Observation } from '../observe/observation.ts';
import { anyDatabase, inDatabase, runs, superuser } from '../text/psql-remedy.ts';
import { shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';

/** Foreseen here, since a verifier is hashed with as many iterations as the server asks for. */
export function iterationFindings({ server, admin }: Observation): Diagnostic[] {
  if (server.scramIterations <= mostIterations) return [];
  return [
    {
      severity: 'fail',
      code: 'scram-iterations',
      message: `the server's scram_iterations is ${server.scramIterations}; expected at most ${mostIterations}, since every login hashes as often`,
      ...advise([
        runs(superuser, anyDatabase, 'ALTER SYSTEM SET scram_iterations = 4096; SELECT pg_reload_conf();'),
        ' or, where it is set for the admin alone, ',
        runs(superuser, anyDatabase, `ALTER ROLE ${identifier(admin.name)} RESET scram_iterations;`),
      ]),
    },
  ];
}

/** Where apply's lock is taken, where that is not database postgres. */
export function lockFindings({ server, admin }: Observation): Diagnostic[] {
  if (server.entersPostgres) return [];
  return [
    {
      severity: 'info',
      code: 'lock-database',
      message: `${shown(admin.name)} can't enter database postgres, so apply's lock is taken in ${shown(server.database)}; runs whose lock is in another database see it all the same`,
    },
  ];
}

/** A cluster that can't be told from another at its address. */
export function identityFindings({ server, admin }: Observation): Diagnostic[] {
  if (server.systemIdentifier !== undefined) return [];
  return [
    {
      severity: 'info',
      code: 'system-identifier',
      message: `${shown(admin.name)} may not read the cluster's identifier, so a saved plan can't tell this cluster from another at the same address`,
      ...advise(
        runs(
          superuser,
          inDatabase(server.database),
          `GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_system() TO ${identifier(admin.name)};`,
        ),
      ),
    },
  ];
}
