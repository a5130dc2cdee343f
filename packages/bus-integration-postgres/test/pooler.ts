// A stand-in for PgBouncer before a real server: refuses startup parameters in its words, hands out a pid of its own.
// Or one that takes all of them and hands out no pid at all.
import { connect, type Socket } from 'node:net';
import type { ServerAddress } from 'embedded';
import { fatal, type ScriptedServer, scriptedServer, startupParameters } from './scripted-server.ts';

const taken = ['user', 'database', 'client_encoding', 'application_name'];

/** Listens on a free port; everything after the startup packet goes to the server and back. */
export function pooler(server: ServerAddress, kind: Kind = 'refusing'): Promise<ScriptedServer> {
  return scriptedServer((client, first) => {
    const parameters = startupParameters(first);
    if (parameters === undefined) {
      client.write('N');
      client.once('data', (packet: Buffer) => serve(client, packet, server, kind));
    } else serve(client, first, server, kind);
  });
}

type Kind = 'refusing' | 'without-pid';

function serve(client: Socket, packet: Buffer, server: ServerAddress, kind: Kind): void {
  const refused =
    kind === 'without-pid'
      ? undefined
      : Object.keys(startupParameters(packet) ?? {}).find((name) => !taken.includes(name));
  if (refused !== undefined) {
    client.end(fatal('08P01', `unsupported startup parameter: ${refused}`));
    return;
  }
  const backend = connect(server.port, server.host);
  backend.on('error', () => client.destroy());
  backend.write(packet);
  client.pipe(backend);
  backend.on('data', (bytes) => client.write(kind === 'without-pid' ? withoutPid(bytes) : withOtherPid(bytes)));
  backend.on('close', () => client.end());
  client.on('close', () => backend.destroy());
}

// BackendKeyData: K, length 12, pid, key.
function withOtherPid(bytes: Buffer): Buffer {
  const at = bytes.indexOf(Buffer.from('K\0\0\0\x0c', 'latin1'));
  if (at >= 0) bytes.writeUInt32BE(1, at + 5);
  return bytes;
}

// PostgreSQL 18 answers protocol 3.0 with a key of the old length, too.
function withoutPid(bytes: Buffer): Buffer {
  const at = bytes.indexOf(Buffer.from('K\0\0\0\x0c', 'latin1'));
  return at < 0 ? bytes : Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 13)]);
}
