// Rules that discard writes, rights revoked from PUBLIC, foreign servers and subscriptions: once for each database.
import { advise, type Check, type FilePair, printable } from 'bus-integration-database';
import type { Session } from '../../../connection/connect.ts';
import { boolean, list, readRow, record, text } from '../../../connection/session/shape.ts';
import { hasUnusual, type Unusual, unusualQuery } from '../../../sql/verify/unusual-query.ts';
import { mostTold, someNames } from '../../../text/bounded.ts';
import { inDatabase, runs, superuser } from '../../../text/psql-remedy.ts';
import { shown } from '../../../text/shown.ts';
import { identifier } from '../../../text/sql-text.ts';
import { serverMessage, sqlstateOf } from '../../../text/sqlstate.ts';

const shape = record<Unusual>({
  revoked: list(record<Unusual['revoked'][number]>({ what: text, roles: list(text) })),
  rules: list(
    record<Unusual['rules'][number]>({ schema: text, name: text, rule: text, command: text, roles: list(text) }),
  ),
  servers: list(record<Unusual['servers'][number]>({ name: text, roles: list(text), isForAll: boolean })),
  subscriptions: list(record<Unusual['subscriptions'][number]>({ name: text, role: text })),
});

interface Place {
  readonly pair: Pick<FilePair, 'database' | 'path'>;
  readonly isOfLists: boolean;
  /** All that are declared for the database. */
  readonly schemas: readonly string[];
  readonly roles: readonly string[];
}

const hasAnyShape = record<{ readonly hasAny: boolean }>({ hasAny: boolean });

/** If a catalog cannot be read, the result is unknown. */
export async function unusualChecks(session: Session, { pair, isOfLists, schemas, roles }: Place): Promise<Check[]> {
  const doing = `trying ${pair.path}`;
  const asked = { sql: unusualQuery(isOfLists), values: [schemas, roles], doing };
  try {
    const { hasAny } = await readRow(session, hasAnyShape, { sql: hasUnusual, doing });
    if (!hasAny) return [];
    return judgeUnusual(pair.database, await readRow(session, shape, asked));
  } catch (error) {
    if (sqlstateOf(error) !== '42501') throw error;
    const seen = `whether PUBLIC has its rights on the server's own objects is not known: ${serverMessage(error)}`;
    return [{ ...baseOf(pair.database), id: 'revoked-built-in', result: 'unknown', seen }];
  }
}

function baseOf(database: string) {
  return { kind: 'connectivity', target: printable(database), database, result: 'warn' } as const;
}

function judgeUnusual(database: string, { revoked, rules, servers, subscriptions }: Unusual): Check[] {
  const base = baseOf(database);
  const place = inDatabase(database);
  return [
    ...byRoles(revoked).map(({ roles, what }): Check => {
      const more = what.length > mostTold ? ` and ${what.length - mostTold} more` : '';
      const told = what.slice(0, mostTold);
      return {
        ...base,
        id: 'revoked-built-in',
        seen: `${someNames(roles, mostTold)} ${roles.length === 1 ? 'lacks' : 'lack'} what PostgreSQL gives every role: ${told.map(printable).join(', ')}${more}`,
        ...advise(runs(superuser, place, told.map((one) => `GRANT ${printable(one)} TO PUBLIC;`).join(' '))),
      };
    }),
    ...rules.slice(0, mostTold).map(
      ({ schema, name, rule, command, roles }): Check => ({
        ...base,
        id: 'discarding-rule',
        seen: `${command} on table ${shown(name)} in schema ${shown(schema)} by ${someNames(roles, mostTold)} has no effect and gives no error: rule ${shown(rule)} says DO INSTEAD NOTHING`,
        ...advise(
          runs(
            'if it is not meant, its owner or a superuser',
            place,
            `DROP RULE ${identifier(rule)} ON ${identifier(schema)}.${identifier(name)};`,
          ),
        ),
      }),
    ),
    ...servers.slice(0, mostTold).map(
      ({ name, roles, isForAll }): Check => ({
        ...base,
        id: 'external-server',
        seen: `${someNames(roles, mostTold)} may use foreign server ${shown(name)}${isForAll ? ', with the user mapping of PUBLIC' : ''}`,
        ...advise(
          runs(
            'if it is not meant, its owner or a superuser',
            place,
            `REVOKE USAGE ON FOREIGN SERVER ${identifier(name)} FROM PUBLIC, ${roles.slice(0, mostTold).map(identifier).join(', ')};`,
          ),
        ),
      }),
    ),
    ...subscriptions.slice(0, mostTold).map(
      ({ name, role }): Check => ({
        ...base,
        id: 'external-server',
        seen: `subscription ${shown(name)} belongs to ${shown(role)}, which may change where it connects to`,
        ...advise(
          runs(
            `if it is not meant, ${superuser}`,
            place,
            `ALTER SUBSCRIPTION ${identifier(name)} OWNER TO CURRENT_USER;`,
          ),
        ),
      }),
    ),
  ];
}

/** Joins what the same roles lack. */
function byRoles(revoked: Unusual['revoked']) {
  const groups = new Map<string, { readonly roles: readonly string[]; readonly what: string[] }>();
  for (const { roles, what } of revoked) {
    const key = JSON.stringify(roles);
    const group = groups.get(key) ?? { roles, what: [] };
    group.what.push(what);
    groups.set(key, group);
  }
  return [...groups.values()];
}
