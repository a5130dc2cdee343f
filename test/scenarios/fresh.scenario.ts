// An empty server and the mission's four databases.
import type { Scenario } from './scenario.ts';

const databases = ['bus_auth', 'bus_events', 'bus_usage', 'bus_billing'];

export const scenario: Scenario = {
  name: 'fresh server',
  desired: { databases, serviceRole: 'bus_service' },
  rounds: [
    {
      steps: [
        'create-role bus_service',
        ...databases.flatMap((name) => [
          `create-database ${name}`,
          `grant-privileges ${name}`,
          `write-dsn-file ./local/dsn/${name}.dsn`,
        ]),
      ],
      answers: [
        {
          ask: `SELECT datallowconn, datconnlimit, pg_encoding_to_char(encoding) AS encoding,
                       shobj_description(oid, 'pg_database') AS mark,
                       (SELECT count(*)::int FROM aclexplode(datacl) WHERE grantee = 0) AS public_entries
                  FROM pg_database WHERE datname = 'bus_auth'`,
          answer: {
            datallowconn: true,
            datconnlimit: -1,
            encoding: 'UTF8',
            mark: 'bus-deployment=example-dev',
            public_entries: 0,
          },
        },
        {
          ask: `SELECT rolcanlogin, rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls AS powers,
                       shobj_description(oid, 'pg_authid') AS mark
                  FROM pg_roles WHERE rolname = 'bus_service'`,
          answer: { rolcanlogin: true, powers: false, mark: 'bus-deployment=example-dev' },
        },
      ],
    },
  ],
};
