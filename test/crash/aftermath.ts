// What must hold after a run was hurt, and after the run that followed it. Each function answers with what doesn't, one
// sentence each; an empty list means all is well.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Answer, Deployment, DsnFile, GatheredFile } from './deployment.ts';

/** The DSN files' content before a run. */
export type Contents = ReadonlyMap<string, string>;

/** All that is true of a deployment that converged, seen by an admin DSN that can prove passwords. */
export async function problemsWhenConverged(deployment: Deployment, adminDsn?: string): Promise<string[]> {
  const { directory, files } = deployment;
  const logins = await Promise.all(
    files.map(async ({ name, ...login }) => {
      const line = readLine(join(directory, name));
      if (line === undefined) return [`${name} is missing`];
      const why = await refusalOf(deployment, { name, ...login }, line, 'must enter');
      return why === undefined ? [] : [`${name} does not authenticate: ${why}`];
    }),
  );
  const gathered = await Promise.all(
    deployment.gathered.map(async ({ name, read }) => {
      const text = readLine(join(directory, name));
      const held = text === undefined ? [] : read(text);
      if (held.length !== files.length) return [`${name} holds ${held.length} logins, expected ${files.length}`];
      const refusals = await Promise.all(
        held.map(({ line, ...login }) => refusalOf(deployment, { name, ...login }, line, 'must enter')),
      );
      return refusals.flatMap((why) => (why === undefined ? [] : [`a login of ${name} does not authenticate: ${why}`]));
    }),
  );
  const plan = await deployment.run(['plan', '--check'], adminDsn);
  return [
    ...strayFiles(deployment),
    ...logins.flat(),
    ...gathered.flat(),
    ...(await databaseProblems(deployment)),
    ...(plan.exit === 0 ? [] : [`the second plan is not empty: exit ${plan.exit}, ${told(plan)}`]),
  ];
}

/**
 * What must hold at any instant, whatever was cut off: no password that the server has is lost, no DSN file that a
 * service may read is torn, and none is new before the server has its password.
 */
export async function problemsAtAnyInstant(deployment: Deployment, before: Contents): Promise<string[]> {
  const roles = await deployment.ground.server.query<{ name: string }>(
    'SELECT rolname AS name FROM pg_catalog.pg_roles WHERE rolname = ANY($1)',
    { values: [deployment.roles] },
  );
  const existing = new Set(roles.map(({ name }) => name));
  const problems = await Promise.all(
    deployment.files.map(async (file) => {
      const live = readLine(join(deployment.directory, file.name));
      if (live === undefined && before.has(file.name)) return [`${file.name} is gone`];
      if (!existing.has(file.role)) return live === undefined ? [] : [`${file.name} is there before its role`];
      const whyLive = live === undefined ? 'it is not there' : await refusalOf(deployment, file, live);
      if (whyLive === undefined) return [];
      if (live !== undefined && live !== before.get(file.name)) {
        return [`${file.name} is neither the old file nor one that authenticates: ${whyLive}`];
      }
      const staged = readLine(join(deployment.directory, `${file.name}.staged`));
      const whyStaged = staged === undefined ? 'it is not there' : await refusalOf(deployment, file, staged);
      return whyStaged === undefined
        ? []
        : [`the password of ${file.name} is lost: the file: ${whyLive}; its staged twin: ${whyStaged}`];
    }),
  );
  const gathered = await Promise.all(
    deployment.gathered.map((file) => gatheredProblems(deployment, file, before, existing)),
  );
  return [...problems.flat(), ...gathered.flat()];
}

/** A file of several logins is the old one, or each of them authenticates; or its staged twin is what is waited for. */
async function gatheredProblems(
  deployment: Deployment,
  { name, read }: GatheredFile,
  before: Contents,
  existing: ReadonlySet<string>,
): Promise<string[]> {
  const live = readLine(join(deployment.directory, name));
  if (live === undefined) return before.has(name) ? [`${name} is gone`] : [];
  const staged = readLine(join(deployment.directory, `${name}.staged`));
  const refusals = async (text: string) => {
    const held = read(text).filter(({ role }) => existing.has(role));
    return await Promise.all(
      held.map(async ({ line, ...login }) => ({
        ...login,
        why: await refusalOf(deployment, { name, ...login }, line),
      })),
    );
  };
  const failed = (await refusals(live)).filter(({ why }) => why !== undefined);
  if (failed.length === 0) return [];
  if (live !== before.get(name)) return [`${name} is neither the old file nor one that authenticates`];
  const waiting = staged === undefined ? [] : await refusals(staged);
  return failed.flatMap(({ role, database }) => {
    const isWaiting = waiting.some((one) => one.role === role && one.database === database && one.why === undefined);
    return isWaiting ? [] : [`the password of ${role} is lost in ${name}, and not in its staged twin`];
  });
}

/**
 * Where no login can prove anything: the run says why and is refused, every file stands untouched, no staged file is left,
 * and nothing was made that was not there.
 */
export async function problemsWhenUnprovable(
  deployment: Deployment,
  before: Contents,
  answer: Answer,
): Promise<string[]> {
  const problems = await problemsAtAnyInstant(deployment, before);
  if (answer.exit !== 4) problems.push(`exit ${answer.exit} where nothing can be proven, expected 4: ${told(answer)}`);
  if (!/asks for no password \(trust/.test(answer.text)) problems.push(`the reason is not told: ${told(answer)}`);
  for (const { name } of deployment.files) {
    const now = readLine(join(deployment.directory, name));
    if (now !== before.get(name)) problems.push(`${name} was touched though nothing was proven`);
    if (readLine(join(deployment.directory, `${name}.staged`)) !== undefined)
      problems.push(`${name} has a staged twin`);
  }
  const made = await deployment.ground.server.query<{ name: string }>(
    'SELECT datname AS name FROM pg_catalog.pg_database WHERE datname = ANY($1)',
    { values: [deployment.databases] },
  );
  if (before.size === 0)
    problems.push(...made.map(({ name }) => `${name} was made though no password could be proven`));
  return problems;
}

/** What the DSN files hold now. */
export function contentsOf({ directory, files, gathered }: Deployment): Contents {
  return new Map(
    [...files, ...gathered].flatMap(({ name }) => {
      const line = readLine(join(directory, name));
      return line === undefined ? [] : [[name, line] as const];
    }),
  );
}

/** A command's failure in a line. */
export function told({ response, text }: Answer): string {
  const messages = response.diagnostics?.map(({ message }) => message).join(' | ');
  return `${response.error_class ?? 'no class'}: ${messages ?? text.slice(0, 500)}`;
}

function strayFiles({ directory, files, gathered }: Deployment): string[] {
  if (!existsSync(directory)) return ['the output directory is missing'];
  const expected = new Set([...files, ...gathered].map(({ name }) => name));
  const present = readdirSync(directory);
  const open = [directory, ...present.map((name) => join(directory, name))].filter(
    (path) => statSync(path).mode & 0o077,
  );
  return [
    ...present.filter((name) => !expected.has(name)).map((name) => `${name} was left in the output directory`),
    ...open.map((path) => `${path} is open to others`),
  ];
}

async function databaseProblems({ ground, databases, id }: Deployment): Promise<string[]> {
  const rows = await ground.server.query<{ name: string; fault: string | null }>(
    `SELECT datname AS name,
            CASE WHEN NOT datallowconn THEN 'is closed'
                 WHEN datconnlimit <> -1 THEN 'has a connection limit of ' || datconnlimit
                 WHEN pg_catalog.shobj_description(oid, 'pg_database') IS DISTINCT FROM $2 THEN 'carries no mark'
                 WHEN EXISTS (SELECT FROM pg_catalog.aclexplode(coalesce(datacl, pg_catalog.acldefault('d', datdba)))
                               WHERE grantee = 0) THEN 'is open to PUBLIC' END AS fault
       FROM pg_catalog.pg_database WHERE datname = ANY($1)`,
    { values: [databases, `bus-deployment=${id}`] },
  );
  const faults = new Map(rows.map(({ name, fault }) => [name, fault]));
  return databases.flatMap((name) => {
    const fault = faults.has(name) ? faults.get(name) : 'is missing';
    return fault == null ? [] : [`database ${name} ${fault}`];
  });
}

/** Why a DSN file's line does not let its service in; undefined when it does. */
async function refusalOf(
  { ground }: Deployment,
  file: DsnFile,
  line: string,
  extent: 'must enter' | 'password only' = 'password only',
): Promise<string | undefined> {
  const { username, password, hostname, port, pathname } = parts(line);
  const expected = [file.role, ground.service.host, String(ground.service.port), `/${file.database}`];
  if ([username, hostname, port, pathname].some((part, index) => part !== expected[index]) || password === '') {
    return 'it is not the DSN that was asked for';
  }
  const place = { host: ground.loginHost, port: ground.server.port, ssl: false };
  const client = new Client({ ...place, user: username, password, database: file.database });
  client.on('error', () => {});
  try {
    await client.connect();
    return undefined;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    // No right to connect, closed, no such database: all of it is judged after the password.
    const isProven = ['42501', '55000', '3D000'].includes(code ?? '');
    return isProven && extent === 'password only' ? undefined : message;
  } finally {
    await client.end().catch(() => {});
  }
}

function parts(line: string): Pick<URL, 'username' | 'password' | 'hostname' | 'port' | 'pathname'> {
  try {
    return new URL(line.trim());
  } catch {
    return { username: '', password: '', hostname: '', port: '', pathname: '' };
  }
}

function readLine(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
