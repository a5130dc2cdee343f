// Everybody may look into schema public of a stock server: what everybody has is no excess of a role that may only connect.
import { fromManifest } from './deployment.ts';
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  name: 'manifest: a login that may only connect, and schema public',
  // On 14 everybody may create there, which a plain admin can't take.
  majors: [15, 16, 17, 18],
  desired: fromManifest(`
roles: {shop_app: {login: true}, visitor: {login: true}}
databases: {shop: {access: {shop_app: create, visitor: connect}}}
`),
  rounds: [
    {
      answers: [
        {
          ask: `SELECT has_schema_privilege('visitor', 'public', 'USAGE') AS looks, has_schema_privilege('visitor', 'public', 'CREATE') AS makes`,
          database: 'shop',
          answer: { looks: true, makes: false },
        },
      ],
    },
  ],
};
