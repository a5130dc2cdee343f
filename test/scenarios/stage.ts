// Brings servers and files into a state by hand, and tells which state they are in. Judges nothing.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Response } from 'bus-integration-database';
import { parseDsn } from 'bus-integration-postgres';
import { createPlainAdmin, type ServerAddress } from 'embedded';
import { type Dump, dumpCluster } from './cluster-dump.ts';
import { type Deployment, filesIn, stepLines } from './deployment.ts';
import type { Admin, FileEdit, Statement } from './scenario.ts';

/** The DSN that the run's admin has. */
export async function adminDsnOf(server: ServerAddress, admin: Admin): Promise<string> {
  if (admin === 'superuser') return server.dsn();
  const dsn = await createPlainAdmin(server);
  if (admin === 'self-granting') {
    const { user = '' } = parseDsn(dsn);
    await server.query(`ALTER ROLE "${user}" SET createrole_self_grant = 'set, inherit'`);
  }
  return dsn;
}

export async function runStatement(server: ServerAddress, adminDsn: string, statement: Statement): Promise<void> {
  const { sql, database, as } = statement;
  const { user = '', password = '' } = parseDsn(adminDsn);
  const login = as === 'admin' ? { user, password } : {};
  await server.query(sql, { ...login, ...(database !== undefined && { database }) });
}

export function editFile(directory: string, edit: FileEdit, server: ServerAddress): void {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o700);
  const path = (name: string) => join(directory, name);
  if ('remove' in edit) rmSync(path(edit.remove));
  else if ('truncate' in edit) truncateSync(path(edit.truncate));
  else if ('copy' in edit) copyFileSync(path(edit.copy), path(edit.to));
  else if ('edit' in edit) {
    const content = readFileSync(path(edit.edit), 'utf8');
    const changed = content.replace(edit.from, edit.to);
    if (changed === content) throw new Error(`nothing to replace in ${edit.edit}`);
    writeFileSync(path(edit.edit), changed);
  } else {
    const line = `${server.dsn(edit.database, edit.role, edit.password)}?sslmode=disable\n`;
    writeFileSync(path(edit.write), line, { mode: 0o600 });
  }
}

/** All that an apply could change. */
export async function stateOf(
  server: ServerAddress,
  { dsnDirectory }: Pick<Deployment, 'dsnDirectory'>,
): Promise<{ cluster: Dump; files: Readonly<Record<string, string>> | undefined }> {
  return { cluster: await dumpCluster(server), files: filesIn(dsnDirectory) };
}

/** The DSN files whose role and password the server takes, at the server's own address. */
export async function provenPasswords(
  server: ServerAddress,
  { dsnDirectory }: Pick<Deployment, 'dsnDirectory'>,
): Promise<Map<string, { readonly role: string; readonly password: string }>> {
  const proven = new Map<string, { role: string; password: string }>();
  for (const [file, content] of Object.entries(filesIn(dsnDirectory) ?? {})) {
    if (!file.endsWith('.dsn') || content.trim() === '') continue;
    const { user = '', password = '', dbname = '' } = parseDsn(content.trim());
    const isProven = await server.query('SELECT 1', { database: dbname, user, password }).then(
      () => true,
      () => false,
    );
    if (isProven) proven.set(file, { role: user, password });
  }
  return proven;
}

/** What an answer said, for the message of a failed expectation. */
export function explain({ error_class, diagnostics, connectivity = [], steps }: Response): string {
  return JSON.stringify({ error_class, diagnostics, connectivity, steps: stepLines(steps) }, undefined, 1);
}
