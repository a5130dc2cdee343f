// Whether a table that its owner makes now gives each role of the manifest what its access says: by one that was made, and
// not committed. Pure.
import { advise, type Check, ownCommand, printable, type Remedy } from 'bus-integration-database';
import type { ExpandedManifest } from '../../manifest/expand.ts';
import type { FreshTable } from '../../sql/verify/fresh-query.ts';
import { inDatabase, runs } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import { expectedAccess } from './declared-access.ts';
import { list } from './finding-words.ts';

/** Roles that have access to what others make in a database. */
export function readersOf({ databases, roles }: ExpandedManifest, database: string, maker: string): string[] {
  const access = databases[database]?.access ?? {};
  return Object.keys(roles).filter((role) => role !== maker && Object.hasOwn(access, role));
}

export function freshChecks(fresh: readonly FreshTable[], manifest: ExpandedManifest, database: string): Check[] {
  return fresh.flatMap((table): Check[] => {
    const { schema, role, owner, privileges } = table;
    const expected = expectedAccess(manifest, role, database);
    const here = expected?.schemas.get(schema);
    if (expected === undefined || here === undefined) return [];
    // Whoever makes things itself, or has the maker's rights, is no reader of them.
    if (!expected.creators.includes(owner) || here.schema.has('CREATE') || expected.isOwner) return [];
    const lacks = [...here.tables].filter((one) => !privileges.includes(one));
    const beyond = expected.keepsDefaults ? [] : privileges.filter((one) => !here.tables.has(one));
    const what = `on a table that ${shown(owner)} made in schema ${shown(schema)} (tried, and not kept)`;
    const told = [
      ...(lacks.length === 0 ? [] : [`lacks ${list(lacks)}`]),
      ...(beyond.length === 0 ? [] : [`may ${list(beyond)}`]),
    ];
    if (told.length === 0) return [];
    return [
      {
        id: 'later-objects',
        kind: 'connectivity',
        result: 'fail',
        target: `${printable(role)}@${printable(database)}`,
        seen: `${shown(role)} ${told.join(' and ')} ${what}; expected ${list([...here.tables])}`,
        ...advise(remedyFor(table, lacks, beyond, database)),
      },
    ];
  });
}

/** What default privileges lack, apply gives; what they give too much, a statement takes. The rest is not theirs. */
function remedyFor(
  { schema, owner, role, defaults }: FreshTable,
  lacks: readonly string[],
  beyond: readonly string[],
  database: string,
): Remedy {
  const given = (privilege: string) => defaults.filter((one) => one.privilege === privilege);
  const sql = [true, false].flatMap((isEverywhere) => {
    const grantees = new Set(defaults.filter((one) => one.isEverywhere === isEverywhere).map(({ grantee }) => grantee));
    const place = isEverywhere ? '' : ` IN SCHEMA ${identifier(schema)}`;
    return [...grantees].flatMap((grantee) => {
      const taken = beyond.filter((privilege) =>
        given(privilege).some((one) => one.grantee === grantee && one.isEverywhere === isEverywhere),
      );
      if (taken.length === 0) return [];
      const from = grantee === null ? 'PUBLIC' : identifier(grantee);
      return [
        `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(owner)}${place} REVOKE ${taken.join(', ')} ON TABLES FROM ${from};`,
      ];
    });
  });
  const isOthers =
    beyond.some((privilege) => given(privilege).length === 0) || lacks.some((privilege) => given(privilege).length > 0);
  const parts: Remedy[] = [
    ...(lacks.some((privilege) => given(privilege).length === 0) ? [ownCommand('plan')] : []),
    ...(sql.length === 0 ? [] : [runs(`${shown(owner)} or a superuser`, inDatabase(database), sql.join(' '))]),
    ...(isOthers
      ? [
          `default privileges are not the cause: see what else is said of ${shown(role)}, its memberships first, and the event triggers of ${shown(database)} (pg_event_trigger)`,
        ]
      : []),
  ];
  return parts.flatMap((part, index) => (index === 0 ? [part] : ['; then ', part])).flat();
}
