// A schema and all that is in it given to its owner: what has to move, what can't, and the statements that move it. First
// the owner is let in, last the schema goes: whatever a run is cut off over, nothing loses what it needs. Pure.
// https://www.postgresql.org/docs/current/sql-alterschema.html
import type { ContentOf, Diagnostic, ShapeWords, StepOf } from 'bus-integration-database';
import type { Observation } from '../../observe/observation.ts';
import { strayTypes } from '../../sql/strays-query.ts';
import { anyDatabase, inDatabase, ownerOrSuperuser, runs, superuser } from '../../text/psql-remedy.ts';
import { printable, shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import { findSchema } from '../kind/found.ts';
import type { Registered, Rule, Statement } from '../kind/kind.ts';
import { lacking } from '../kind/kind-words.ts';
import { lacksToActAs } from '../owners/acting.ts';
import { countOf, givesRights, movingAll, type OwnedSchema, type Strays } from '../owners/strays.ts';

export function ownersOf({ makers, members, privileges }: OwnedSchema): Partial<OwnedSchema> {
  return {
    ...(makers !== undefined && { makers }),
    ...(members !== undefined && { members }),
    ...(privileges !== undefined && { privileges }),
  };
}

const contentsShape = ({ shape, text, number, list, may, oneOf, always }: ShapeWords) =>
  shape({
    owner: text,
    type: oneOf(strayTypes),
    // It goes on with its new owner's rights.
    runs_as_owner: may(always(true)),
    count: number,
    names: may(list(text)),
    at_once: number,
    keeps: may(list(shape({ role: text, privileges: list(text), sequences: list(text) }))),
  });

export const changeOwnerFacts = {
  about: 'schema',
  before: (words: ShapeWords) => {
    const { shape, text, orNull, list, may } = words;
    const contents = may(list(contentsShape(words)));
    return shape({ database: text, name: text, owner: orNull(text), contents });
  },
  // The role that the admin can give it as.
  after: ({ shape, text, list }: ShapeWords) =>
    shape({ database: text, name: text, owner: text, acting_as: list(text) }),
} as const satisfies Registered[string];

type ChangeOwner = StepOf<'change-owner', typeof changeOwnerFacts>;
type Before = ContentOf<typeof changeOwnerFacts.before>;

export function changeOwner(
  desired: OwnedSchema,
  from: string | null,
  contents: readonly Strays[],
  seen: Observation,
): Omit<ChangeOwner, 'summary'> {
  const { database, name, owner = '' } = desired;
  // Roles of the server's own are nobody's to join, and its superusers are in no list of owners.
  const isBarred = from === null || from === owner || from.startsWith('pg_') || !seen.details?.roles.has(from);
  const actable = isBarred || lacksToActAs(from, seen).length > 0 ? [] : [from];
  return {
    action: 'change-owner',
    target: `${printable(database)}.${printable(name)}`,
    risk: contents.some((one) => givesRights(one, desired, seen)) ? 'elevate' : 'update',
    before: { database, name, owner: from, ...(contents.length > 0 && { contents }) },
    after: { database, name, owner, acting_as: actable },
  };
}

export const changeOwnerRule: Rule<ChangeOwner> = {
  place: 'contents',
  summary: ({ before, after }) => {
    const { contents = [], owner, name = '' } = before ?? {};
    const parts = [
      ...(owner === after?.owner ? [] : [`schema ${shown(name)}`]),
      ...contents.map((one) => `${countOf(one)} of ${shown(one.owner)}`),
    ];
    return `to ${shown(after?.owner ?? '')}: ${parts.join(', ')}`;
  },
  statements: ({ before, after }, { versionNum }) =>
    before === undefined || after === undefined ? [] : changing(before, after, versionNum),
  lacks: ({ before, after }, seen) =>
    before === undefined || after === undefined ? [] : lacksOwner(before, after, seen),
  changes: ({ after }) => ({ database: after?.database ?? '' }),
};

function changing(
  { database, name, owner, contents = [] }: Before,
  { owner: to, acting_as: from }: NonNullable<ChangeOwner['after']>,
  versionNum: number,
): Statement[] {
  const schema = `SCHEMA ${identifier(name)}`;
  const isMoved = owner !== to;
  const statement = (sql: string, ...as: string[]): Statement => ({ phase: 'inside', database, sql, as });
  return [
    ...(isMoved && contents.length > 0
      ? [statement(`GRANT CREATE, USAGE ON ${schema} TO ${identifier(to)}`, ...from)]
      : []),
    ...movingAll({ database, schema: name, to, versionNum }, contents),
    ...(isMoved ? [statement(`ALTER ${schema} OWNER TO ${identifier(to)}`, ...from, to)] : []),
  ];
}

function lacksOwner(
  { database, name, owner: from }: Before,
  after: NonNullable<ChangeOwner['after']>,
  seen: Observation,
) {
  const { owner, acting_as } = after;
  if (from === owner) return [];
  const own = seen.databases.get(database)?.owner ?? seen.admin.name;
  // Its one member is the database's owner: https://www.postgresql.org/docs/current/predefined-roles.html
  const isImplied = from === 'pg_database_owner' && (own === owner || lacksToActAs(own, seen).length === 0);
  const isOwn = seen.admin.isSuperuser || findSchema(seen, database, name)?.adminActsAsOwner || isImplied;
  const needed = lacksCreate(database, owner, `give schema ${shown(name)} away in`, seen);
  if (isOwn || acting_as.length > 0) return needed;
  // Who is still to be made can be given nothing: from the admin it goes on by the next apply.
  const heir = seen.roles.has(owner) ? owner : seen.admin.name;
  const giving = (to: string) =>
    runs(superuser, inDatabase(database), `ALTER SCHEMA ${identifier(name)} OWNER TO ${identifier(to)};`);
  const whose = from === null ? "the server's superuser" : shown(from);
  const message = `schema ${shown(name)} of database ${shown(database)} belongs to ${whose}; giving it to ${shown(owner)} needs its owner`;
  // Nobody can do it before the database is made.
  const isMade = seen.databases.has(database);
  const remedy = isMade
    ? giving(heir)
    : [
        'leave owner out and apply, which makes the database; then ',
        giving(owner),
        ' then put it back and apply again',
      ];
  return [lacking('lacks-ownership', message, { remedy }), ...needed];
}

/** CREATE on the database, which the admin may also have as the role that it acts as. */
export function lacksCreate(
  database: string,
  as: string | undefined,
  purpose: string,
  seen: Observation,
): Diagnostic[] {
  const inside = seen.inside.get(database);
  const isOwner = as !== undefined && seen.databases.get(database)?.owner === as;
  if (inside === undefined || inside.adminMayCreateSchemas || isOwner) return [];
  const { admin } = seen;
  return [
    lacking('lacks-create', `role ${shown(admin.name)} may not ${purpose} database ${shown(database)}`, {
      remedy: runs(
        ownerOrSuperuser,
        anyDatabase,
        `GRANT CREATE ON DATABASE ${identifier(database)} TO ${identifier(admin.name)};`,
      ),
    }),
  ];
}
