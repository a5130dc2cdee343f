// A file of one libpq URI. Pure.
import { OperationError } from 'bus-integration-database';
import { formatDsn } from '../conninfo/dsn-endpoint.ts';
import { parseDsn } from '../dsn/dsn.ts';
import type { FileForm, HeldConnection } from './form.ts';

export const uri: FileForm = {
  said: (endpoint) => endpoint,
  write: ([connection]) => (connection === undefined ? '' : formatDsn(connection)),
  read: (text) => {
    const connection = connectionOf(text);
    return connection === undefined ? undefined : { connections: [connection], others: [] };
  },
};

/** What a connection string says; undefined where it is none, or lacks a user, a database or a password. */
export function connectionOf(text: string): HeldConnection | undefined {
  try {
    const { user, password, dbname: database, ...endpoint } = parseDsn(text);
    return user && password && database ? { user, password, database, endpoint } : undefined;
  } catch (error) {
    if (error instanceof OperationError) return undefined;
    throw error;
  }
}
