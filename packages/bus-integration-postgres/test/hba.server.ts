// A server's own reading of a pg_hba.conf, for tests that compare ours with it: pg_hba_file_rules reads the file anew
// at every look, so no reload is needed. Changes nothing but that file and those beside it.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Server } from 'embedded';
import { Client } from 'pg';

export interface HbaRow {
  readonly file: string;
  readonly line: number;
  readonly type: string | null;
  readonly database: string[] | null;
  readonly users: string[] | null;
  readonly address: string | null;
  readonly netmask: string | null;
  readonly method: string | null;
  readonly options: string[] | null;
  readonly error: string | null;
}

export interface HbaReader extends AsyncDisposable {
  /** What the server makes of the text, with other files beside the main one. */
  read(text: string, files?: Readonly<Record<string, string>>): Promise<readonly HbaRow[]>;
}

export async function hbaReader(server: Server): Promise<HbaReader> {
  const client = new Client({ connectionString: server.dsn(), ssl: false });
  client.on('error', () => {});
  await client.connect();
  const home = dirname(server.hbaFile);
  const fileName = server.major >= 16 ? 'file_name' : 'NULL';
  const query = `SELECT coalesce(${fileName}, $1) AS file, line_number AS line, type, database, user_name AS users, address,
    netmask, auth_method AS method, options, error FROM pg_hba_file_rules`;
  const written = new Set<string>();
  return {
    read: async (text, files = {}) => {
      for (const path of written) rmSync(path, { recursive: true, force: true });
      written.clear();
      writeFileSync(server.hbaFile, text);
      for (const [name, content] of Object.entries(files)) {
        const path = join(home, name);
        if (dirname(path) !== home) {
          mkdirSync(dirname(path), { recursive: true });
          chmodSync(dirname(path), 0o755);
          written.add(dirname(path));
        }
        if (name.endsWith('/')) mkdirSync(path, { recursive: true });
        else writeFileSync(path, content);
        if (name.endsWith('/')) chmodSync(path, 0o755);
        else chmodSync(path, 0o644);
        written.add(path);
      }
      return (await client.query<HbaRow>(query, [server.hbaFile])).rows;
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
