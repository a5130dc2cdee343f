// One server per major version for a whole test run: its owner is the run's first process, asked over a socket.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Server, startServer } from './server.ts';
import { type ServerAddress, type ServerFacts, serverAddress } from './server-address.ts';
import { type Major, majors } from './server-package.ts';

/** The variable through which the run's processes learn where the owner listens. */
const variable = 'BUS_EMBEDDED_SHARED';

/**
 * A server that other tests use at the same time, started when the first of them asks.
 *
 * Use names of your own for roles and databases, drop them in the end, change no setting. Stopping it does nothing
 * while a run owns it; in a process of no run it is a server of its own.
 *
 * @example
 * await using server = await sharedServer(16);
 */
export async function sharedServer(major: Major = 18): Promise<ServerAddress & AsyncDisposable> {
  const path = process.env[variable];
  if (path === undefined) return startServer({ major });
  const owner = connect(path);
  owner.end(`${major}\n`);
  const answer = JSON.parse(await text(owner)) as { facts?: ServerFacts; error?: string };
  if (answer.facts === undefined) throw new Error(answer.error ?? 'the owner of the shared servers did not answer');
  return { ...serverAddress(answer.facts), [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** Makes this process the owner of shared servers for itself and the processes it starts; returns how to end that. */
export async function ownSharedServers(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'bus-shared-'));
  const servers = new Map<Major, Promise<Server>>();
  const listener = createServer({ allowHalfOpen: true }, (client) => void answerClient(client, servers));
  const path = join(folder, 'socket');
  await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(path, resolve));
  listener.unref();
  process.env[variable] = path;
  return async () => {
    delete process.env[variable];
    listener.close();
    await Promise.all(
      [...servers.values()].map((server) =>
        server.then(
          (started) => started.stop(),
          () => {},
        ),
      ),
    );
    await rm(folder, { recursive: true, force: true });
  };
}

async function answerClient(client: Socket, servers: Map<Major, Promise<Server>>): Promise<void> {
  client.on('error', () => {});
  // Short enough to arrive whole; reading to the end would close the socket for the answer too.
  const question = await new Promise<string>((resolve) => client.once('data', (line) => resolve(String(line))));
  try {
    const major = majors.find((known) => String(known) === question.trim());
    if (major === undefined) throw new Error(`no major version of PostgreSQL: ${question.trim()}`);
    const server = servers.get(major) ?? startServer({ major });
    servers.set(major, server);
    const facts: ServerFacts = await server;
    client.end(JSON.stringify({ facts }));
  } catch (error) {
    client.end(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
  }
}
