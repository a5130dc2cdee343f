// A program that starts a server, says where it is and waits to be ended; tests run it bundled, as other users too.
import { tmpdir } from 'node:os';
import { startServer } from '../src/index.ts';

const server = await startServer({ parentDirectory: tmpdir() });
const rows = await server.query("SELECT current_setting('server_version') AS version");
console.log(
  JSON.stringify({ pid: server.pid, directory: server.directory, dataDirectory: server.dataDirectory, rows }),
);
process.stdin.on('end', async () => {
  await server.stop();
  process.exit();
});
process.stdin.resume();
