// What a role lacks on types, foreign servers and foreign-data wrappers, and what it has beyond its access. Pure.
import { ownCommand } from 'bus-integration-database';
import { sqlOf, type UsedObject, wordsOf } from '../../kinds/access/grant-object.ts';
import type { KindNamed } from '../../manifest/shapes/object-names.ts';
import type { SeenAccess, SeenUsed } from '../../sql/verify/seen-access.ts';
import { shown } from '../../text/shown.ts';
import type { ExpectedAccess } from './declared-access.ts';
import { type AccessFinding, beyondIt, by, fail } from './finding-words.ts';
import { taking } from './taking.ts';

const usage = ['USAGE'];

export function ofUsed(expected: ExpectedAccess, seen: SeenAccess, database: string): AccessFinding[] {
  const { used } = seen;
  const { role, isOwner, owner, managesContents } = expected;
  const isWanted = (one: SeenUsed) => expected.used.some((wanted) => isOne(wanted, one));
  const lacking = expected.used.flatMap((wanted): AccessFinding[] => {
    const on = wordsOf(objectOf(wanted, database));
    const found = used.find((one) => isOne(wanted, one));
    if (found === undefined)
      return [
        {
          result: 'warn',
          seen: `${shown(role)} is given USAGE on ${on}, which is not there`,
          remedy: 'make it, then apply again; or correct its name in access',
        },
      ];
    return found.isUsed ? [] : [fail(`${shown(role)} lacks USAGE on ${on}`, ownCommand('plan'))];
  });
  // What everyone has on one is left alone.
  const beyond = used.filter(
    (one) =>
      managesContents &&
      one.isUsed &&
      !one.isOwn &&
      !isWanted(one) &&
      !(isOwner && one.owner === owner) &&
      !one.entries.some(({ grantee }) => grantee === null),
  );
  return [
    ...lacking,
    ...beyond.map((one) => {
      const on = objectOf({ ...one, ...(one.schema !== null && { schema: one.schema }) }, database);
      return beyondIt(
        `${shown(role)} has USAGE on ${wordsOf(on)}${by(one.entries, usage, role)}; expected that it has not`,
        taking({
          ...{ expected, seen, database, privileges: usage, entries: one.entries, owner: one.owner },
          revoke: () => `REVOKE USAGE ON ${sqlOf(on)}`,
        }) ?? ownCommand('plan'),
      );
    }),
  ];
}

function isOne(wanted: KindNamed, { type, schema, name }: SeenUsed): boolean {
  return wanted.type === type && (wanted.schema ?? null) === schema && wanted.name === name;
}

function objectOf(
  { type, schema, name }: { readonly type: KindNamed['type']; readonly schema?: string | null; readonly name: string },
  database: string,
): UsedObject {
  return type === 'type' ? { type, database, schema: schema ?? '', name } : { type, database, name };
}
