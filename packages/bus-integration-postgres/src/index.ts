// The public face of bus-integration-postgres.
export type { ConnectionTarget, ServerAddress, SslMode } from './connection-target.ts';
export { resolveDsn } from './conninfo.ts';
export type { DsnParts } from './dsn.ts';
export { formatDsnUri, parseDsn } from './dsn.ts';
export { postgresKeys } from './keys.ts';
export type { Meter } from './meter.ts';
export { postgresNames } from './names.ts';
export type { ProviderSurroundings } from './preparation.ts';
export type { PostgresProviderOptions } from './provider.ts';
export { createPostgresProvider } from './provider.ts';
export type { ScramParameters } from './scram.ts';
export { scramVerifier } from './scram.ts';
