// A whole deployment by manifest: an owner who logs in as nobody, a migrator who acts as it, services, groups, extensions.
import { fromManifest } from './deployment.ts';
import type { Scenario } from './scenario.ts';

const text = `
roles:
  shop_owner:    {}
  shop_migrator: {login: true, acts_as: shop_owner}
  shop_app:      {login: true, connections: 40, settings: {statement_timeout: 30s}}
  shop_readonly: {login: true, connections: 10, settings: {default_transaction_read_only: on}}
  team_dev:      {}
  team_ops:      {}
every_database:
  owner: shop_owner
  schemas: [app]
  extensions: [pgcrypto]
  access:
    shop_migrator: connect
    shop_app: write
    shop_readonly: read
    team_ops: write
databases:
  orders:    {extensions: [pg_trgm]}
  billing:   {}
  reporting: {connections: 20, settings: {work_mem: 64MB}, access: {team_dev: read}}
`;

export const scenario: Scenario = {
  name: 'manifest: a whole deployment',
  desired: fromManifest(text),
  rounds: [
    {
      answers: [
        {
          ask: `SELECT rolcanlogin, rolconnlimit, rolconfig FROM pg_roles WHERE rolname = 'shop_app'`,
          answer: { rolcanlogin: true, rolconnlimit: 40, rolconfig: ['statement_timeout=30s'] },
        },
        {
          ask: `SELECT nspowner::regrole::text AS owner FROM pg_namespace WHERE nspname = 'app'`,
          database: 'orders',
          answer: { owner: 'shop_owner' },
        },
        {
          ask: `SELECT count(*)::int AS count FROM pg_extension WHERE extname IN ('pgcrypto', 'pg_trgm')`,
          database: 'orders',
          answer: { count: 2 },
        },
        {
          ask: `SELECT count(*)::int AS self_grants FROM pg_auth_members JOIN pg_roles AS admin ON admin.oid = member
                 WHERE rolname = 'deploy_admin' AND roleid = 'shop_owner'::regrole
                   AND coalesce(to_jsonb(pg_auth_members) ->> 'inherit_option', 'true') = 'true'`,
          answer: { self_grants: 0 },
        },
      ],
    },
  ],
};
