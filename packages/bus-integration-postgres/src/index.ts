// The public face of bus-integration-postgres.
export type { ConnectionTarget, ServerAddress, SslMode } from './connection-target.ts';
export { resolveDsn } from './conninfo.ts';
export type { DsnParts } from './dsn.ts';
export { formatDsnUri, parseDsn } from './dsn.ts';
export { findings } from './findings.ts';
export type { HbaClient } from './hba/client.ts';
export type { HbaExplanation, HbaTrial } from './hba/explain.ts';
export { explainHba } from './hba/explain.ts';
export type { ParseHbaOptions } from './hba/hba.ts';
export { parseHba } from './hba/hba.ts';
export type { HbaAnswer, HbaMatch, HbaNoMatch, HbaUndecided } from './hba/match.ts';
export { matchHba } from './hba/match.ts';
export { readMembership } from './hba/membership.ts';
export type { HbaFreshness, HbaReading } from './hba/reading.ts';
export { readHba } from './hba/reading.ts';
export type { HbaFileRow } from './hba/rows.ts';
export { hbaFromRows } from './hba/rows.ts';
export type {
  HbaAddress,
  HbaBrokenLine,
  HbaConnectionType,
  HbaMissing,
  HbaRule,
  HbaRules,
  HbaToken,
} from './hba/rules.ts';
export type { KeptSessions, KeptSessionsOptions } from './kept-sessions.ts';
export { createKeptSessions } from './kept-sessions.ts';
export { postgresKeys } from './keys.ts';
export type { Finding, FindingId } from './listener/findings.ts';
export type { Meter } from './meter.ts';
export { postgresNames } from './names.ts';
export type { ProviderSurroundings } from './preparation.ts';
export type { PostgresProviderOptions } from './provider.ts';
export { createPostgresProvider } from './provider.ts';
export type { ScramParameters } from './scram.ts';
export { scramVerifier } from './scram.ts';
