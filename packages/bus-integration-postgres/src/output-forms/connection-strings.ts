// The output files of PostgreSQL, as the neutral part of a run reads, compares and writes them. Pure.
import { isDeepStrictEqual } from 'node:util';
import type { ConnectionStrings } from 'bus-integration-database';
import { shownPart } from '../conninfo/dsn-endpoint.ts';
import { isWeakerTls } from '../conninfo/weaker-tls.ts';
import { readDsn } from '../dsn/slip.ts';
import { loginsIn, readOutput, wantedEndpoint, writeOutput } from './index.ts';

export const connectionStrings: ConnectionStrings = {
  write: writeOutput,
  read: readOutput,
  identify: (line) => {
    const { user: role, dbname: database, password, host, port } = readDsn(line.reveal());
    if (!role || !database || !password || !host) return undefined;
    return { role, database, server: { host, ...(port !== undefined && { port }) } };
  },
  loginsIn,
  wanted: wantedEndpoint,
  shownPart,
  isSameServer: (one, other) => one.host === other.host && one.port === other.port,
  isWeaker: isWeakerTls,
  // A file without sslmode, or in another form, goes on serving whoever reads it.
  isServing: (found, wanted) =>
    isDeepStrictEqual({ ...(wanted.sslmode !== undefined && { sslmode: wanted.sslmode }), ...found }, wanted),
};
