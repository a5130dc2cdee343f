// Six deployments to be looked at: each declares something, and what happened to its server since.
import type { ServerAddress } from 'embedded';

export interface ShownDeployment {
  readonly name: string;
  readonly manifest: string;
  /** What of its page is kept as a picture: the id of a section. Default: all of it. */
  readonly picture?: string;
  /** Default: it is applied. */
  readonly isPlanned?: true;
  /** What others did afterwards. */
  readonly past?: (server: ServerAddress) => Promise<unknown>;
}

const counted = (length: number, of: (number: string) => string) =>
  Array.from({ length }, (_, index) => of(String(index + 1).padStart(2, '0'))).join('\n');

const shop = (id: string, databases: string) => `
version: 1
deployment: ${id}
roles:
  ${id}_owner: {}
  ${id}_migrator: {login: true, acts_as: ${id}_owner}
  ${id}_app: {login: true, connections: 40}
  ${id}_readonly: {login: true, connections: 10, valid_until: "2027-06-30T00:00:00Z"}
  ${id}_dev: {}
  ${id}_ops: {}
  ${id}_alice: {login: true, member_of: [${id}_dev, ${id}_ops], valid_until: "2020-01-31T00:00:00Z"}
every_database:
  owner: ${id}_owner
  schemas: [app]
  access: {${id}_migrator: connect, ${id}_app: write, ${id}_readonly: read, ${id}_ops: write}
databases:
${databases}
`;

const hostile = `a"><script>x</script>`;

export const shownDeployments: readonly ShownDeployment[] = [
  {
    name: 'small',
    manifest: `
version: 1
deployment: small
roles: {small_service: {login: true, connections: 20}}
every_database: {access: {small_service: create}}
databases: {small_auth: {}, small_events: {}}
`,
  },
  {
    name: 'shop',
    picture: 'access',
    manifest: shop('shop', '  orders: {}\n  billing: {}\n  reporting: {connections: 20, access: {shop_dev: read}}'),
    past: (server) =>
      server.query('SET ROLE shop_owner; CREATE TABLE app.sales (id int); CREATE TABLE app.items (id int)', {
        database: 'orders',
      }),
  },
  {
    name: 'first-plan',
    picture: 'plan',
    isPlanned: true,
    manifest: shop('new', '  new_orders: {}\n  new_billing: {}'),
  },
  {
    name: 'drifted',
    picture: 'findings',
    manifest: shop('old', '  old_orders: {}\n  old_billing: {}'),
    past: async (server) => {
      const statements = [
        'SET ROLE old_owner; CREATE TABLE app.sales (id int, note text)',
        'CREATE ROLE intruder LOGIN CREATEDB; GRANT CONNECT ON DATABASE old_orders TO intruder',
        'GRANT USAGE ON SCHEMA app TO intruder; GRANT SELECT, DELETE ON app.sales TO intruder',
        'GRANT old_ops TO old_readonly; GRANT UPDATE (note) ON app.sales TO old_dev; GRANT CONNECT ON DATABASE old_orders TO PUBLIC',
      ];
      for (const sql of statements) await server.query(sql, { database: 'old_orders' });
    },
  },
  {
    name: 'many-roles',
    picture: 'memberships',
    manifest: `
version: 1
deployment: many
roles:
${counted(6, (number) => `  many_team_${number}: {}`)}
${counted(52, (number) => `  many_person_${number}: {login: true, member_of: [many_team_0${(Number(number) % 6) + 1}]}`)}
  many_readers: {}
  many_writers: {}
every_database:
  schemas: [app]
  access: {${counted(6, (number) => `many_team_${number}: ${Number(number) % 2 ? 'read' : 'create'},`).replaceAll('\n', ' ')} many_readers: read, many_writers: connect}
databases: {many_one: {}, many_two: {}}
outputs: []
`,
  },
  {
    name: 'many-databases',
    picture: 'access',
    manifest: `
version: 1
deployment: wide
roles:
${counted(20, (number) => `  wide_service_${number}: {login: true}`)}
  '${hostile}': {}
databases:
${counted(20, (number) => `  wide_${number}: {schemas: ['${number === '01' ? hostile : 'app'}'], access: {wide_service_${number}: create, '${hostile}': connect}}`)}
`,
  },
];
