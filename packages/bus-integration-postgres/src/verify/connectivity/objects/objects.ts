// What lies in declared schemas and no declared role may use, and default privileges that open what will be made, as
// a service saw them. Pure.
import { advise, type Check, printable } from 'bus-integration-database';
import type { Contents } from '../../../sql/verify/contents-query.ts';
import { mostTold } from '../../../text/bounded.ts';
import { inDatabase, runs } from '../../../text/psql-remedy.ts';
import { shown } from '../../../text/shown.ts';
import { identifier } from '../../../text/sql-text.ts';

/** Once for each database. */
export function objectChecks(
  database: string,
  roles: readonly string[],
  { unusable, publicDefaults }: Contents,
): Check[] {
  const base = { kind: 'connectivity' as const, target: printable(database), result: 'warn' as const };
  const defaults = (publicDefaults ?? []).map(
    ({ role, schema, kind, privileges }) =>
      `${privileges.join(', ')} on ${kind} that ${shown(role)} makes${schema === null ? '' : ` in ${shown(schema)}`}`,
  );
  const [first] = publicDefaults ?? [];
  return [
    ...(unusable ?? []).map(({ schema, kind, owner, count }) => ({
      ...base,
      id: 'unusable-objects',
      seen: `no declared role may use ${count} of the ${kind} in schema ${shown(schema)}, owned by ${shown(owner)}`,
      ...advise(
        runs(
          `${shown(owner)} or a superuser`,
          inDatabase(database),
          `GRANT ALL ON ALL ${kind.toUpperCase()} IN SCHEMA ${identifier(schema)} TO ${roles.slice(0, 1).map(identifier).join('')};`,
        ),
      ),
    })),
    ...(defaults.length === 0 || first === undefined
      ? []
      : [
          {
            ...base,
            id: 'default-privileges',
            seen: `default privileges give PUBLIC ${defaults.slice(0, mostTold).join('; ')}${defaults.length > mostTold ? '; …' : ''}`,
            ...advise(
              runs(
                `${shown(first.role)} or a superuser`,
                inDatabase(database),
                `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(first.role)}${first.schema === null ? '' : ` IN SCHEMA ${identifier(first.schema)}`} REVOKE ALL ON ${first.kind.toUpperCase()} FROM PUBLIC;`,
              ),
            ),
          },
        ]),
  ];
}
