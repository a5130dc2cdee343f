// What was granted and yet is refused, by what the catalogs say: a default's sequence, what a view reads, row security
// without a policy, a publication without a replica identity. Pure.
import { advise, type Check, type FilePair, printable, some } from 'bus-integration-database';
import type { SeenAccess, TableNeeds } from '../../sql/verify/seen-access.ts';
import { mostTold, someNames } from '../../text/bounded.ts';
import { inDatabase, runs } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import { type AccessFinding, fail, list } from './finding-words.ts';

export function ofNeeds(role: string, seen: SeenAccess, database: string): AccessFinding[] {
  const { ofDefaults, ofViews } = seen;
  return [
    ...ofDefaults.map(({ schema, name, needs, needed, owner }) =>
      fail(
        `${shown(role)} may INSERT into table ${shown(name)} in schema ${shown(schema)}, and lacks USAGE on sequence ${shown(needed)} in schema ${shown(needs)}, from which a default takes its value`,
        runs(
          `${shown(owner)} or a superuser`,
          inDatabase(database),
          `GRANT USAGE ON SEQUENCE ${identifier(needs)}.${identifier(needed)} TO ${identifier(role)};`,
        ),
      ),
    ),
    ...ofViews.map(({ schema, name, needs, needed, owner, reader, through }): AccessFinding => {
      const relation = seen.relations.find(
        (one) => one.kind === 'view' && one.schema === schema && one.names.includes(name),
      );
      const under = through === null ? '' : ` through view ${shown(through.name)} in schema ${shown(through.schema)}`;
      const who =
        reader === role ? `${through === null ? 'it' : shown(role)} (security_invoker)` : `its owner ${shown(reader)}`;
      return {
        ...fail(
          `${shown(role)} may SELECT from view ${shown(name)} in schema ${shown(schema)}, which reads ${shown(needed)} in schema ${shown(needs)}${under}: ${who} lacks SELECT there`,
          runs(
            `${shown(owner)} or a superuser`,
            inDatabase(database),
            `GRANT SELECT ON ${identifier(needs)}.${identifier(needed)} TO ${identifier(reader)};`,
          ),
        ),
        ...(relation?.count === 1 && { about: { relation, privileges: ['SELECT'] } }),
      };
    }),
    ...ofTables(role, seen, database),
  ];
}

/** Whatever declared the role. */
export function ofTables(role: string, { unidentified, withoutPolicy }: TableNeeds, database: string): AccessFinding[] {
  return [
    ...unidentified.flatMap(({ schema, name, publications, updates, deletes }): AccessFinding[] => {
      const privileges = [...(updates ? ['UPDATE'] : []), ...(deletes ? ['DELETE'] : [])];
      if (privileges.length === 0) return [];
      const table = `${identifier(schema)}.${identifier(name)}`;
      return [
        fail(
          `${shown(role)} may ${list(privileges)} on table ${shown(name)} in schema ${shown(schema)}, and is refused: publication ${someNames(publications, mostTold)} has the table, which has no replica identity`,
          [
            'give it a primary key; or ',
            runs('its owner or a superuser', inDatabase(database), `ALTER TABLE ${table} REPLICA IDENTITY FULL;`),
          ],
        ),
      ];
    }),
    ...withoutPolicy.map(
      ({ schema, name, privileges, hasPolicies }): AccessFinding => ({
        result: 'unknown',
        seen: `${shown(role)} is granted ${list(privileges)} on table ${shown(name)} in schema ${shown(schema)}, which has row security and ${hasPolicies ? 'policies that let no row pass' : 'no policy for it'}: it sees no row, and is refused what it writes`,
        remedy: [
          hasPolicies ? 'look at its policies (\\d in psql); if that is not meant, ' : 'if that is not meant: ',
          runs(
            'its owner or a superuser',
            inDatabase(database),
            `CREATE POLICY ${identifier(role)} ON ${identifier(schema)}.${identifier(name)} TO ${identifier(role)} USING (true);`,
          ),
        ],
      }),
    ),
  ];
}

/** What policies let pass, nobody knows who doesn't know the rows. */
export function policyChecks(
  { role, database }: Pick<FilePair, 'role' | 'database'>,
  { withPolicies }: TableNeeds,
): Check[] {
  if (withPolicies.length === 0) return [];
  return [
    {
      id: 'row-policies',
      kind: 'connectivity',
      target: `${printable(role)}@${printable(database)}`,
      database,
      result: 'info',
      seen: `which rows ${shown(role)} sees and changes is decided by row security policies of ${some(withPolicies.map(printable), mostTold)}: not looked at`,
      ...advise('a row of verify in a manifest shows what it must see'),
    },
  ];
}
