// Several statements of one message: a new session is asked once for all that is to be known of its database.
import type { Session } from '../connection/connect.ts';
import { onlyOne, type RowShape, shaped } from '../connection/session/shape.ts';
import { literal } from '../text/sql-text.ts';

type Value = string | null | readonly (string | null)[];

export interface Together {
  readonly isEmpty: boolean;
  /** Gives what answers with the statement's rows, once all was asked. */
  add<T>(shape: RowShape<T>, sql: string, values?: readonly Value[]): () => readonly T[];
  /** The same of a statement with one row. */
  addOne<T>(shape: RowShape<T>, sql: string, values?: readonly Value[]): () => T;
  /** Asks all, in one READ ONLY transaction. `doing` names them in messages. */
  ask(session: Session, doing: string): Promise<void>;
}

/**
 * @example
 * const together = createTogether();
 * const roles = together.add(roleShape, 'SELECT rolname FROM pg_catalog.pg_roles');
 * await together.ask(session, 'reading the roles');
 * roles(); // [{ rolname: 'postgres' }, …]
 */
export function createTogether(): Together {
  const statements: string[] = [];
  let answers: readonly (readonly unknown[])[] = [];
  let where = '';
  let what = '';
  const add = <T>(shape: RowShape<T>, sql: string, values: readonly Value[] = []) => {
    const at = statements.push(bound(sql, values));
    // The first answer is that to BEGIN.
    return () => (answers[at] ?? []).map((row) => shaped(row, shape, where, what));
  };
  return {
    get isEmpty() {
      return statements.length === 0;
    },
    add,
    addOne: (shape, sql, values) => {
      const rows = add(shape, sql, values);
      return () => onlyOne(rows(), where, what);
    },
    ask: async (session, doing) => {
      [where, what] = [session.where, doing];
      answers = await session.script(['BEGIN READ ONLY', ...statements, 'COMMIT'].join(';\n'), { doing });
    },
  };
}

/** A statement of one message takes no parameters. */
function bound(sql: string, values: readonly Value[]): string {
  return sql.replaceAll(/\$(\d)/g, (_, place: string) => written(values[Number(place) - 1] ?? null));
}

function written(value: Value): string {
  if (value === null) return 'NULL';
  return typeof value === 'string' ? literal(value) : `ARRAY[${value.map(written).join(', ')}]`;
}
