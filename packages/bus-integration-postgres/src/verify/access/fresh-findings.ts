// Whether a table that its owner makes now gives each role of the manifest what its access says: by one that was made, and
// not committed. Pure.
import { advise, type Check, ownCommand, printable } from 'bus-integration-database';
import type { ExpandedManifest } from '../../manifest/expand.ts';
import type { FreshTable } from '../../sql/verify/fresh-query.ts';
import { shown } from '../../text/shown.ts';
import { expectedAccess } from './declared-access.ts';
import { list } from './finding-words.ts';

/** Roles that have access to what others make in a database. */
export function readersOf({ databases, roles }: ExpandedManifest, database: string, maker: string): string[] {
  const access = databases[database]?.access ?? {};
  return Object.keys(roles).filter((role) => role !== maker && Object.hasOwn(access, role));
}

export function freshChecks(fresh: readonly FreshTable[], manifest: ExpandedManifest, database: string): Check[] {
  return fresh.flatMap(({ schema, role, owner, privileges }): Check[] => {
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
        ...advise(ownCommand('plan')),
      },
    ];
  });
}
