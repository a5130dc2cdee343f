// What is still there of a role that is to be retired: where, what goes to its heir, what goes with it, and what keeps it.
// Pure.
// https://www.postgresql.org/docs/current/sql-drop-owned.html

import type { ContentOf, ShapeWords } from 'bus-integration-database';
import { advise, count, type Diagnostic, type Remedy } from 'bus-integration-database';
import type { Observation } from '../../observe/observation.ts';
import type { HeldInside, RetiringRole } from '../../observe/retiring.ts';
import { strayTypes } from '../../sql/strays-query.ts';
import { someNames } from '../../text/bounded.ts';
import { anyDatabase, inDatabase, ownerOrSuperuser, runs, superuser } from '../../text/psql-remedy.ts';
import { printable, shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import type { Scope } from '../kind/kind.ts';
import { lacking } from '../kind/kind-words.ts';
import { givesRights } from '../owners/strays.ts';

export interface DesiredRetirement {
  readonly name: string;
  /** Who gets what it owns. */
  readonly heir?: string;
}

export type RetiredPlace = RetiringRole['places'][number];

/** What a database holds of a role. */
export const clearedShape = ({ shape, text, number, list, may, oneOf }: ShapeWords) =>
  shape({
    name: text,
    database: text,
    owned: list(shape({ type: text, count: number })),
    granted_by: list(text),
    lends: list(shape({ schema: text, owner: text })),
    policies: list(text),
    given: list(text),
    default_privileges: number,
    user_mappings: number,
    // What goes on with its heir's rights.
    runs_as_owner: may(list(shape({ type: oneOf(strayTypes), count: number, names: may(list(text)) }))),
  });

export type Cleared = ContentOf<typeof clearedShape>;

export interface Clearing {
  readonly action: 'clear-role';
  readonly target: string;
  readonly risk: 'revoke' | 'destructive';
  readonly before: Cleared;
  readonly after: { readonly name: string; readonly database: string; readonly owner?: string };
}

/** Where something of it is, but for databases that go before; what all databases share is cleared in any of them. */
export function placesOf(found: RetiringRole, { retired, seen }: Scope): readonly RetiredPlace[] {
  const places = found.places.filter(({ database }) => !isDropped(database, retired));
  if (places.length > 0 || !found.isInShared) return places;
  const { database } = seen.server;
  const comment = seen.databases.get(database)?.comment ?? null;
  return [{ database, comment, allowsConnections: true, adminMayConnect: true, owns: 0 }];
}

export function isDropped(database: string, retired: Scope['retired']): boolean {
  return ['ours', 'unfinished'].includes(retired?.databases.get(database) ?? '');
}

export function refusalsOf(
  { name, heir }: DesiredRetirement,
  { ownsDatabases, ownsTablespaces }: RetiringRole,
  places: readonly RetiredPlace[],
  { seen }: Scope,
): Diagnostic[] {
  const role = shown(name);
  const refusal = (what: string, remedy: Remedy): Diagnostic => ({
    severity: 'fail',
    code: 'retired-role-owns',
    message: `role ${role} can't be retired: it owns ${what}`,
    target: printable(name),
    ...advise(remedy),
  });
  const foreign = ownsDatabases.filter(({ isOurs }) => !isOurs);
  const owned = heir === undefined ? places.filter(({ owns }) => owns > 0) : [];
  return [
    ...foreign.map((database) =>
      refusal(
        `database ${shown(database.name)}, which isn't this deployment's`,
        runs(
          superuser,
          anyDatabase,
          `ALTER DATABASE ${identifier(database.name)} OWNER TO ${identifier(seen.admin.name)};`,
        ),
      ),
    ),
    ...ownsTablespaces.map((space) =>
      refusal(
        `tablespace ${shown(space)}`,
        runs(superuser, anyDatabase, `ALTER TABLESPACE ${identifier(space)} OWNER TO ${identifier(seen.admin.name)};`),
      ),
    ),
    ...(owned.length === 0
      ? []
      : [
          refusal(
            owned.map((place) => `${ownedIn(place, name, seen)} in database ${shown(place.database)}`).join('; '),
            `say in the manifest who gets it: retire: {roles: {${printable(name)}: {reassign_to: ROLE}}}`,
          ),
        ]),
  ];
}

function heldIn(database: string, role: string, { retiring }: Scope['seen']): HeldInside | undefined {
  return retiring?.held.get(database)?.find((held) => held.role === role);
}

function ownedIn({ database, owns }: RetiredPlace, role: string, seen: Scope['seen']): string {
  return ownedWords(heldIn(database, role, seen)?.owned ?? []) || count(owns, 'object');
}

export function ownedWords(owned: HeldInside['owned']): string {
  return owned.map(({ type, count: number }) => count(number, printable(type))).join(', ');
}

export function clearing(
  { name, heir }: DesiredRetirement,
  { database, owns }: RetiredPlace,
  isFirst: boolean,
  { grantors, given }: RetiringRole,
  { seen, retired }: Scope,
): Clearing {
  const held = heldIn(database, name, seen);
  const policies = held?.policies ?? [];
  const definers = heir === undefined ? [] : rightsTaken(name, heir, held?.runsAsOwner ?? [], seen);
  const lost = [...(held?.given ?? []), ...(isFirst ? given : [])];
  // What all databases share is cleared with the first one.
  const isHere = (databases: readonly string[]) => databases.includes(database) || (isFirst && databases.includes(''));
  const acting = grantors.filter(({ databases, isSuperuser }) => isHere(databases) && !isSuperuser);
  // Of another retired role its heir has it by then.
  const grantedBy = acting.flatMap((grantor) => [grantor.name, retired?.heirs.get(grantor.name) ?? []].flat());
  return {
    action: 'clear-role',
    target: printable(name),
    risk: policies.length + lost.length > 0 ? 'revoke' : 'destructive',
    before: {
      name,
      database,
      owned: held?.owned ?? (owns === 0 ? [] : [{ type: 'object', count: owns }]),
      granted_by: [...new Set(grantedBy)].sort(),
      lends: lendingTo(heir, database, held, { seen, retired }),
      policies,
      given: lost,
      default_privileges: held?.defaultPrivileges ?? 0,
      user_mappings: held?.userMappings ?? 0,
      ...(definers.length > 0 && { runs_as_owner: definers }),
    },
    after: { name, database, ...(heir !== undefined && { owner: heir }) },
  };
}

/** What of it does with its heir's rights what its owner couldn't, or who calls it can't. */
function rightsTaken(
  owner: string,
  heir: string,
  found: HeldInside['runsAsOwner'],
  seen: Observation,
): NonNullable<Cleared['runs_as_owner']> {
  return found.flatMap(({ type, count: number, names }) =>
    givesRights({ owner, type, runs_as_owner: true }, { owner: heir }, seen)
      ? [{ type, count: number, ...(names !== null && { names }) }]
      : [],
  );
}

/**
 * Schemas in which the heir may not create: it has to, for as long as it gets things there that are no relations or types.
 * https://www.postgresql.org/docs/current/sql-alterfunction.html
 */
function lendingTo(
  heir: string | undefined,
  database: string,
  held: HeldInside | undefined,
  { seen, retired }: Pick<Scope, 'seen' | 'retired'>,
): Cleared['lends'] {
  if (heir === undefined || seen.admin.isSuperuser) return [];
  return (held?.schemas ?? []).flatMap(({ name, owner, creators }) =>
    creators.includes(heir) || retired?.creates(heir, database, name) ? [] : [{ schema: name, owner }],
  );
}

/** Why the admin can't clear a database of a role. */
export function lacksPlace(
  { database, heir }: { readonly database: string; readonly heir: string | undefined },
  found: RetiringRole,
  admin: Scope['seen']['admin'],
): Diagnostic[] {
  const place = found.places.find((one) => one.database === database);
  const role = identifier(found.name);
  if (place !== undefined && !place.allowsConnections)
    return [
      lacking(
        'closed-database',
        `database ${shown(database)} allows no connections, and holds something of role ${shown(found.name)}`,
        {
          remedy: runs(ownerOrSuperuser, anyDatabase, `ALTER DATABASE ${identifier(database)} ALLOW_CONNECTIONS true;`),
        },
      ),
    ];
  if (place !== undefined && !place.adminMayConnect)
    return [
      lacking(
        'lacks-connect',
        `role ${shown(admin.name)} may not connect to database ${shown(database)}, which holds something of role ${shown(found.name)}`,
        {
          remedy: runs(
            ownerOrSuperuser,
            anyDatabase,
            `GRANT CONNECT ON DATABASE ${identifier(database)} TO ${identifier(admin.name)};`,
          ),
        },
      ),
    ];
  const first = found.places[0]?.database ?? database;
  const beyond = found.grantors.filter(
    ({ isSuperuser, databases }) =>
      isSuperuser && (databases.includes(database) || (database === first && databases.includes(''))),
  );
  if (admin.isSuperuser || beyond.length === 0) return [];
  return [
    lacking(
      'lacks-superuser',
      `role ${shown(found.name)} has rights in database ${shown(database)} on what belongs to ${someNames(beyond.map(({ name }) => name))}, which only a superuser can take away`,
      {
        remedy: runs(
          superuser,
          inDatabase(database),
          `${(place?.owns ?? 0) > 0 ? `REASSIGN OWNED BY ${role} TO ${identifier(heir ?? admin.name)}; ` : ''}DROP OWNED BY ${role};`,
        ),
      },
    ),
  ];
}
