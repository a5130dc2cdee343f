// What the encoding of a cluster or of a database cannot hold, told before anything is made. Pure.
import { type DesiredState, type Diagnostic, madeDatabase, type Step } from 'bus-integration-database';
import { madeWith } from '../kinds/databases/creation.ts';
import { type Resource, registeredActions } from '../kinds/index.ts';
import type { Observation } from '../observe/observation.ts';
import { someNames } from '../text/bounded.ts';
import { printable, shown } from '../text/shown.ts';

/**
 * Shared catalogs hold names in the encoding of the database that wrote them: in a cluster that isn't UTF8 a name
 * beyond ASCII would be stored as other bytes than those a client asks for later.
 * https://www.postgresql.org/docs/current/multibyte.html
 */
export function encodingFindings(
  desired: DesiredState<Resource>,
  steps: readonly Step[],
  seen: Observation,
): Diagnostic[] {
  const { databases, roles, schemas } = desired;
  const { server } = seen;
  if (server.encoding === 'UTF8') return ofDatabases(desired, seen);
  const findings: Diagnostic[] = [];
  const names = [...databases.keys(), ...roles, ...schemas];
  for (const name of names.filter(isBeyondAscii)) {
    findings.push({
      severity: 'fail',
      code: 'cluster-encoding',
      message: `the cluster's encoding is ${server.encoding}, which doesn't keep the name ${shown(name)} safely`,
      remedy: 'use ASCII names on this cluster, or initdb one with --encoding UTF8',
    });
  }
  if (
    steps.some((step) => madeDatabase(step, registeredActions) !== undefined) &&
    !['C', 'POSIX'].includes(server.characterType)
  ) {
    findings.push({
      severity: 'fail',
      code: 'cluster-encoding',
      message: `template0's locale is ${server.characterType} (${server.encoding}); a UTF8 database can't be made from it`,
      remedy: 'initdb the cluster with --encoding UTF8 and a UTF-8 locale, or with --locale C',
    });
  }
  return findings;
}

/** In a database of another encoding a name of the cluster's is other characters, or none. */
function ofDatabases({ databases, roles, resources }: DesiredState<Resource>, seen: Observation): Diagnostic[] {
  const names = [...databases.keys(), ...roles].filter(isBeyondAscii);
  if (names.length === 0) return [];
  return resources.flatMap((resource): Diagnostic[] => {
    if (resource.kind !== 'database') return [];
    const { name, creation = {} } = resource;
    const { encoding } = seen.databases.get(name) ?? madeWith(creation, seen);
    if (encoding === 'UTF8' || encoding === 'SQL_ASCII') return [];
    return [
      {
        severity: 'fail',
        code: 'database-encoding',
        message: `database ${shown(name)} has encoding ${encoding}, in which names that the cluster keeps in UTF8 can't be read: ${someNames(names)}`,
        target: printable(name),
        remedy: 'use ASCII names of roles and databases beside it, or declare the database in a deployment of its own',
      },
    ];
  });
}

function isBeyondAscii(name: string): boolean {
  return /\P{ASCII}/u.test(name);
}
