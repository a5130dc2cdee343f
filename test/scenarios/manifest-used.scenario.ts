// USAGE on types and foreign servers by manifest, in access and in words of the file's own; what others gave beyond it.
import { fromManifest } from './deployment.ts';
import type { Scenario } from './scenario.ts';

const manifest = `
words:
  payer: {read: tables, USAGE: [TYPE app.amount]}
roles:
  owner: {}
  app: {login: true}
  files: {login: true}
  quiet: {login: true}
every_database:
  owner: owner
  schemas: [app]
  access: {app: payer, files: {USAGE: [FOREIGN SERVER archive]}, quiet: payer}
databases:
  orders: {access: {quiet: none}}
  bills: {}
`;
const has = `SELECT has_type_privilege('app', 'app.amount', 'USAGE') AS app, has_server_privilege('files', 'archive', 'USAGE') AS files,
  has_type_privilege('quiet', 'app.amount', 'USAGE') AS quiet, has_server_privilege('app', 'archive', 'USAGE') AS beyond`;
const start = ['orders', 'bills'].flatMap((database) => [
  {
    database,
    sql: `CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER archive FOREIGN DATA WRAPPER nothing;
      GRANT USAGE ON FOREIGN SERVER archive TO files;
      SET ROLE owner; CREATE DOMAIN app.amount AS numeric; REVOKE USAGE ON TYPE app.amount FROM PUBLIC`,
  },
]);

export const scenarios: readonly Scenario[] = [
  {
    name: 'manifest: types and foreign servers, a word of the file’s own, and none',
    earlier: fromManifest(manifest),
    desired: fromManifest(manifest),
    start,
    rounds: [
      {
        steps: ['grant-privileges orders', 'grant-privileges bills', 'grant-privileges bills'],
        answers: [
          { ask: has, database: 'orders', answer: { app: true, files: true, quiet: false, beyond: false } },
          { ask: has, database: 'bills', answer: { app: true, files: true, quiet: true, beyond: false } },
        ],
      },
    ],
  },
  {
    name: 'manifest: a foreign server that a superuser gave to another role too',
    admins: ['plain'],
    earlier: fromManifest(manifest),
    desired: fromManifest(manifest),
    start: [...start, { database: 'bills', sql: 'GRANT USAGE ON FOREIGN SERVER archive TO app' }],
    rounds: [{ findings: ['extra-privilege'], verify: 'failed' }],
  },
];
