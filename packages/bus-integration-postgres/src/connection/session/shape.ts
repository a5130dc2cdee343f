// What a server's rows must look like, checked where they are read: a server, or what stands between, may answer
// anything, and what it answers goes into SQL, files and terminals. Says what was seen by its type, never its content.
import { OperationError } from 'bus-integration-database';
import type { RequestOptions, Session } from './session.ts';

/** Gives a value that has been checked, made of what it names alone; throws for any other. */
export type RowShape<T> = (value: unknown) => T;

/** Rows of a statement, each of the shape. `doing` names the statement in messages: `reading the roles`. */
export async function readRows<T>(
  session: Session,
  shape: RowShape<T>,
  { sql, values = [], ...options }: ReadQuery,
): Promise<T[]> {
  const rows = await session.query<unknown>(sql, values, options);
  return rows.map((row) => shaped(row, shape, session.where, options.doing));
}

/** The one row of a statement that gives one. */
export async function readRow<T>(session: Session, shape: RowShape<T>, reading: ReadQuery): Promise<T> {
  return onlyOne(await readRows(session, shape, reading), session.where, reading.doing);
}

/** The same, after the one row of another statement, which runs as the login left the session. */
export async function readRowAfter<First, T>(
  session: Session,
  [firstShape, first]: readonly [RowShape<First>, string],
  shape: RowShape<T>,
  { sql, values, ...options }: ReadQuery,
): Promise<[First, T]> {
  const { where } = session;
  const { doing } = options;
  const [firstRows, rows] = await session.queryAfter(first, sql, values, options);
  return [
    shaped(onlyOne(firstRows, where, doing), firstShape, where, doing),
    shaped(onlyOne(rows, where, doing), shape, where, doing),
  ];
}

/** The row of a statement that gives one. */
export function onlyOne<T>(rows: readonly T[], where: string, doing: string): T {
  const [row, ...others] = rows;
  if (row === undefined || others.length > 0) {
    throw violation(where, doing, `${others.length === 0 ? 'no row' : 'several rows'}; expected one`);
  }
  return row;
}

export interface ReadQuery extends RequestOptions {
  readonly sql: string;
  readonly values?: readonly unknown[];
  readonly doing: string;
}

/** One row that was read otherwise. */
export function shaped<T>(row: unknown, shape: RowShape<T>, where: string, doing: string): T {
  try {
    return shape(row);
  } catch (error) {
    if (!(error instanceof Misshapen)) throw error;
    throw violation(where, doing, `${error.path.replace(/^\./, '') || 'the row'} ${error.message}`);
  }
}

function violation(where: string, doing: string, seen: string): OperationError {
  return new OperationError('unreachable', `${where} answered ${doing} as no PostgreSQL does: ${seen}`, {
    code: 'protocol-violation',
    target: where,
    remedy: 'check host and port in the DSN, and what stands between here and the server',
  });
}

class Misshapen extends Error {
  /** From the row down to the value; put together only when there is something to tell. */
  path = '';
}

/** Of a shape that is made of no others. */
export function refuseShape(value: unknown, expected: string): never {
  const seen = value === null ? 'null' : Array.isArray(value) ? 'an array' : `of type ${typeof value}`;
  throw new Misshapen(`is ${seen}; expected ${expected}`);
}

function inside(error: unknown, place: string): unknown {
  if (error instanceof Misshapen) error.path = place + error.path;
  return error;
}

/** A name, a comment: any text that PostgreSQL can store. */
export const text: RowShape<string> = (value) => {
  if (typeof value === 'string' && !value.includes('\0')) return value;
  return refuseShape(value, 'text without NUL');
};

/** Text of printable ASCII: a version, an address, an encoding. */
export const word: RowShape<string> = (value) => {
  if (typeof value === 'string' && /^[\x20-\x7e]{1,200}$/.test(value)) return value;
  return refuseShape(value, 'at most 200 printable ASCII characters');
};

export const integer: RowShape<number> = (value) => {
  return Number.isSafeInteger(value) ? (value as number) : refuseShape(value, 'a whole number');
};

export const number: RowShape<number> = (value) => {
  return Number.isFinite(value) ? (value as number) : refuseShape(value, 'a number');
};

export const boolean: RowShape<boolean> = (value) => {
  return typeof value === 'boolean' ? value : refuseShape(value, 'a boolean');
};

/** In UTC, as `2026-01-31T12:00:00.000Z`: what a session writes by itself depends on its DateStyle. */
export const time: RowShape<Date> = (value) => {
  const read = typeof value === 'string' && value.endsWith('Z') ? new Date(value) : undefined;
  return read === undefined || Number.isNaN(read.getTime()) ? refuseShape(value, 'a time in UTC') : read;
};

export const bytes: RowShape<Buffer> = (value) => {
  return Buffer.isBuffer(value) ? value : refuseShape(value, 'bytes');
};

/** A closed vocabulary. */
export function oneOf<const T extends string>(...words: readonly T[]): RowShape<T> {
  return (value) => words.find((known) => known === value) ?? refuseShape(value, `one of ${words.join(', ')}`);
}

/** NULL, or absent. */
export function nullable<T>(shape: RowShape<T>): RowShape<T | null> {
  return (value) => (value === null || value === undefined ? null : shape(value));
}

/** NULL stands for something. */
export function orElse<T>(shape: RowShape<T>, otherwise: T): RowShape<T> {
  return (value) => (value === null || value === undefined ? otherwise : shape(value));
}

export function list<T>(shape: RowShape<T>): RowShape<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return refuseShape(value, 'an array');
    const made: T[] = [];
    try {
      for (const item of value) made.push(shape(item));
    } catch (error) {
      throw inside(error, `[${made.length}]`);
    }
    return made;
  };
}

/** An array of as many values, each of its own shape. */
export function tuple<const T extends readonly unknown[]>(
  ...shapes: { readonly [Key in keyof T]: RowShape<T[Key]> }
): RowShape<T> {
  return (value) => {
    if (!Array.isArray(value) || value.length !== shapes.length) return refuseShape(value, `${shapes.length} values`);
    return shapes.map((shape, index) => shape(value[index])) as unknown as T;
  };
}

/** A row or an object with these columns or keys; what else is in it is left out. */
export function record<T extends object>(shapes: { readonly [Key in keyof T]-?: RowShape<T[Key]> }): RowShape<T> {
  const entries = Object.entries<RowShape<unknown>>(shapes);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuseShape(value, 'an object');
    const given = value as Record<string, unknown>;
    const made: Record<string, unknown> = {};
    let place = '';
    try {
      for (const [key, shape] of entries) {
        place = key;
        made[key] = shape(given[key]);
      }
    } catch (error) {
      throw inside(error, `.${place}`);
    }
    return made as T;
  };
}
