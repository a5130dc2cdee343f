// Real clients that log in with a DSN as it stands in a file: psql, pg, postgres.js, and one Python client where there is
// one. Each answers with the database that it reached, or with why it did not.
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { psqlPath } from 'embedded';
import pg from 'pg';
import postgres from 'postgres';

const run = promisify(execFile);
const python = '/usr/bin/python3';

export type Client = 'psql' | 'pg' | 'postgres.js' | 'psycopg';

/** The clients of this machine; says which are missing, and why. */
export function installedClients(): ReadonlyMap<Client, (dsn: string) => Promise<string>> {
  const clients = new Map<Client, (dsn: string) => Promise<string>>([
    ['pg', askPg],
    ['postgres.js', askPostgresJs],
  ]);
  const psql = psqlPath();
  if (psql === undefined) console.warn('not tried: psql, which is not on the search path');
  else clients.set('psql', (dsn) => askPsql(psql, dsn));
  const module = ['psycopg2', 'psycopg'].find(hasPythonModule);
  if (module === undefined) console.warn(`not tried: psycopg, since ${python} has neither psycopg2 nor psycopg`);
  else clients.set('psycopg', (dsn) => askPython(module, dsn));
  return clients;
}

const question = 'SELECT current_database() AS database';

async function askPg(dsn: string): Promise<string> {
  const client = new pg.Client({ connectionString: dsn, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(question)).rows[0].database;
  } finally {
    await client.end();
  }
}

async function askPostgresJs(dsn: string): Promise<string> {
  const sql = postgres(dsn, { max: 1, connect_timeout: 10, onnotice: () => {} });
  try {
    return (await sql.unsafe(question))[0]?.database;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function askPsql(psql: string, dsn: string): Promise<string> {
  const { stdout } = await run(psql, ['-X', '-A', '-t', '-c', question, dsn], {
    env: { PATH: process.env.PATH ?? '' },
  });
  return stdout.replace(/\n$/, '');
}

async function askPython(module: string, dsn: string): Promise<string> {
  const program = `import sys, ${module}
connection = ${module}.connect(sys.argv[1])
cursor = connection.cursor()
cursor.execute("${question}")
sys.stdout.buffer.write(cursor.fetchone()[0].encode())`;
  return (await run(python, ['-c', program, dsn], { env: { PATH: '/usr/bin:/bin' } })).stdout;
}

function hasPythonModule(module: string): boolean {
  try {
    execFileSync(python, ['-c', `import ${module}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
