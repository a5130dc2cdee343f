// What an access word gives, and which privileges there are for what: the tables. Decides nothing.
// https://www.postgresql.org/docs/current/ddl-priv.html

/** What a word gives; nothing where a list is empty. */
interface Gift {
  readonly text: string;
  readonly database: readonly string[];
  /** On each declared schema. */
  readonly schema: readonly string[];
  /** On tables, partitioned and foreign ones, views and materialized views. */
  readonly tables: readonly string[];
  readonly sequences: readonly string[];
  /** Only with `routines: closed`. */
  readonly routines: readonly string[];
}

export const accessWords = {
  connect: {
    text: 'may log in to the database',
    database: ['CONNECT'],
    schema: [],
    tables: [],
    sequences: [],
    routines: [],
  },
  read: {
    text: 'reads every table of the declared schemas',
    database: ['CONNECT', 'TEMPORARY'],
    schema: ['USAGE'],
    tables: ['SELECT'],
    sequences: ['SELECT'],
    routines: ['EXECUTE'],
  },
  write: {
    text: 'reads and writes every table of the declared schemas',
    database: ['CONNECT', 'TEMPORARY'],
    schema: ['USAGE'],
    tables: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
    sequences: ['USAGE', 'SELECT'],
    routines: ['EXECUTE'],
  },
  create: {
    text: 'makes its own tables in the declared schemas',
    database: ['CONNECT', 'TEMPORARY'],
    schema: ['USAGE', 'CREATE'],
    tables: [],
    sequences: [],
    routines: [],
  },
} as const satisfies Readonly<Record<string, Gift>>;

export type AccessWord = keyof typeof accessWords;

/** What a word or a privilege can be given on in detail. */
interface DetailScope {
  readonly text: string;
  /** Words for all of a kind. */
  readonly all: readonly string[];
  /** What is named: `app.invoices`, `app.close_month(date)`, `app`, `TYPE app.money`. */
  readonly names: 'relation' | 'routine' | 'schema' | 'usable' | 'none';
  /** Whether single columns can be named. */
  readonly hasColumns?: true;
}

export const details = {
  read: {
    text: 'The privileges of the word read, on these objects only.',
    all: ['tables', 'sequences', 'routines'],
    names: 'relation',
  },
  write: {
    text: 'The privileges of the word write, on these objects only.',
    all: ['tables', 'sequences', 'routines'],
    names: 'relation',
  },
  create: { text: 'The privileges of the word create, in these schemas only.', all: ['schemas'], names: 'schema' },
  SELECT: {
    text: 'May read rows (and current values of sequences).',
    all: ['tables', 'sequences'],
    names: 'relation',
    hasColumns: true,
  },
  INSERT: { text: 'May insert rows.', all: ['tables'], names: 'relation', hasColumns: true },
  UPDATE: {
    text: 'May update rows (and use nextval and setval on sequences).',
    all: ['tables', 'sequences'],
    names: 'relation',
    hasColumns: true,
  },
  DELETE: { text: 'May delete rows.', all: ['tables'], names: 'relation' },
  TRUNCATE: { text: 'May truncate tables.', all: ['tables'], names: 'relation' },
  REFERENCES: {
    text: 'May create foreign keys that refer to these tables.',
    all: ['tables'],
    names: 'relation',
    hasColumns: true,
  },
  TRIGGER: { text: 'May create triggers on these tables.', all: ['tables'], names: 'relation' },
  MAINTAIN: {
    text: 'May VACUUM, ANALYZE, REINDEX, CLUSTER, REFRESH and LOCK. Needs PostgreSQL 17 or newer.',
    all: ['tables'],
    names: 'relation',
  },
  USAGE: {
    text: 'May use objects in the schemas, or nextval and currval on the sequences; and what is named as in GRANT: TYPE app.money, FOREIGN SERVER files, FOREIGN DATA WRAPPER postgres_fdw.',
    all: ['schemas', 'sequences'],
    names: 'usable',
  },
  EXECUTE: {
    text: 'May call functions and procedures: names with the types of their arguments, app.close_month(date).',
    all: ['routines'],
    names: 'routine',
  },
  CREATE: {
    text: 'May create objects in the schemas, or schemas in the database.',
    all: ['schemas', 'database'],
    names: 'schema',
  },
  TEMPORARY: { text: 'May create temporary tables.', all: ['database'], names: 'none' },
} as const satisfies Readonly<Record<string, DetailScope>>;

export type Detail = keyof typeof details;

/** What people will write, and why it is none of them. */
export const noDetails: Readonly<Record<string, string>> = {
  ALL: 'it is another set of privileges on another version; name each one',
  ALL_PRIVILEGES: 'it is another set of privileges on another version; name each one',
  CONNECT: 'every role of access may connect; leave it out',
  connect: 'every role of access may connect; leave it out',
  TEMP: 'it is called TEMPORARY here',
};

export function scopeOf(detail: Detail): DetailScope {
  return details[detail];
}

/** What there is on tables: MAINTAIN came with 17. */
export function tablePrivileges(versionNum: number): readonly string[] {
  const all = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'];
  return versionNum >= 170000 ? [...all, 'MAINTAIN'] : all;
}
