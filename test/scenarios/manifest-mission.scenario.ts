// The mission's databases by manifest: the same plan as by keys.
import { fromManifest } from './deployment.ts';
import type { Scenario } from './scenario.ts';

const databases = ['bus_auth', 'bus_events', 'bus_usage', 'bus_billing'];

export const scenario: Scenario = {
  name: 'manifest: what the keys of the mission say',
  desired: fromManifest(`
roles: {bus_service: {login: true}}
every_database: {access: {bus_service: create}}
databases: {bus_auth: {}, bus_events: {}, bus_usage: {}, bus_billing: {}}
`),
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
    },
  ],
};
