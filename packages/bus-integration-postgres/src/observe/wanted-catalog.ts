// Reads what is looked at only where it is desired. Never writes.
import type { Session } from '../connection/connect.ts';
import { readRow } from '../connection/session/shape.ts';
import { creationQuery, localeQuery } from '../sql/creation-query.ts';
import { availableQuery } from '../sql/extension-query.ts';
import { sqlstateOf } from '../text/sqlstate.ts';
import type { AvailableExtension, CreationFacts, Observation } from './observation.ts';
import type { Wanted, WantedDatabases } from './wanted.ts';
import { availableShape, creationShape } from './wanted-shapes.ts';

/** Of the whole server: nothing where nothing is wanted, else a statement for each that is. */
export async function readWanted(
  session: Session,
  { databases, extensions }: Wanted,
): Promise<Pick<Observation, 'creation' | 'extensions'>> {
  return {
    ...(databases !== undefined && { creation: await readCreation(session, databases) }),
    ...(extensions.size > 0 && { extensions: await readAvailable(session, extensions) }),
  };
}

async function readCreation(session: Session, wanted: WantedDatabases): Promise<CreationFacts> {
  const { databases, tablespaces, knowsIcu } = await readRow(session, creationShape, {
    sql: creationQuery(session.serverVersionNum),
    values: [[...wanted.names], [...wanted.tablespaces]],
    doing: 'reading how databases were made',
  });
  const made = new Map(databases.map((database) => [database.name, database]));
  const locales = [...wanted.locales].flatMap(([name, locale]) => (made.has(name) ? [] : [locale]));
  const unknownLocales = new Set<string>();
  for (const locale of new Set(locales)) if (!(await isLocale(session, locale))) unknownLocales.add(locale);
  return { databases: made, tablespaces: new Map(tablespaces.map((one) => [one.name, one])), knowsIcu, unknownLocales };
}

/** Whether the operating system has a locale: a setting takes no other. */
async function isLocale(session: Session, locale: string): Promise<boolean> {
  try {
    await session.query(localeQuery, [locale], { doing: 'asking for a locale' });
    return true;
  } catch (error) {
    if (sqlstateOf(error) === '22023') return false;
    throw error;
  }
}

async function readAvailable(
  session: Session,
  names: ReadonlySet<string>,
): Promise<NonNullable<Observation['extensions']>> {
  const { extensions } = await readRow(session, availableShape, {
    sql: availableQuery,
    values: [[...names]],
    doing: 'reading which extensions there are',
  });
  const byName = new Map<string, AvailableExtension[]>();
  for (const one of extensions) byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
  return byName;
}
