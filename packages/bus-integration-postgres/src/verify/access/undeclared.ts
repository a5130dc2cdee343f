// What was granted beside the manifest, which neither access nor plan looks at: to its roles in schemas that it does not
// declare, and to other roles in those that it does. Read once for each database.
import { advise, type Check, printable } from 'bus-integration-database';
import type { Session } from '../../connection/session/session.ts';
import { boolean, integer, list, nullable, oneOf, readRow, record, text } from '../../connection/session/shape.ts';
import type { ExpandedManifest } from '../../manifest/expand.ts';
import { markOf } from '../../observe/mark.ts';
import {
  type GrantOptions,
  type OwnedElsewhere,
  type ServerReader,
  type Undeclared,
  type UndeclaredDefaults,
  type UndeclaredGrants,
  undeclaredQuery,
} from '../../sql/verify/undeclared-query.ts';
import { boundedChecks, someNames } from '../../text/bounded.ts';
import { anyDatabase, inDatabase, ownerOrSuperuser, runs } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import { list as listed } from './finding-words.ts';

const things = oneOf('tables', 'sequences', 'routines');
const ofThings = oneOf('schema', 'tables', 'sequences', 'routines');
const shape = record<Undeclared>({
  grants: list(
    record<UndeclaredGrants>({
      schema: text,
      isElsewhere: boolean,
      isMarked: boolean,
      role: text,
      of: ofThings,
      privileges: list(text),
      count: integer,
      entering: list(text),
    }),
  ),
  options: list(
    record<GrantOptions>({ schema: text, role: text, of: ofThings, privileges: list(text), count: integer }),
  ),
  readers: list(record<ServerReader>({ role: text, group: text })),
  owned: list(record<OwnedElsewhere>({ schema: text, role: text })),
  defaults: list(
    record<UndeclaredDefaults>({
      creator: text,
      schema: nullable(text),
      of: things,
      role: text,
      privileges: list(text),
    }),
  ),
});

/** One statement. */
export async function undeclaredChecks(
  session: Session,
  { deployment, roles, databases }: ExpandedManifest,
  { database, admin }: { readonly database: string; readonly admin: string },
  doing: string,
): Promise<Check[]> {
  const schemas = Object.hasOwn(databases, database) ? (databases[database]?.schemas ?? []) : [];
  const values = [Object.keys(roles), [...schemas], markOf(deployment), admin];
  const found = await readRow(session, shape, { sql: undeclaredQuery, values, doing });
  return boundedChecks(judgeUndeclared(found, database), `privileges in ${shown(database)} that are not declared`);
}

/** Pure. */
function judgeUndeclared({ grants, owned, defaults, options, readers }: Undeclared, database: string): Check[] {
  const base = { id: 'undeclared-access', kind: 'connectivity', target: printable(database), database } as const;
  const groups = new Map<string, UndeclaredGrants[]>();
  for (const one of grants) {
    if (!one.isElsewhere && isUsage(one)) continue;
    const key = JSON.stringify([one.schema, one.role]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [
    ...[...groups.values()].flatMap((group): Check[] => {
      const [first] = group;
      if (first === undefined) return [];
      const { schema, role, isElsewhere, isMarked } = first;
      const why = !isElsewhere
        ? ', and is not in the manifest'
        : isMarked
          ? ', which is not declared any more'
          : ', which the manifest does not declare';
      const entering = [...new Set(group.flatMap((one) => (isUsage(one) ? [] : one.entering)))];
      // A schema that left the manifest was the deployment's to give; and nobody else is to get in.
      const isFault = (isElsewhere && isMarked) || entering.length > 0;
      return [
        {
          ...base,
          result: isFault ? 'fail' : 'warn',
          seen: `${shown(role)} has privileges in schema ${shown(schema)}${why}: ${group.map(held).join('; ')}${gettingIn(role, entering)}`,
          ...advise(
            runs(
              isFault ? ownerOrSuperuser : `if it is not meant, ${ownerOrSuperuser}`,
              inDatabase(database),
              group.map((one) => revocation(one)).join(' '),
            ),
          ),
        },
      ];
    }),
    ...options.map(
      (one): Check => ({
        ...base,
        result: 'fail',
        seen: `${shown(one.role)} may pass on what it has in schema ${shown(one.schema)}, which no access gives: ${held(one)}, with grant option`,
        ...advise([
          runs(ownerOrSuperuser, inDatabase(database), revocation(one, 'GRANT OPTION FOR ALL')),
          '  -- with CASCADE if it was passed on',
        ]),
      }),
    ),
    ...readers.map(
      ({ role, group }): Check => ({
        ...base,
        result: 'warn',
        seen: `${shown(role)}, which is not in the manifest, may connect to ${shown(database)}, and ${group === 'pg_read_all_data' ? 'reads' : 'writes'} everything as a member of ${group}`,
        ...advise(
          runs(
            'if it is not meant, a superuser',
            anyDatabase,
            `REVOKE CONNECT ON DATABASE ${identifier(database)} FROM ${identifier(role)};`,
          ),
        ),
      }),
    ),
    ...owned.map(
      ({ schema, role }): Check => ({
        ...base,
        result: 'warn',
        seen: `${shown(role)} owns schema ${shown(schema)}, which the manifest does not declare`,
        ...advise('declare it under schemas, or drop it, or give it to another role'),
      }),
    ),
    ...defaults.map(({ creator, schema, of, role, privileges }): Check => {
      const place = schema === null ? '' : ` IN SCHEMA ${identifier(schema)}`;
      const sql = `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(creator)}${place} REVOKE ALL ON ${of.toUpperCase()} FROM ${identifier(role)};`;
      return {
        ...base,
        result: 'warn',
        seen: `${shown(role)} will have ${listed(privileges)} on ${of} that ${shown(creator)} makes${schema === null ? '' : ` in schema ${shown(schema)}`}, and ${shown(role)} is not in the manifest`,
        ...advise(runs(`if it is not meant, ${shown(creator)} or a superuser`, inDatabase(database), sql)),
      };
    }),
  ];
}

/** `; it may log in and connect` */
function gettingIn(role: string, entering: readonly string[]): string {
  if (entering.length === 0) return '';
  const isItself = entering.length === 1 && entering[0] === role;
  return `; ${isItself ? 'it' : someNames(entering)} may log in and connect, and so gets at it`;
}

/** Alone it lets nobody see or change a thing. */
function isUsage({ of, privileges }: GrantOptions): boolean {
  return of === 'schema' && privileges.every((one) => one === 'USAGE');
}

/** `INSERT, SELECT on 3 tables` */
function held({ of, privileges, count }: GrantOptions): string {
  const what = of === 'schema' ? 'the schema' : count === 1 ? `1 ${of.slice(0, -1)}` : `${count} ${of}`;
  return `${listed(privileges)} on ${what}`;
}

function revocation({ schema, role, of }: GrantOptions, privileges = 'ALL'): string {
  const what = of === 'schema' ? 'SCHEMA' : `ALL ${of.toUpperCase()} IN SCHEMA`;
  return `REVOKE ${privileges} ON ${what} ${identifier(schema)} FROM ${identifier(role)};`;
}
