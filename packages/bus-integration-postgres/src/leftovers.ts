// What carries the deployment's mark, or lies among its DSN files, and is declared no more; with the statements that would
// retire it. They are shown and never run.

import { type Declaration, dsnFileName, type Leftover, loginsOf, rolesOf, shellQuote } from 'bus-integration-database';
import type { Wish } from './compute.ts';
import { type DsnDirectory, shownPath } from './dsn-directory.ts';
import { stagedSuffix } from './dsn-file.ts';
import { markOf } from './mark.ts';
import type { Observation, ObservedAdmin, ObservedServer } from './observation.ts';
import type { Remains } from './remains.ts';
import type { Session } from './session.ts';
import { boolean, list, readRow, record, text } from './shape.ts';
import { shown } from './shown.ts';
import { leftoversQuery } from './sql/leftovers.ts';
import { identifier } from './sql.ts';

/** One statement, in any database of the cluster. */
export async function readRemains(session: Session, wish: Wish): Promise<Remains> {
  return await readRow(session, shape, {
    sql: leftoversQuery(session.serverVersionNum),
    values: [markOf(wish.deploymentId), declaredIn(wish, rolesOf), declaredIn(wish, ({ databases }) => databases)],
    doing: 'reading what is declared no more',
  });
}

export const nothingRemains: Remains = { databases: [], roles: [] };

/** Whether what was read for the mark holds more than what is declared: else there is nothing to ask for. */
export function mayHaveRemains({ roles, databases }: Pick<Observation, 'roles' | 'databases'>, wish: Wish): boolean {
  const declared = {
    roles: declaredIn(wish, rolesOf),
    databases: declaredIn(wish, (declaration) => declaration.databases),
  };
  return (
    [...roles.keys()].some((name) => !declared.roles.includes(name)) ||
    [...databases.keys()].some((name) => !declared.databases.includes(name))
  );
}

const shape = record<Remains>({
  databases: list(record<Remains['databases'][number]>({ name: text, owner: text, adminActsAsOwner: boolean })),
  roles: list(
    record<Remains['roles'][number]>({
      name: text,
      adminMayGrant: boolean,
      databases: list(text),
      isInShared: boolean,
      grantors: list(
        record<Remains['roles'][number]['grantors'][number]>({
          name: text,
          adminMayGrant: boolean,
          adminActsAs: boolean,
          databases: list(text),
        }),
      ),
    }),
  ),
});

export interface LeftoversInput {
  readonly wish: Wish;
  readonly remains: Remains;
  /** By database, of those that were looked into: the schemas that carry the mark, declared ones too. */
  readonly markedSchemas: ReadonlyMap<string, readonly string[]>;
  readonly directory?: Pick<DsnDirectory, 'names' | 'shown' | 'path' | 'uid'> | undefined;
  readonly server: Pick<ObservedServer, 'database' | 'versionNum'>;
  readonly admin: Pick<ObservedAdmin, 'name' | 'isSuperuser'>;
}

/** Those of a server that was observed. */
export function observedLeftovers(
  { wish, directory }: Pick<LeftoversInput, 'wish' | 'directory'>,
  { remains = nothingRemains, inside, server, admin }: Observation,
): Leftover[] {
  const markedSchemas = new Map([...inside].map(([database, seen]) => [database, seen.markedSchemas]));
  return leftoversOf({ wish, remains, markedSchemas, directory, server, admin });
}

/** In the order in which they can be retired: databases, schemas, roles, files. */
export function leftoversOf(input: LeftoversInput): Leftover[] {
  return [...databases(input), ...schemas(input), ...roles(input), ...files(input)];
}

/** What is declared, by the request or the configuration. */
function declaredIn({ declaration, configured }: Wish, names: (declaration: Declaration) => readonly string[]) {
  return [...new Set([...names(declaration), ...(configured === undefined ? [] : names(configured))])];
}

function databases({ remains, server, admin }: LeftoversInput): Leftover[] {
  return remains.databases.map(({ name, owner, adminActsAsOwner }) => ({
    kind: 'database',
    name,
    retire: [{ database: outside(name, server), sql: [`DROP DATABASE ${identifier(name)};`] }],
    ...needs(adminActsAsOwner || admin.isSuperuser, `${shown(owner)}, which owns it, or a superuser`),
  }));
}

/** No session can be in the database that it drops. */
function outside(dropped: string, { database }: LeftoversInput['server']): string {
  return database === dropped ? 'postgres' : database;
}

function needs(isAdminEnough: boolean, who: string): Pick<Leftover, 'needs'> {
  return isAdminEnough ? {} : { needs: who };
}

function schemas({ wish, markedSchemas }: LeftoversInput): Leftover[] {
  const declared = declaredIn(wish, (declaration) => declaration.schemas);
  return wish.declaration.databases.flatMap((database) =>
    (markedSchemas.get(database) ?? [])
      .filter((name) => !declared.includes(name))
      .map((name) => ({
        kind: 'schema' as const,
        name,
        database,
        retire: [{ database, sql: [`DROP SCHEMA ${identifier(name)} CASCADE;`] }],
      })),
  );
}

/**
 * What a role owns goes to the admin in each database that stays, and its rights are revoked; then nothing keeps it from
 * being dropped. https://www.postgresql.org/docs/current/role-removal.html
 */
function roles({ remains, server, admin }: LeftoversInput): Leftover[] {
  const dropped = remains.databases.map(({ name }) => name);
  const home = dropped.includes(server.database) ? 'postgres' : server.database;
  const heir = identifier(admin.name);
  return remains.roles.map(({ name, adminMayGrant, databases: holding, isInShared, grantors }, index) => {
    const role = identifier(name);
    const staying = holding.filter((database) => !dropped.includes(database));
    const places = staying.length === 0 && isInShared ? [home] : staying;
    // What a role that was retired before this one had is the admin's by then.
    const gone = remains.roles.slice(0, index).map((other) => other.name);
    const others = grantors.filter(
      (owner) =>
        !owner.adminActsAs &&
        !gone.includes(owner.name) &&
        owner.databases.some((database) => !dropped.includes(database)),
    );
    const isAdminEnough = adminMayGrant && others.every((owner) => owner.adminMayGrant);
    // Who is no superuser must be a member of a role to act on its things; the membership in this one goes with it.
    const joins = isAdminEnough && !admin.isSuperuser && places.length > 0;
    const borrowed = joins ? others.map((owner) => identifier(owner.name)) : [];
    const inherits = server.versionNum >= 160000 ? ' WITH INHERIT TRUE' : '';
    const joining = joins ? [role, ...borrowed].map((each) => `GRANT ${each} TO ${heir}${inherits};`) : [];
    return {
      kind: 'role' as const,
      name,
      retire: [
        ...(joins ? [{ database: home, sql: joining }] : []),
        ...places.map((database) => ({
          database,
          sql: [`REASSIGN OWNED BY ${role} TO ${heir};`, `DROP OWNED BY ${role};`],
        })),
        {
          database: home,
          sql: [`DROP ROLE ${role};`, ...borrowed.map((each) => `REVOKE ${each} FROM ${heir};`)],
        },
      ],
      ...needs(isAdminEnough, 'a superuser'),
    };
  });
}

function files({ wish, directory }: LeftoversInput): Leftover[] {
  if (directory === undefined) return [];
  const known = new Set(
    declaredIn(wish, (declaration) =>
      loginsOf(declaration).map(({ database, role, isServiceRole }) =>
        dsnFileName(database, isServiceRole ? undefined : role),
      ),
    ),
  );
  return [...directory.names()]
    .filter((name) => /\.dsn(\.staged)?$/.test(name) && !known.has(withoutSuffix(name)))
    .sort()
    .map((name) => ({ kind: 'dsn-file', name, command: `rm -- ${shellQuote(shownPath(directory, name))}` }));
}

function withoutSuffix(name: string): string {
  return name.endsWith(stagedSuffix) ? name.slice(0, -stagedSuffix.length) : name;
}
