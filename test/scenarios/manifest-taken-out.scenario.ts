// A role that a database's access no longer names, and that stays in the file, loses what it had there.
import { fromManifest } from './deployment.ts';
import type { Scenario } from './scenario.ts';

const withAccess = (access: string) =>
  fromManifest(`
roles: {shop_owner: {}, shop_app: {login: true}, team: {}}
databases: {shop: {owner: shop_owner, schemas: [app], access: {${access}}}}
`);

const start = [
  { sql: 'CREATE TABLE app.orders (id int)', database: 'shop' },
  { sql: 'ALTER TABLE app.orders OWNER TO shop_owner', database: 'shop' },
];

export const scenario: Scenario = {
  name: 'manifest: a role taken out of access',
  earlier: withAccess('shop_app: write, team: read'),
  desired: withAccess('shop_app: write, team: read'),
  start,
  rounds: [
    {
      steps: ['grant-privileges shop', 'grant-privileges shop'],
      answers: [
        {
          ask: `SELECT has_table_privilege('team', 'app.orders', 'SELECT') AS team, has_table_privilege('shop_app', 'app.orders', 'INSERT') AS app`,
          database: 'shop',
          answer: { team: true, app: true },
        },
      ],
    },
    {
      desired: withAccess('shop_app: write'),
      flags: { allow: ['revoke'] },
      steps: ['revoke-privileges shop', 'revoke-default-privileges shop'],
      answers: [
        {
          ask: `SELECT has_table_privilege('team', 'app.orders', 'SELECT') AS tables, has_schema_privilege('team', 'app', 'USAGE') AS schema,
                       has_database_privilege('team', 'shop', 'CONNECT') AS database,
                       (SELECT count(*)::int FROM pg_default_acl WHERE defaclacl::text LIKE '%team%') AS later`,
          database: 'shop',
          answer: { tables: false, schema: false, database: false, later: 0 },
        },
      ],
    },
  ],
};
