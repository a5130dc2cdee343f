// The admin that a careful site hands out: may create roles and databases, and is not a superuser.
import { randomBytes } from 'node:crypto';
import type { ServerAddress } from './server-address.ts';

/**
 * Makes the role `LOGIN CREATEDB CREATEROLE` and returns its DSN for database `postgres`.
 *
 * @example
 * const dsn = await createPlainAdmin(server) // postgresql://deploy_admin:…@127.0.0.1:40123/postgres
 */
export async function createPlainAdmin(server: ServerAddress, name = 'deploy_admin'): Promise<string> {
  const password = randomBytes(18).toString('base64url');
  const role = `"${name.replaceAll('"', '""')}"`;
  await server.query(`CREATE ROLE ${role} LOGIN CREATEDB CREATEROLE PASSWORD '${password}'`, { isQuiet: true });
  return server.dsn('postgres', name, password);
}
