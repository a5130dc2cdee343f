// What a cluster's encoding cannot hold, told before anything is made. Pure.
import { type DesiredNames, type Diagnostic, madeDatabase, type Step } from 'bus-integration-database';
import { registeredActions } from '../kinds/index.ts';
import type { Observation } from '../observe/observation.ts';
import { shown } from '../text/shown.ts';

/**
 * Shared catalogs hold names in the encoding of the database that wrote them: in a cluster that isn't UTF8 a name
 * beyond ASCII would be stored as other bytes than those a client asks for later.
 * https://www.postgresql.org/docs/current/multibyte.html
 */
export function encodingFindings(
  { databases, roles, schemas }: DesiredNames,
  steps: readonly Step[],
  { server }: Observation,
): Diagnostic[] {
  if (server.encoding === 'UTF8') return [];
  const findings: Diagnostic[] = [];
  const names = [...databases.keys(), ...roles, ...schemas];
  for (const name of names.filter((name) => /\P{ASCII}/u.test(name))) {
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
