// Which services pg_hba would let in over the socket without asking for their password: foreseen from its rules, before
// any of them tries. Reads only, and only where services are to dial a socket.
import { connectionsOf } from 'bus-integration-database';
import type { Session } from '../connection/connect.ts';
import { endpointOf, isSocket } from '../conninfo/dsn-endpoint.ts';
import { matchHba } from '../hba/match.ts';
import { readHba } from '../hba/reading.ts';
import type { ClusterObservation } from '../observe/catalog.ts';
import type { Observation, SocketLogin } from '../observe/observation.ts';
import type { Intent } from '../plan/intent.ts';

/** Undefined where services dial no socket, or there is nothing to tell. */
export async function readSocketLogins(
  session: Session,
  { service, desired }: Intent,
  { reached, roles }: ClusterObservation,
): Promise<Observation['socketLogins']> {
  if (service.service.host !== undefined || !isSocket(endpointOf(service, reached))) return undefined;
  const reading = await readHba(session);
  if (reading.source === 'unknown') return session.authentication.method === 'none' ? 'unknown' : undefined;
  const { rules } = reading;
  return connectionsOf(desired.outputs).flatMap(({ role, database }): SocketLogin[] => {
    const memberOf = roles.get(role)?.memberOf ?? [];
    const answer = matchHba(rules, {
      user: role,
      database,
      transport: 'unix',
      tls: false,
      replication: 'none',
      memberOf,
    });
    if (answer.result === 'undecided') return [];
    if (answer.result === 'no-match') return [{ role, database }];
    const { method, file, line } = answer;
    return passwordless.includes(method) ? [{ role, database, method, where: `${file}:${line}` }] : [];
  });
}

/** `trust` lets services in; the others heed something else than the role's password. */
const passwordless = ['peer', 'ident', 'reject', 'cert', 'gss', 'sspi'];
