// Outputs of a manifest beside the DSN files: several logins in one file, which a rotation of one of them replaces.
import { fromManifest } from './deployment.ts';
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'manifest: outputs of several logins',
  desired: fromManifest(`
roles: {app: {login: true}, report: {login: true}}
every_database: {schemas: [app], access: {app: create}}
databases: {orders: {}, billing: {access: {report: read}}}
outputs:
  - {form: uri}
  - {form: pgpass, file: env/pgpass}
  - {form: env, roles: [app], file: env/app.env, variable: "{DATABASE}_URL", mode: 0640}
  - {form: secret, roles: [report], file: "k8s/{database}.yaml"}
`),
  rounds: [
    {},
    {
      flags: { rotate: ['app'] },
      steps: [
        'alter-role app',
        'write-dsn-file ./local/dsn/orders.app.dsn',
        'write-dsn-file ./env/pgpass',
        'write-dsn-file ./env/app.env',
        'write-dsn-file ./local/dsn/billing.app.dsn',
      ],
    },
  ],
};
