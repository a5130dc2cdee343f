// What the steps about default privileges say, and the statements that they are: one creator's in favour of one grantee. Pure.
import type { ContentOf, ShapeWords } from 'bus-integration-database';
import { alike } from '../../text/alike.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import type { Statement } from '../kind/kind.ts';

export const defaultsShape = ({ shape, text, orNull, list, may, oneOf, always }: ShapeWords) =>
  shape({
    database: text,
    creator: text,
    grantee: orNull(text),
    on: list(
      shape({
        of: oneOf(['tables', 'sequences', 'routines']),
        schema: may(text),
        privileges: list(text),
        // That they may be granted on, not they themselves.
        grant_option: may(always(true)),
        // What stands there is an empty list, which acts as the built-in one: there is nothing to take from it.
        list_is_empty: may(always(true)),
      }),
    ),
  });
export type StepDefaults = ContentOf<typeof defaultsShape>;

export function joinedDefaults([first, ...others]: readonly StepDefaults[]): StepDefaults | undefined {
  return first && { ...first, on: [first, ...others].flatMap(({ on }) => on) };
}

export function defaultsStatements(
  verb: 'GRANT' | 'REVOKE',
  { database, creator, grantee, on }: StepDefaults,
): Statement[] {
  const who = grantee === null ? 'PUBLIC' : identifier(grantee);
  const groups = alike(on, ({ schema, ...same }) => [schema === undefined, same]);
  return groups.flatMap((group) => {
    const [{ of, privileges, grant_option, list_is_empty }] = group;
    const schemas = group.flatMap(({ schema }) => (schema === undefined ? [] : [identifier(schema)]));
    const place = schemas.length === 0 ? '' : ` IN SCHEMA ${schemas.join(', ')}`;
    const statement = (sql: string): Statement => ({
      phase: 'inside',
      database,
      as: creator,
      sql: `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(creator)}${place} ${sql}`,
    });
    const what = `${grant_option ? 'GRANT OPTION FOR ' : ''}${privileges.join(', ')} ON ${of.toUpperCase()}`;
    return [
      ...(verb === 'REVOKE' && list_is_empty ? [statement(`GRANT ${what} TO ${identifier(creator)}`)] : []),
      statement(verb === 'GRANT' ? `GRANT ${what} TO ${who}` : `REVOKE ${what} FROM ${who}`),
    ];
  });
}

export function defaultsSummary(verb: 'GRANT' | 'REVOKE', { creator, grantee, on }: StepDefaults): string {
  const parts = on.map(
    ({ of, schema, privileges, grant_option }) =>
      `${of}${schema === undefined ? '' : ` in ${shown(schema)}`}: ${privileges.join(', ')}${grant_option ? ' WITH GRANT OPTION' : ''}`,
  );
  const who = grantee === null ? 'PUBLIC' : shown(grantee);
  return `${who}${verb === 'GRANT' ? '' : ' loses'}, on what ${shown(creator)} makes: ${parts.join('; ')}`;
}
