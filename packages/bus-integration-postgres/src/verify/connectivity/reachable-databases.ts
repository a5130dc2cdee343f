// Which databases a service's role may enter beside its own, or act as the owner of: judged from what it saw itself. Pure.
import { advise, type Check, type DesiredNames, printable } from 'bus-integration-database';
import { ownership } from '../../observe/mark.ts';
import type { ReachableDatabase } from '../../sql/verify/verify-query.ts';
import { boundedChecks } from '../../text/bounded.ts';
import { anyDatabase, ownerOrSuperuser, runs, superuser } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import type { EnteredDatabase } from './dangerous-grants.ts';
import { leave } from './objects/leave.ts';

export interface RoleDatabases {
  /** Those that the role is declared for. */
  readonly own: ReadonlySet<string>;
  /** All of the deployment's, others' among them, whether or not they are asked about. */
  readonly declared: Pick<DesiredNames['databases'], 'has'>;
  /** What it saw in those of its own that it entered. */
  readonly places: readonly EnteredDatabase[];
  readonly admin: string;
}

/** What is a fault, and names of those that a grant to the role itself lets it enter. */
export function judgeReachable(
  role: string,
  { own, declared, admin }: Pick<RoleDatabases, 'own' | 'declared' | 'admin'>,
  deploymentId: string,
  reachable: readonly ReachableDatabase[],
): { readonly forbidden: Check[]; readonly others: string[] } {
  const base = { id: 'foreign-database', kind: 'connectivity', target: printable(role), result: 'fail' } as const;
  const others: string[] = [];
  const forbidden = reachable.flatMap((database): Check[] => {
    const { name, isByPublic, isOwn, connects, comment } = database;
    if (own.has(name)) return [];
    const acting = byOthers(role, database);
    const whose = ownership(comment, deploymentId);
    if (connects && (whose === 'foreign' || (whose === 'ours' && declared.has(name)))) {
      const from = `FROM PUBLIC, ${identifier(role)};`;
      const revoke = runs(ownerOrSuperuser, anyDatabase, `REVOKE CONNECT ON DATABASE ${identifier(name)} ${from}`);
      const which = whose === 'ours' ? 'is for other roles of this deployment' : 'belongs to another deployment';
      const seen = `${shown(role)} can connect to ${shown(name)}, which ${which}`;
      return [{ ...base, seen, ...advise(revoke) }, ...acting];
    }
    if (isOwn) return [{ ...base, ...owning(role, name, admin) }];
    // What PUBLIC may enter is the listener policy's to tell; a leftover of this deployment's is no other service's.
    if (acting.length === 0 && connects && !isByPublic) others.push(name);
    return acting;
  });
  return { forbidden: boundedChecks(forbidden, `databases that ${shown(role)} can connect to`), others };
}

function owning(role: string, database: string, admin: string): Pick<Check, 'seen' | 'remedy' | 'advice'> {
  return {
    seen: `${shown(role)} owns database ${shown(database)}, which is not declared for it: it can let any role connect`,
    ...advise(runs(superuser, anyDatabase, `ALTER DATABASE ${identifier(database)} OWNER TO ${identifier(admin)};`)),
  };
}

/** What it has as a member of a role that nobody declared it a member of. */
function byOthers(role: string, { name, isByPublic, ways }: ReachableDatabase): Check[] {
  return ways.flatMap((way): Check[] => {
    if (!way.owns && isByPublic) return [];
    const what = way.owns
      ? `which owns database ${shown(name)}: it can let any role connect, and reads what is there`
      : `by which it may connect to ${shown(name)}`;
    const sql = way.memberships.map(({ group, member, grantor }) => leave({ group, holder: member, grantor }));
    return [
      {
        ...{ id: 'foreign-database', kind: 'connectivity', target: printable(role), result: 'fail' },
        seen: `${shown(role)} may act as ${shown(way.name)}, ${what}; nobody declared it a member`,
        ...advise(runs(superuser, anyDatabase, sql.join(' '))),
      },
    ];
  });
}
