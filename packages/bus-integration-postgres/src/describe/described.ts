// What is read of a server to describe it: the shapes, and the reading in READ ONLY transactions. Never writes.
import { holdsSecret } from 'bus-integration-database/manifest';
import type { Session } from '../connection/connect.ts';
import { readRow } from '../connection/session/shape.ts';
import { quotedLists, storedValues } from '../kinds/roles/setting-value.ts';
import type { ObservedStrays } from '../observe/observation.ts';
import { straysShape } from '../observe/wanted-shapes.ts';
import { describedClusterQuery, describedInsideQuery } from '../sql/describe-query.ts';
import { straysQuery } from '../sql/strays-query.ts';
import { shown } from '../text/shown.ts';
import { clusterShape, type DescribedClusterRow, type DescribedInsideRow, insideShape } from './described-shapes.ts';

interface DescribedSetting {
  readonly role: string | null;
  readonly database: string | null;
  /** In lower case. */
  readonly name: string;
  /** A list where the server keeps one. */
  readonly value: string | readonly string[];
  /** Why no manifest can say it, as the end of a sentence. */
  readonly fault?: string;
}

export interface DescribedCluster extends Omit<DescribedClusterRow, 'settings'> {
  readonly settings: readonly DescribedSetting[];
}

/** Why a setting can't stand in a manifest: its reader says so. */
export type SettingFault = (name: string, value: string | readonly string[]) => string | undefined;

export interface DescribedInside extends DescribedInsideRow {
  /** What belongs to others than its schema does. */
  readonly strays: readonly Pick<ObservedStrays, 'schema' | 'owner' | 'type' | 'count'>[];
}

/** Roles, memberships, settings and databases: one statement. */
export async function readDescribedCluster(session: Session, settingFault: SettingFault): Promise<DescribedCluster> {
  const sql = describedClusterQuery(session.serverVersionNum);
  const doing = 'reading roles and databases';
  const row = await reading(session, () => readRow(session, clusterShape, { sql, doing }));
  const settings = row.settings.flatMap(({ role, database, items }) =>
    items.map((item): DescribedSetting => {
      const end = item.indexOf('=');
      const name = item.slice(0, end).toLowerCase();
      const values = storedValues(name, item.slice(end + 1));
      const value = quotedLists.includes(name) ? values : (values[0] ?? '');
      const fault = secretFault(name, values) ?? settingFault(name, value);
      return { role, database, name, value, ...(fault !== undefined && { fault }) };
    }),
  );
  return { ...row, settings };
}

/** Settings of applications hold tokens and keys, and no one can tell which. */
function secretFault(name: string, values: readonly string[]): string | undefined {
  if (name.includes('.')) return 'it is a custom setting, which may hold a secret';
  return values.some(holdsSecret) ? 'its value looks like a secret' : undefined;
}

/** What is in the session's database: two statements. */
export function readDescribedInside(session: Session): Promise<DescribedInside> {
  const doing = `reading what is in ${shown(session.database)}`;
  return reading(session, async () => {
    const inside = await readRow(session, insideShape, { sql: describedInsideQuery, doing });
    const schemas = inside.schemas.filter(({ isMember }) => !isMember);
    const { strays } = await readRow(session, straysShape, {
      sql: straysQuery(session.serverVersionNum),
      values: [schemas.map(({ name }) => name), schemas.map(({ owner }) => owner)],
      doing,
    });
    return { ...inside, strays };
  });
}

async function reading<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.script('BEGIN READ ONLY');
  try {
    const read = await work();
    await session.script('COMMIT');
    return read;
  } catch (error) {
    await session.script('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
