// How statements of a provider stand in a script that a person reads and runs. The surface decides what is in it, and in
// which order; comments begin with `--`.

export interface ScriptWriter {
  /** The program that runs it. */
  readonly program: string;
  /** What stands first, such as that an error ends it. */
  readonly opening: readonly string[];
  /** Goes on as the role to which everything that is made is to belong. */
  readonly actAs: (role: string) => readonly string[];
  /** Goes on in another database. */
  readonly connect: (database: string) => readonly string[];
  /** Statements that hold together. */
  readonly together: (lines: readonly string[]) => readonly string[];
  /** A statement as it is safe in this script. */
  readonly statement: (sql: string) => readonly string[];
}
