// Plays a script as psql would: `\connect DATABASE` goes on in another database.
import { readFileSync } from 'node:fs';
import type { ServerAddress } from 'embedded';

export async function play(server: ServerAddress, name: string): Promise<void> {
  const script = readFileSync(new URL(`${name}.sql`, import.meta.url), 'utf8');
  let database = 'postgres';
  // A database is not made in a transaction, as which several statements are sent.
  for (const part of script.split(/^(?=\\connect |CREATE DATABASE )|(?<=^CREATE DATABASE .*;\n)/m)) {
    const [line = '', to] = /^\\connect (\S+)\n/.exec(part) ?? [];
    database = to ?? database;
    await server.query(part.slice(line.length), { database });
  }
}
