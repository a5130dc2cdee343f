// What was granted beside the manifest, which neither access nor plan looks at: to its roles in schemas that it does not
// declare, and to other roles in those that it does. Read once for each database.
import { advise, type Check, printable } from 'bus-integration-database';
import type { Session } from '../../connection/session/session.ts';
import { boolean, integer, list, nullable, oneOf, readRow, record, text } from '../../connection/session/shape.ts';
import type { ExpandedManifest } from '../../manifest/expand.ts';
import { markOf } from '../../observe/mark.ts';
import {
  type OwnedElsewhere,
  type Undeclared,
  type UndeclaredDefaults,
  type UndeclaredGrants,
  undeclaredQuery,
} from '../../sql/verify/undeclared-query.ts';
import { boundedChecks } from '../../text/bounded.ts';
import { inDatabase, ownerOrSuperuser, runs } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier } from '../../text/sql-text.ts';
import { list as listed } from './finding-words.ts';

const things = oneOf('tables', 'sequences', 'routines');
const shape = record<Undeclared>({
  grants: list(
    record<UndeclaredGrants>({
      schema: text,
      isElsewhere: boolean,
      isMarked: boolean,
      role: text,
      of: oneOf('schema', 'tables', 'sequences', 'routines'),
      privileges: list(text),
      count: integer,
    }),
  ),
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
  database: string,
  doing: string,
): Promise<Check[]> {
  const schemas = Object.hasOwn(databases, database) ? (databases[database]?.schemas ?? []) : [];
  const values = [Object.keys(roles), [...schemas], markOf(deployment)];
  const found = await readRow(session, shape, { sql: undeclaredQuery, values, doing });
  return boundedChecks(judgeUndeclared(found, database), `privileges in ${shown(database)} that are not declared`);
}

/** Pure. */
function judgeUndeclared({ grants, owned, defaults }: Undeclared, database: string): Check[] {
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
      return [
        {
          ...base,
          // A schema that left the manifest was the deployment's to give.
          result: isElsewhere && isMarked ? 'fail' : 'warn',
          seen: `${shown(role)} has privileges in schema ${shown(schema)}${why}: ${group.map(held).join('; ')}`,
          ...advise(
            runs(
              isElsewhere && isMarked ? ownerOrSuperuser : `if it is not meant, ${ownerOrSuperuser}`,
              inDatabase(database),
              group.map(revocation).join(' '),
            ),
          ),
        },
      ];
    }),
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

/** Alone it lets nobody see or change a thing. */
function isUsage({ of, privileges }: UndeclaredGrants): boolean {
  return of === 'schema' && privileges.every((one) => one === 'USAGE');
}

/** `INSERT, SELECT on 3 tables` */
function held({ of, privileges, count }: UndeclaredGrants): string {
  const what = of === 'schema' ? 'the schema' : count === 1 ? `1 ${of.slice(0, -1)}` : `${count} ${of}`;
  return `${listed(privileges)} on ${what}`;
}

function revocation({ schema, role, of }: UndeclaredGrants): string {
  const what = of === 'schema' ? 'SCHEMA' : `ALL ${of.toUpperCase()} IN SCHEMA`;
  return `REVOKE ALL ON ${what} ${identifier(schema)} FROM ${identifier(role)};`;
}
