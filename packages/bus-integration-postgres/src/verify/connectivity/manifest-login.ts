// What a manifest says of each login, as the trial of a login wants to know it.
import type { FilePair } from 'bus-integration-database';
import type { ExpandedManifest } from '../../manifest/expand.ts';
import { type ExpectedAccess, expectedAccess, worksAs } from '../access/declared-access.ts';
import { declaredSettings } from '../access/session-settings.ts';

export interface ManifestLogin {
  readonly manifest: ExpandedManifest;
  /** The role that its session works as. */
  readonly works: string;
  /** What that one may. */
  readonly expected: ExpectedAccess;
  /** Schemas in which it makes things. */
  readonly creates: readonly string[];
  /** Schemas in which it may look. */
  readonly uses: readonly string[];
  /** Its sessions only read, by the manifest; or there is nothing that it could write. */
  readonly readsOnly: boolean;
  /** Its unqualified names are its own business. */
  readonly keepsPath: boolean;
  /** Who owns what is in the schemas, if that is not a login. */
  readonly makers: readonly string[];
  /** Roles with access that no file lets in: for the first login of the database alone. */
  readonly takeOthers: () => readonly string[] | undefined;
}

/** What is said of the login in a file; undefined of what lists declare. Which database was entered, it remembers. */
export function manifestLogins(
  manifest: ExpandedManifest | undefined,
  pairs: readonly FilePair[],
): (pair: FilePair) => ManifestLogin | undefined {
  if (manifest === undefined) return () => undefined;
  const isOpened = new Set<string>();
  const takeOthers = (database: string): readonly string[] | undefined => {
    if (isOpened.has(database)) return undefined;
    isOpened.add(database);
    const entering = pairs.filter((pair) => pair.database === database).map(({ role }) => role);
    return rolesWithoutFile(manifest, database, entering);
  };
  return (pair) => {
    const login = manifestLogin(pair, manifest);
    return login && { ...login, takeOthers: () => takeOthers(pair.database) };
  };
}

function manifestLogin(
  { role, database }: FilePair,
  manifest: ExpandedManifest,
): Omit<ManifestLogin, 'takeOthers'> | undefined {
  const works = worksAs(role, manifest);
  const expected = expectedAccess(manifest, works, database);
  if (expected === undefined) return undefined;
  const { isOwner, owner, schemas } = expected;
  const having = (privilege: string) =>
    [...schemas].flatMap(([name, { schema }]) => (isOwner || schema.has(privilege) ? [name] : []));
  const readOnly = declaredSettings({ role, database }, manifest).get('default_transaction_read_only')?.values[0];
  const writes = [...schemas.values()].some(
    ({ tables, relations }) =>
      tables.has('INSERT') || [...relations.values()].some((one) => one.privileges.has('INSERT')),
  );
  return {
    manifest,
    works,
    expected,
    creates: having('CREATE'),
    uses: having('USAGE'),
    readsOnly: (readOnly !== undefined && readOnly !== 'off') || !(writes || having('CREATE').length > 0),
    keepsPath: manifest.databases[database]?.search_path === 'keep',
    makers: owner === undefined || manifest.roles[owner]?.login ? [] : [owner],
  };
}

/** Roles with access to a database that no file lets in. */
export function rolesWithoutFile(
  { roles, databases }: ExpandedManifest,
  database: string,
  entering: readonly string[],
): string[] {
  const { access = {}, owner } = databases[database] ?? {};
  const having = Object.keys(roles).filter((role) => Object.hasOwn(access, role) || role === owner);
  return having.filter((role) => !entering.includes(role));
}
