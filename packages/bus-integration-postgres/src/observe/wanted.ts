// What is read of a server only where something of it is desired: the rest of a deployment takes no longer for it.

import type { ObjectsAsked } from './objects.ts';

/** Of the databases themselves. */
export interface WantedDatabases {
  /** Those whose encoding, locale and tablespace count, and the templates of those that are to be made. */
  readonly names: ReadonlySet<string>;
  readonly tablespaces: ReadonlySet<string>;
  /** Locales of the operating system, by the databases that are to have them. */
  readonly locales: ReadonlyMap<string, string>;
}

/** Inside one database. */
export interface WantedInside {
  /** Versions by extension; undefined is any. */
  readonly extensions: ReadonlyMap<string, string | undefined>;
  /** Who is to own a schema and all that is in it, but for what its makers make. */
  readonly owners: ReadonlyMap<string, { readonly owner: string; readonly makers: readonly string[] }>;
  /** What may be done with the things in its schemas, and by which roles; absent where that is left alone. */
  readonly objects?: ObjectsAsked;
}

export interface Wanted {
  readonly databases?: WantedDatabases;
  /** Names of extensions, of whatever database. */
  readonly extensions: ReadonlySet<string>;
  readonly inside: ReadonlyMap<string, WantedInside>;
}

export const nothingMore: Wanted = { extensions: new Set(), inside: new Map() };
