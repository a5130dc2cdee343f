// Who a service is and what it may, as its own session says: read, and what follows from the schemas that it sees.

import type { Session } from '../../connection/session/session.ts';
import { list, readRow, readRowAfter, record } from '../../connection/session/shape.ts';
import { markOf } from '../../observe/mark.ts';
import type { MarkedSchema } from '../../sql/leftovers-query.ts';
import { type DangerousGrant, ownGrantsQuery } from '../../sql/verify/grants-query.ts';
import type { ReachedSchema } from '../../sql/verify/reached-schemas-query.ts';
import { type FactsRow, factsQuery, type SessionAtLogin, standingQuery } from '../../sql/verify/verify-query.ts';
import type { LoginTrial } from './login-trial.ts';
import { factsShape, grantShape, standingShape } from './objects/service-shapes.ts';

export interface ServiceFacts extends Omit<FactsRow, 'schemas' | 'mayHaveGrants'> {
  /** Declared ones that are missing, or that it may not both use and create in. */
  readonly closedSchemas: readonly string[];
  /** Others in which it may create. What belongs to it, or to a role that it inherits from, is no other's. */
  readonly otherSchemas: readonly { readonly name: string; readonly isByPublic: boolean }[];
  /** False where only the admin or pg_database_owner owns declared schemas, and none but declared roles create there. */
  readonly mayHaveStrangers: boolean;
  /** Those in which everybody may create, for the listener policy. */
  readonly writableSchemas: readonly { readonly name: string; readonly owner: string }[];
  /** Those that carry the deployment's mark. */
  readonly markedSchemas: readonly MarkedSchema[];
  /** What it may in this database that is a superuser's at first. */
  readonly grants: readonly DangerousGrant[];
}

type Asked = Pick<LoginTrial, 'schemas' | 'declaredSchemas' | 'adminRole' | 'roles'>;

/** Those that are looked into: of a manifest's login not only where it makes things. */
export function schemasOf({ schemas, declaredSchemas, login }: LoginTrial): readonly string[] {
  return login === undefined ? schemas : [...declaredSchemas];
}

/** One round trip, and another where the role may have what is a superuser's at first. */
export async function readFacts(
  session: Session,
  trial: LoginTrial,
  { doing, looksAtRole }: { readonly doing: string; readonly looksAtRole: boolean },
): Promise<readonly [SessionAtLogin, ServiceFacts]> {
  const { pair, adminRole, roles, login } = trial;
  const hasOthers = roles.length > 1;
  const [standing, row] = await readRowAfter(session, [standingShape, standingQuery], factsShape, {
    sql: factsQuery({ looksAtRole, hasOthers, isActing: login !== undefined && login.works !== pair.role }),
    values: [schemasOf(trial), markOf(trial.deploymentId), adminRole, ...(hasOthers ? [roles] : [])],
    doing,
  });
  const { grants } = row.mayHaveGrants ? await readRow(session, grantsShape, { sql: ownGrantsQuery, doing }) : none;
  return [standing, factsOf(row, grants, trial)];
}

const grantsShape = record<{ readonly grants: readonly DangerousGrant[] }>({ grants: list(grantShape) });
const none = { grants: [] };

/** What the row says, by what is asked of it. Pure. */
export function factsOf(
  { schemas: reached, mayHaveGrants: _, ...row }: FactsRow,
  grants: readonly DangerousGrant[],
  { schemas, declaredSchemas, adminRole, roles }: Asked,
): ServiceFacts {
  const asked = new Set(schemas);
  const open = new Set(reached.flatMap(({ name, isUsed, isCreatedIn }) => (isUsed && isCreatedIn ? [name] : [])));
  const known = new Set([null, adminRole, ...roles]);
  const isOpenToAll = ({ creators }: ReachedSchema) => creators.includes(null);
  const mayHaveStranger = ({ name, owner, creators }: ReachedSchema) =>
    asked.has(name) &&
    ((owner !== adminRole && owner !== 'pg_database_owner') || creators.some((creator) => !known.has(creator)));
  return {
    ...row,
    closedSchemas: schemas.filter((name) => !open.has(name)).toSorted(),
    otherSchemas: reached
      .filter(({ name, isCreatedIn, actsAsOwner }) => {
        return isCreatedIn && !actsAsOwner && !declaredSchemas.has(name) && !/^pg_(toast_)?temp_/.test(name);
      })
      .map((schema) => ({ name: schema.name, isByPublic: isOpenToAll(schema) })),
    mayHaveStrangers: reached.some(mayHaveStranger),
    writableSchemas: reached
      .filter((schema) => isOpenToAll(schema) && !/^pg_(toast|temp)/.test(schema.name))
      .map(({ name, owner }) => ({ name, owner })),
    markedSchemas: reached
      .filter(({ isMarked }) => isMarked)
      .map(({ name, owner, adminActsAsOwner }) => ({ name, owner, adminActsAsOwner: adminActsAsOwner === true })),
    grants,
  };
}
