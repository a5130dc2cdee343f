// Throwaway real PostgreSQL servers for tests, benchmarks and the quickstart; never for data that anybody wants to keep.
export {
  type Certificate,
  type CertificateAuthority,
  type CertificateRequest,
  createCertificateAuthority,
  selfSignedCertificate,
} from './certificate.ts';
export { type PgBouncer, type PgBouncerOptions, pgBouncerPath, startPgBouncer } from './pgbouncer.ts';
export { createPlainAdmin } from './plain-admin.ts';
export { programOnPath, psqlPath } from './psql.ts';
export { freePort, type Server, type ServerOptions, startServer } from './server.ts';
export type { Query, ServerAddress } from './server-address.ts';
export { installedMajors, type Major, majors } from './server-package.ts';
export { sharedServer } from './shared-server.ts';
