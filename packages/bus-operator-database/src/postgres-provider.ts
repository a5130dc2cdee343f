// What is taken of the PostgreSQL provider, loaded only when it is wanted: a late import of the whole package would bundle,
// and load, all of it.
export {
  createPostgresProvider,
  explainedFindings,
  loadDescribeServer,
  postgresFacts,
  postgresKeys,
  psqlScript,
} from 'bus-integration-postgres';
