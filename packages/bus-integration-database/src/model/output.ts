// A file that is to hold what a service needs to log in: in which form, for which logins, where it stands. Plain data.

/** A login that an output file holds. */
export interface OutputConnection {
  readonly database: string;
  readonly role: string;
  /** Its name in the file, in a form that names what it holds. */
  readonly variable?: string;
}

export interface PoolerAddress {
  readonly host: string;
  readonly port: string;
}

/** What its form writes beside the connections. */
export interface OutputSettings {
  readonly namespace?: string;
  /** A pooler before the server: of a form that has no place for both addresses it is the one that the file names. */
  readonly pooler?: PoolerAddress;
}

export interface Output {
  /** Its name inside the output directory; of one that stands elsewhere its path, which has a slash in it. */
  readonly file: string;
  /** What the provider calls it: `uri`, `pgpass` … */
  readonly form: string;
  /** One or more, all of one form: that several stand in one file is for the form to say. */
  readonly connections: readonly OutputConnection[];
  readonly settings?: OutputSettings;
  /** The name that the same file has where the deployment has another number of login roles. */
  readonly formerly?: string;
  /** `user` or `user:group`, where it is another than that of all. */
  readonly owner?: string;
  /** Where it is another than 0600, in octal digits. */
  readonly mode?: string;
}

/** Whether it stands outside of the output directory. */
export function standsElsewhere({ file }: Pick<Output, 'file'>): boolean {
  return file.includes('/');
}

/** Where each login stands in an output's connections. */
export function placesIn({ connections }: Pick<Output, 'connections'>): (login: OutputLogin) => number {
  const keyOf = ({ role, database }: OutputLogin) => JSON.stringify([role, database]);
  const places = new Map(connections.map((one, place) => [keyOf(one), place]));
  return (login) => places.get(keyOf(login)) ?? -1;
}

type OutputLogin = Pick<OutputConnection, 'database' | 'role'>;

/** Every login of these files, once. */
export function connectionsOf(outputs: ReadonlyMap<string, Output>): OutputLogin[] {
  const all = [...outputs.values()].flatMap(({ connections }) => connections);
  return [...new Map(all.map((one) => [JSON.stringify([one.database, one.role]), one])).values()];
}
