// Real logins for tests of pg_hba matching: one client after the other, and which line the server's log names for each.
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from 'embedded';
import { Client } from 'pg';
import type { HbaClient } from '../src/index.ts';

/** What the server did with a client. */
export type Outcome =
  | { readonly kind: 'line'; readonly file: string; readonly line: number }
  /** Let in without being asked for anything, or turned away, and the log names no line. */
  | { readonly kind: 'let-in' | 'rejected' | 'no-entry' | 'certificate-wanted' };

export interface LoginKeys {
  readonly password: string;
  readonly key?: string;
  readonly certificate?: string;
}

/** Logs in as that client; throws for an outcome that it can't read. */
export async function login(server: Server, client: HbaClient, keys: LoginKeys): Promise<Outcome> {
  const before = server.log().length;
  const error = await attempt(server, client, keys);
  // Every line is written before the client hears of it.
  const log = server.log().slice(before);
  const named =
    /method=\S+ \((.+):(\d+)\)|Connection matched file "(.+)" line (\d+)|Connection matched (pg_hba\.conf) line (\d+)/.exec(
      log,
    );
  if (named !== null) {
    const [, path, line, path16, line16, , line14] = named;
    return { kind: 'line', file: path ?? path16 ?? server.hbaFile, line: Number(line ?? line16 ?? line14) };
  }
  if (error === undefined) return { kind: 'let-in' };
  if (/no pg_hba\.conf entry/.test(log)) return { kind: 'no-entry' };
  if (/pg_hba\.conf rejects/.test(log)) return { kind: 'rejected' };
  if (/requires a valid client certificate/.test(log)) return { kind: 'certificate-wanted' };
  // What comes after the authentication: no such database, no right to replicate.
  if (['3D000', '42501'].includes(error.code ?? '')) return { kind: 'let-in' };
  throw new Error(`${JSON.stringify(client)}: ${error.message}\n${log}`);
}

async function attempt(server: Server, client: HbaClient, { password, key, certificate }: LoginKeys) {
  const { transport, address = '', tls, user, database, replication } = client;
  const options = {
    host: transport === 'unix' ? server.socketDirectory : address.includes(':') ? '::1' : '127.0.0.1',
    port: server.port,
    user,
    database,
    password,
    ssl: tls && { rejectUnauthorized: false, ...(key && { key, cert: certificate }) },
    ...(replication !== 'none' && { replication: replication === 'physical' ? 'true' : 'database' }),
    ...(transport === 'tcp' && { stream: () => socketFrom(address) }),
  };
  const connection = new Client(options as ConstructorParameters<typeof Client>[0]);
  connection.on('error', () => {});
  try {
    await connection.connect();
    return undefined;
  } catch (error) {
    return error as Error & { code?: string };
  } finally {
    await Promise.race([connection.end().catch(() => {}), sleep(2_000)]);
  }
}

/** A socket that leaves from an address of our choice. */
function socketFrom(localAddress: string): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket) as (options: object) => Socket;
  socket.connect = ((port: number, host: string) => connect({ port, host, localAddress })) as typeof socket.connect;
  return socket;
}
