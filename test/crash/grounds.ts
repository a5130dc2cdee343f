// The servers and admins that the scenarios are tried with. Starts servers, changes nothing on them but that admin.
import { createServer } from 'node:net';
import { createPlainAdmin, installedMajors, type Major, startServer } from 'embedded';
import type { Ground } from './deployment.ts';
import type { Extent } from './sample.ts';

/** Who applies, and what is peculiar about the server: an unreachable service host, or a rule that asks for no password. */
export type GroundKind = 'superuser' | 'plain admin' | 'plain admin, service host unreachable' | 'plain admin, trust';

export interface GroundHandle extends AsyncDisposable {
  readonly ground: Ground;
  /** An admin DSN by which logins do prove passwords, where `ground.adminDsn` is none. */
  readonly provingDsn: string;
}

const adminName = 'deploy_admin';

/** Starts a server of its own for a kind of ground. */
export async function startGround(kind: GroundKind, major: Major): Promise<GroundHandle> {
  const server = await startServer({
    major,
    settings: { max_connections: '200' },
    ...(kind === 'plain admin, trust' && { hba: trustRules }),
  });
  try {
    const plainDsn = await createPlainAdmin(server, adminName);
    const { username, password } = new URL(plainDsn);
    const service = { host: server.host, port: server.port };
    const ground: Ground = {
      server,
      adminDsn: kind === 'superuser' ? server.dsn() : plainDsn,
      service: kind === 'plain admin, service host unreachable' ? { ...service, port: await closedPort() } : service,
      loginHost: kind === 'plain admin, trust' ? server.socketDirectory : server.host,
    };
    const provingDsn =
      kind === 'plain admin, trust' ? server.socketDsn('postgres', username, password) : ground.adminDsn;
    return { ground, provingDsn, [Symbol.asyncDispose]: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Services need no password over TCP; the socket asks everybody for one, so that tests can look what is true. */
const trustRules = `local all all scram-sha-256
host all postgres,${adminName} 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
`;

/** Under trust a run is refused before it writes or makes anything: there is nothing to be killed at. */
export function isUnprovable({ loginHost, server }: Ground): boolean {
  return loginHost !== server.host;
}

/** The newest major in a sample, the oldest one supported in full too in a whole sweep; says what is not installed here. */
export function majorsFor({ isWhole }: Extent): readonly Major[] {
  const wanted: readonly Major[] = isWhole ? [15, 18] : [18];
  const installed = installedMajors();
  for (const major of wanted.filter((one) => !installed.includes(one))) {
    console.log(`PostgreSQL ${major} is not installed here, so the crash tests leave it out`);
  }
  return wanted.filter((major) => installed.includes(major));
}

/** Each kind of ground once. */
export function kindsOf(scenarios: readonly { readonly kind: GroundKind }[]): readonly GroundKind[] {
  return [...new Set(scenarios.map(({ kind }) => kind))];
}

function closedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const listener = createServer().once('error', reject);
    listener.listen(0, '127.0.0.1', () => {
      const address = listener.address();
      listener.close(() => resolve(typeof address === 'object' ? (address?.port ?? 1) : 1));
    });
  });
}
