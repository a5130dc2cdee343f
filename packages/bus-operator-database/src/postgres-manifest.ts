// What is taken of the PostgreSQL provider where a manifest is read, and only then.
export { postgresManifest } from 'bus-integration-postgres/manifest';
