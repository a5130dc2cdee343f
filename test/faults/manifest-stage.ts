// A healthy deployment of a manifest on a real server: an owner whose migrator works as it, roles that read and write, a
// group, and tables that the migrator made.
import { createPlainAdmin, type ServerOptions, startServer } from 'embedded';
import { createDeployment, fromManifest, temporaryFolder } from '../scenarios/deployment.ts';
import { explain } from '../scenarios/stage.ts';
import { everything, hba, planned, type Stage, told } from './stage.ts';

const manifest = `
roles:
  boss:   {}
  mover:  {login: true, acts_as: boss}
  writer: {login: true, connections: 9, settings: {statement_timeout: 30s}}
  reader: {login: true, connections: 9, settings: {default_transaction_read_only: on}}
  knocker: {login: true, connections: 9}
  team:   {}
  member: {login: true, connections: 9, member_of: [team]}
every_database:
  owner: boss
  schemas: [app]
  access: {mover: connect, writer: write, reader: read, knocker: connect, team: read, member: connect}
databases:
  shop: {settings: {work_mem: 8MB}}
  logs: {access: {knocker: none}}
verify:
  - {role: writer, database: shop, sql: SELECT count(*) FROM orders}
  - {role: reader, database: shop, sql: DELETE FROM app.orders, must: fail}
  - {role: knocker, database: shop, sql: SELECT 1 FROM app.orders, must: fail}
`;

const made = `
CREATE TABLE app.orders (id serial PRIMARY KEY, note text);
CREATE TABLE app.customers (id int GENERATED ALWAYS AS IDENTITY, name text);
INSERT INTO app.orders (note) VALUES ('first');
CREATE VIEW app.totals AS SELECT count(*) AS count FROM app.orders`;

export async function makeManifestStage(
  admin: 'superuser' | 'plain',
  major: NonNullable<ServerOptions['major']>,
): Promise<Stage> {
  const server = await startServer({ major, hba, settings: { max_connections: '60' } });
  const folder = temporaryFolder();
  const adminDsn = admin === 'superuser' ? server.dsn() : await createPlainAdmin(server);
  await server.query('CREATE ROLE stranger LOGIN; CREATE ROLE dba');
  const deployment = createDeployment({ adminDsn, desired: fromManifest(manifest), folder: folder.path });
  const applied = await deployment.apply();
  if (!applied.ok) throw new Error(explain(applied));
  for (const database of ['shop', 'logs']) await server.query(`SET ROLE boss; ${made}`, { database });
  const first = await deployment.verify(everything);
  if (!first.ok) throw new Error(told(first).join('\n'));
  return {
    server,
    deployment,
    usual: new Set([...told(first), ...planned(await deployment.plan()), ...planned(await deployment.status())]),
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      folder[Symbol.dispose]();
    },
  };
}
