// What PUBLIC has on tables, views and sequences of declared schemas: no manifest gives it, and every role has it. Pure.
import { ownCommand } from 'bus-integration-database';
import type { SeenAccess, SeenEntry, SeenRelation } from '../../sql/verify/seen-access.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import type { ExpectedAccess } from './declared-access.ts';
import { type AccessFinding, forAll, list, sqlNames, things } from './finding-words.ts';
import { taking } from './taking.ts';

export function publicFindings(expected: ExpectedAccess, seen: SeenAccess, database: string): AccessFinding[] {
  return seen.relations.flatMap((relation) => {
    const { entries, publicColumns, count, names } = relation;
    const of = { expected, relation, database };
    const columns = publicColumns ?? [];
    const onColumns = [...new Set(columns.map(({ privilege }) => privilege))].flatMap((privilege) => {
      const held = columns.filter((entry) => entry.privilege === privilege);
      const named = [...new Set(held.map(({ column }) => column))];
      const sql = `REVOKE ${privilege} (${named.map(identifier).join(', ')}) ON ${sqlNames(relation)}`;
      return told({ ...of, entries: held, what: `${privilege} on columns ${list(named)} of`, revoke: () => sql });
    });
    const onAll = told({
      ...of,
      entries: entries.filter(({ grantee }) => grantee === null),
      revoke: (held) => `REVOKE ${held.join(', ')} ON ${sqlNames(relation)}`,
    });
    return [...onAll, ...onColumns].map((one) => ({ ...one, remedy: forAll(one.remedy, count, names.length) }));
  });
}

function told({
  expected,
  relation,
  database,
  entries,
  what,
  revoke,
}: {
  readonly expected: ExpectedAccess;
  readonly relation: SeenRelation;
  readonly database: string;
  readonly entries: readonly SeenEntry[];
  readonly what?: string;
  readonly revoke: (privileges: readonly string[]) => string;
}): AccessFinding[] {
  if (entries.length === 0) return [];
  const privileges = [...new Set(entries.map(({ privilege }) => privilege))];
  // Memberships are no way to what everybody has.
  const seen = { edges: [], groups: [], isSuperuser: false };
  const remedy = taking({ expected, seen, database, privileges, entries, owner: relation.owner, revoke });
  return [
    {
      // What those who only make things of their own give away is their business.
      result: expected.managesDatabase ? 'fail' : 'warn',
      seen: `PUBLIC has ${what ?? `${list(privileges)} on`} ${things(relation)} in schema ${shown(relation.schema)}: every role that may use the schema has it; expected nothing`,
      remedy: remedy ?? ownCommand('plan'),
    },
  ];
}
