// The admins that a deployment may have.
import { createPlainAdmin, type Server } from 'embedded';

export const admins = ['superuser', 'plain', 'self-granting'] as const;
/** `self-granting`: a plain one that joins each role which it makes, by `createrole_self_grant`; from 16 on. */
export type AdminKind = (typeof admins)[number];

export async function adminDsnOf(server: Server, kind: AdminKind): Promise<string> {
  if (kind === 'superuser') return server.dsn();
  const dsn = await createPlainAdmin(server);
  if (kind === 'self-granting' && server.major >= 16)
    await server.query(`ALTER ROLE "${new URL(dsn).username}" SET createrole_self_grant = 'set, inherit'`);
  return dsn;
}
