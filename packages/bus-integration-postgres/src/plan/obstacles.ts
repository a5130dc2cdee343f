// What is in databases and may refuse or change what apply and services do there, though they have every right. Pure.
import { advise, type Diagnostic } from 'bus-integration-database';
import type { Observation } from '../observe/observation.ts';
import { mostTold, someNames } from '../text/bounded.ts';
import { inDatabase, runs } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';

/** @param isChanging whether a run would do anything: else event triggers are only worth knowing */
export function obstacleFindings({ inside }: Observation, isChanging: boolean): Diagnostic[] {
  return [...inside].flatMap(([database, { obstacles }]): Diagnostic[] => {
    if (obstacles === undefined) return [];
    const triggers = obstacles.eventTriggers.filter(({ isMember }) => !isMember);
    const tables = new Map<string, string[]>();
    for (const { role, schema, name } of obstacles.withoutPolicy)
      tables.set(role, [...(tables.get(role) ?? []), `${identifier(schema)}.${identifier(name)}`]);
    const target = printable(database);
    return [
      ...(triggers.length === 0
        ? []
        : [
            {
              severity: isChanging ? ('warn' as const) : ('info' as const),
              code: 'event-trigger',
              message: `event triggers of ${shown(database)} run at commands there, and may refuse or change them: ${triggers
                .slice(0, mostTold)
                .map(({ name, event, calls }) => `${shown(name)} (at ${event}, ${shown(calls)})`)
                .join(', ')}${triggers.length > mostTold ? ', …' : ''}`,
              target,
              ...advise(
                runs(
                  'if one is not meant, its owner or a superuser',
                  inDatabase(database),
                  `ALTER EVENT TRIGGER ${identifier(triggers[0]?.name ?? '')} DISABLE;`,
                ),
              ),
            },
          ]),
      ...[...tables].map(
        ([role, names]): Diagnostic => ({
          severity: 'warn',
          code: 'row-security',
          message: `role ${shown(role)} has privileges on ${someNames(names)} of ${shown(database)}, with row security and no policy for it: it sees no row there`,
          target,
          ...advise(
            runs(
              'if that is not meant, its owner or a superuser',
              inDatabase(database),
              `CREATE POLICY ${identifier(role)} ON ${names[0]} TO ${identifier(role)} USING (true);`,
            ),
          ),
        }),
      ),
    ];
  });
}
