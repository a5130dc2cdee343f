// What is not in a report: what could not be read, and what there is too much of. Pure.
import type { ReportUnseen } from 'bus-integration-database';
import type { ListenerSight } from '../verify/listener/listener.ts';
import type { SeenCluster, SeenInsideAccess } from './read.ts';

interface Sight {
  readonly insides: ReadonlyMap<string, SeenInsideAccess>;
  readonly listener?: ListenerSight;
}

/** What could not be read. */
export function unreadOf(cluster: SeenCluster, { insides, listener }: Sight, admin: string): ReportUnseen[] {
  const closed = cluster.databases.filter(({ name, isDeclared }) => isDeclared && !insides.has(name));
  return [
    ...closed.map(({ name }) => ({
      what: `rights inside database ${name}`,
      why: `${admin} did not look into it: it is not this deployment's, or lets nobody else in`,
    })),
    ...(listener?.reading.source === 'unknown'
      ? [
          {
            what: 'who can come from where',
            why: listener.reading.reason,
            remedy: `a superuser runs: ${listener.reading.remedy};`,
          },
        ]
      : []),
    ...(listener !== undefined && listener.reading.source !== 'unknown' && listener.reading.rules.broken.length > 0
      ? [{ what: 'who can come from where', why: 'the file of the rules has lines that the server does not load' }]
      : []),
  ];
}

/** What is left out because there is too much of it: how many of how many. */
export function leftOut(
  cluster: SeenCluster,
  insides: ReadonlyMap<string, SeenInsideAccess>,
  entrances: { readonly shown: number; readonly all: number },
): ReportUnseen[] {
  const told = (shown: number, all: number, what: string): ReportUnseen[] =>
    shown >= all ? [] : [{ what: `${all - shown} of ${all} ${what}`, why: `a report holds ${shown} of them at most` }];
  return [
    ...told(cluster.roles.length, cluster.roleCount, 'roles'),
    ...told(cluster.memberships.length, cluster.membershipCount, 'memberships'),
    ...told(entrances.shown, entrances.all, 'ways to the server'),
    ...[...insides].flatMap(([database, { schemas, schemaCount, objects, objectCount }]) => [
      ...told(schemas.length, schemaCount, `schemas in database ${database}`),
      ...told(objects.length, objectCount, `groups of objects in database ${database}`),
    ]),
  ];
}
