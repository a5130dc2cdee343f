// Which databases and roles of a server a manifest is to be about. Pure.
import { judgeName, printable } from 'bus-integration-database';
import { deploymentsIn } from '../observe/mark.ts';
import { someNames } from '../text/bounded.ts';
import { postgresNames } from '../text/names.ts';
import type { DescribedCluster } from './described.ts';
import type { DescribedDatabase } from './described-shapes.ts';
import type { Holders } from './holders.ts';
import type { Note } from './notes.ts';

export interface Selection {
  readonly deployment: string;
  /** Those that were asked for; where none was, those that are declared or marked, and else all. */
  readonly asked: readonly string[];
  readonly declared: { readonly databases: ReadonlySet<string>; readonly roles: ReadonlySet<string> };
}

export interface Selected {
  readonly databases: readonly DescribedDatabase[];
  /** Only what has to do with these databases. */
  readonly isPart: boolean;
  readonly notes: readonly Note[];
}

/** Templates and `postgres` are nobody's deployment, unless they are asked for. */
export function selectDatabases(cluster: DescribedCluster, { asked, declared, deployment }: Selection): Selected {
  const isOurs = ({ name, comment }: DescribedDatabase) =>
    declared.databases.has(name) || deploymentsIn(comment).includes(deployment);
  const candidates = cluster.databases.filter(({ name, isTemplate }) =>
    asked.length > 0 ? asked.includes(name) : !isTemplate && name !== 'postgres',
  );
  const ours = asked.length > 0 ? [] : candidates.filter(isOurs);
  const meant = ours.length > 0 ? ours : candidates;
  const out = meant.flatMap((database) => {
    const why = databaseFault(database, deployment, asked.length > 0);
    return why === undefined ? [] : [{ database, why }];
  });
  const left = new Set(out.map(({ database }) => database.name));
  const unasked = candidates.filter((one) => !meant.includes(one)).map(({ name }) => name);
  return {
    databases: meant.filter(({ name }) => !left.has(name)),
    isPart: asked.length + ours.length > 0,
    notes: [
      ...out.map(({ database, why }): Note => {
        return { path: ['databases'], text: `database ${printable(database.name)} is left out: it ${why}` };
      }),
      ...(unasked.length === 0
        ? []
        : [
            {
              path: ['databases'],
              text: `left out, since it is neither declared nor marked as this deployment's: database ${someNames(unasked)} (--database NAME takes it in)`,
            },
          ]),
    ],
  };
}

/** Why nothing can be said of a database, as the end of a sentence. */
function databaseFault(
  { name, comment, isOpen, adminMayConnect }: DescribedDatabase,
  deployment: string,
  isAsked: boolean,
): string | undefined {
  const others = deploymentsIn(comment).filter((id) => id !== deployment);
  if (!isOpen) return 'allows no connections';
  if (!adminMayConnect) return 'can not be entered by this admin';
  if (others.length > 0 && !deploymentsIn(comment).includes(deployment) && !isAsked)
    return `belongs to deployment ${others.map(printable).join(', ')}`;
  return judgeName('database', name, postgresNames);
}

/** The roles that have to do with the databases, or all: their members, and the roles that they are members of, too. */
export function selectRoles(
  { roles, edges, databases: all, admin }: DescribedCluster,
  { databases, isPart }: Selected,
  { declared, deployment }: Selection,
): ReadonlySet<string> {
  const isRole = (name: string) => !name.startsWith('pg_');
  if (!isPart) return new Set(roles.map(({ name }) => name).filter((name) => isRole(name) && name !== admin));
  const chosen = new Set(databases.map(({ name }) => name));
  const owners = all.filter(({ name }) => chosen.has(name)).map(({ owner }) => owner);
  const found = new Set(
    roles
      .filter(
        ({ name, databases: held, comment }) =>
          declared.roles.has(name) ||
          deploymentsIn(comment).includes(deployment) ||
          owners.includes(name) ||
          held.some((one) => chosen.has(one)),
      )
      .map(({ name }) => name)
      .filter((name) => isRole(name) && name !== admin),
  );
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const { group, member } of edges) {
      const [here, there] = [found.has(group), found.has(member)];
      if (here === there || [group, member].some((name) => !isRole(name) || name === admin)) continue;
      found.add(here ? member : group);
    }
  }
  return found;
}

/** Why a role can't be declared, as the end of a sentence; whatever it has in databases. */
export function roleFault(
  name: string,
  { roles, databases, admin }: DescribedCluster,
  { groups }: Holders,
  chosen: ReadonlySet<string>,
  { deployment }: Selection,
): string | undefined {
  const byName = new Map(roles.map((role) => [role.name, role]));
  const role = byName.get(name);
  if (role === undefined || name === admin) return 'is the admin role of this run';
  if (role.isSuperuser) return 'is a superuser';
  if (role.createsRoles) return 'has CREATEROLE';
  if (role.isSuperusersAlone) return 'has REPLICATION, and before PostgreSQL 16 only a superuser alters such a role';
  const marks = deploymentsIn(role.comment);
  if (marks.length > 0 && !marks.includes(deployment))
    return `belongs to deployment ${marks.map(printable).join(', ')}`;
  for (const group of groups(name)) {
    const { isSuperuser, createsRoles } = byName.get(group) ?? {};
    if (group.startsWith('pg_') && group !== 'pg_database_owner') return `is a member of ${group}`;
    if (group === admin) return `is a member of ${printable(group)}, the admin role of this run`;
    if (isSuperuser || createsRoles)
      return `is a member of ${printable(group)}, which ${isSuperuser ? 'is a superuser' : 'has CREATEROLE'}`;
  }
  const owned = databases.find((one) => one.owner === name && !chosen.has(one.name));
  if (owned !== undefined && !role.createsDatabases)
    return `owns database ${printable(owned.name)}, which is not in this file`;
  return judgeName('role', name, postgresNames);
}
