// What carries the deployment's mark, or is a DSN file of what does or of nobody, and is no longer declared; with the
// statements that would retire it. They are shown and never run.

import {
  advise,
  command,
  type DesiredNames,
  type Leftover,
  type OutputPlace,
  type StrayFile,
  shownPath,
  withoutSuffix,
} from 'bus-integration-database';
import { retiredNames } from '../asked/retired-names.ts';
import type { Session } from '../connection/session/session.ts';
import { boolean, integer, list, readRow, record, text } from '../connection/session/shape.ts';
import { endpointOf, type Reached } from '../conninfo/dsn-endpoint.ts';
import { isFileOfOurs } from '../kinds/dsn-file.ts';
import type { LeftoverKind } from '../kinds/kind/kind.ts';
import { markOf } from '../observe/mark.ts';
import type { Observation, ObservedAdmin, ObservedServer } from '../observe/observation.ts';
import { nothingRemains, type RemainingRole, type Remains } from '../observe/remains.ts';
import type { RetiredNames } from '../observe/retiring.ts';
import type { Intent } from '../plan/intent.ts';
import { hasRemainsQuery, leftoversQuery, type MarkedSchema } from '../sql/leftovers-query.ts';
import { shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';
import { byManifest } from './retire-entry.ts';
import { heirsOf, retiredRoles } from './retired-roles.ts';

/** One statement, in any database of the cluster. */
export async function readRemains(session: Session, intent: Intent, files: readonly StrayFile[]): Promise<Remains> {
  const retired = retiredBy(intent);
  const logins = files.flatMap((file) => [file, ...(file.beside ?? [])]);
  const found = await readRow(session, shape, {
    sql: leftoversQuery(session.serverVersionNum),
    values: [
      markOf(intent.declared.deploymentId),
      [...intent.declared.roles, ...retired.roles],
      [...intent.declared.databases.keys(), ...retired.databases],
      logins.map(({ role }) => role),
      logins.map(({ database }) => database),
      heirsOf(intent),
    ],
    doing: 'reading what is no longer declared',
  });
  return { ...found, files };
}

/** The same where something may remain, which is asked first: a statement or two. */
export async function readAnyRemains(session: Session, intent: Intent, files: readonly StrayFile[]): Promise<Remains> {
  if (files.length > 0) return await readRemains(session, intent, files);
  const { deploymentId, roles, databases } = intent.declared;
  const retired = retiredBy(intent);
  const { hasRemains } = await readRow(session, record<{ readonly hasRemains: boolean }>({ hasRemains: boolean }), {
    sql: hasRemainsQuery,
    values: [markOf(deploymentId), [...roles, ...retired.roles], [...databases.keys(), ...retired.databases]],
    doing: 'reading what is no longer declared',
  });
  return hasRemains ? await readRemains(session, intent, files) : nothingRemains;
}

/** What is to be retired is no leftover: there are steps for it. */
function retiredBy({ desired }: Pick<Intent, 'desired'>): RetiredNames {
  return retiredNames(desired.resources) ?? { roles: [], databases: [] };
}

/** Whether what was read for the mark holds more than what is declared: else there is nothing to ask for. */
export function mayHaveRemains(
  { roles, databases }: Pick<Observation, 'roles' | 'databases'>,
  { declared }: Pick<Intent, 'declared'>,
): boolean {
  return (
    [...roles.keys()].some((name) => !declared.roles.has(name)) ||
    [...databases.keys()].some((name) => !declared.databases.has(name))
  );
}

const named = list(record<Remains['namedRoles'][number]>({ name: text, isOurs: boolean }));

const actable = { name: text, adminMayGrant: boolean, adminActsAs: boolean };

const shape = record<Omit<Remains, 'files'>>({
  databases: list(
    record<Remains['databases'][number]>({
      name: text,
      owner: text,
      adminActsAsOwner: boolean,
      sessions: integer,
      isCredible: boolean,
    }),
  ),
  namedRoles: named,
  namedDatabases: named,
  heirs: list(record<Remains['heirs'][number]>(actable)),
  roles: list(
    record<RemainingRole>({
      name: text,
      adminMayGrant: boolean,
      sessions: integer,
      databases: list(
        record<RemainingRole['databases'][number]>({
          name: text,
          allowsConnections: boolean,
          adminMayConnect: boolean,
        }),
      ),
      isInShared: boolean,
      ownsShared: boolean,
      grantors: list(record<RemainingRole['grantors'][number]>({ ...actable, databases: list(text) })),
    }),
  ),
});

export interface LeftoversInput {
  readonly intent: Intent;
  readonly remains: Remains;
  /** By database, of those that were looked into: the schemas that carry the mark, declared ones too. */
  readonly markedSchemas: ReadonlyMap<string, readonly MarkedSchema[]>;
  readonly directory?: OutputPlace | undefined;
  readonly reached: Reached;
  readonly server: Pick<ObservedServer, 'database' | 'versionNum' | 'entersPostgres'>;
  readonly admin: Pick<ObservedAdmin, 'name' | 'isSuperuser'>;
}

/** Those of a server that was observed. */
export function observedLeftovers(
  { intent, directory }: Pick<LeftoversInput, 'intent' | 'directory'>,
  { remains = nothingRemains, inside, reached, server, admin }: Observation,
): Leftover[] {
  const markedSchemas = new Map([...inside].map(([database, seen]) => [database, seen.markedSchemas]));
  return leftoversOf({ intent, remains, markedSchemas, directory, reached, server, admin });
}

/** In the order in which they can be retired: databases, schemas, roles, files. */
export function leftoversOf(input: LeftoversInput): Leftover[] {
  const { intent, remains } = input;
  const isKept = ({ name }: { readonly name: string }) => intent.overruled?.roles.has(name) === true;
  const retired = remains.roles.filter((role) => !isKept(role));
  const roles = retiredRoles({
    ...input,
    remains: { ...remains, roles: retired },
    dropped: droppedIn(input),
    home: homeOf(input),
  });
  const kept = remains.roles.filter(isKept).map(({ name }) => ({ kind: 'role' as const, name, ...declaredElsewhere }));
  const found: Readonly<Record<LeftoverKind, readonly Leftover[]>> = {
    database: databases(input).map((leftover) => byManifest(leftover, input)),
    schema: schemas(input),
    role: [...roles.map((leftover) => byManifest(leftover, input)), ...kept],
    'dsn-file': files(input),
  };
  return Object.values(found).flat();
}

/** ./.env declares it, and the environment's own values win over that: what looks left over may be a slip of a shell. */
const declaredElsewhere = { declared_in: './.env' };

function databases(input: LeftoversInput): Leftover[] {
  const dropped = droppedIn(input);
  return believed(input.remains).map(({ name, owner, adminActsAsOwner, sessions }) => {
    if (!dropped.includes(name)) return { kind: 'database', name, ...declaredElsewhere };
    return {
      kind: 'database',
      name,
      before: `nothing needs what is in it, and no session is in it (now: ${sessions})`,
      retire: [{ database: homeOf(input), sql: [`DROP DATABASE ${identifier(name)};`] }],
      ...needs(adminActsAsOwner || input.admin.isSuperuser, ownerOf(owner)),
    };
  });
}

function droppedIn({ intent, remains }: LeftoversInput): string[] {
  return believed(remains).flatMap(({ name }) => (intent.overruled?.databases.has(name) ? [] : [name]));
}

function believed({ databases }: Remains): Remains['databases'] {
  return databases.filter(({ isCredible }) => isCredible);
}

/** A database that stays: no session can be in one that it drops. */
function homeOf(input: LeftoversInput): string {
  const { server } = input;
  const dropped = droppedIn(input);
  const places = [server.database, ...(server.entersPostgres ? ['postgres'] : [])];
  return places.find((name) => !dropped.includes(name)) ?? 'template1';
}

function ownerOf(owner: string): string {
  return `${shown(owner)}, which owns it, or a superuser`;
}

function needs(isAdminEnough: boolean, who: string): Pick<Leftover, 'needs'> {
  return isAdminEnough ? {} : { needs: who };
}

function schemas({ intent, markedSchemas }: LeftoversInput): Leftover[] {
  return [...intent.desired.databases.keys()].flatMap((database) => {
    const [declared, kept] = [intent.declared, intent.overruled].map(
      (names) => names?.databases.get(database)?.schemas,
    );
    return (markedSchemas.get(database) ?? [])
      .filter(({ name }) => !declared?.has(name))
      .map(({ name, owner, adminActsAsOwner }) => {
        const schema = { kind: 'schema' as const, name, database };
        if (kept?.has(name)) return { ...schema, ...declaredElsewhere };
        return {
          ...schema,
          before: 'nothing needs what is in it',
          retire: [{ database, sql: [`DROP SCHEMA ${identifier(name)} CASCADE;  -- with all that is in it`] }],
          ...needs(adminActsAsOwner, ownerOf(owner)),
        };
      });
  });
}

function files({ intent, remains, directory, reached }: LeftoversInput): Leftover[] {
  if (directory === undefined) return [];
  const endpoint = endpointOf(intent.service, reached);
  return remains.files
    .filter((file) => isFileOfOurs(file, remains, endpoint))
    .map((file) => ({
      kind: 'dsn-file',
      name: file.name,
      ...(isDeclaredIn(intent.overruled, file) ? declaredElsewhere : removal(shownPath(directory, file.name))),
    }));
}

function isDeclaredIn(names: DesiredNames | undefined, { name, database, role }: StrayFile): boolean {
  if (names === undefined) return false;
  // Where they would be too many none is listed.
  if (names.outputs.size === 0) return names.databases.has(database) && names.roles.has(role);
  return names.outputs.has(withoutSuffix(name));
}

function removal(path: string): Pick<Leftover, 'command' | 'advice'> {
  const { remedy, advice } = advise(command('rm', '--', { path }));
  return { ...(remedy !== undefined && { command: remedy }), ...(advice !== undefined && { advice }) };
}
