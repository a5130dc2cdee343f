// An owner that the file no longer names keeps what it owns; access is granted as that role.
import { fromManifest } from './deployment.ts';
import type { Scenario } from './scenario.ts';

const withOwner = (owner: string, access: string) =>
  fromManifest(`
roles: {shop_owner: {}, shop_app: {login: true}, shop_reader: {login: true}}
databases: {shop: {${owner}schemas: [app], access: {${access}}}}
`);

export const scenario: Scenario = {
  name: 'manifest: an owner that is named no longer',
  earlier: withOwner('owner: shop_owner, ', 'shop_app: create, shop_reader: connect'),
  start: [{ sql: 'SET ROLE shop_owner; CREATE TABLE app.stock (id int)', database: 'shop' }],
  desired: withOwner('', 'shop_app: create, shop_reader: read'),
  rounds: [
    {
      flags: { allow: ['revoke'] },
      answers: [
        {
          ask: `SELECT has_schema_privilege('shop_reader', 'app', 'USAGE') AS uses, has_table_privilege('shop_reader', 'app.stock', 'SELECT') AS reads,
                       nspowner::regrole::text AS owner FROM pg_namespace WHERE nspname = 'app'`,
          database: 'shop',
          answer: { uses: true, reads: true, owner: 'shop_owner' },
        },
      ],
    },
  ],
};
