// Lines of a password file, one for each server of a connection: where a host and a port are known, and no more. Pure.
// https://www.postgresql.org/docs/current/libpq-pgpass.html
import { type FileForm, type HeldConnection, only, serversOf, unwritable } from './form.ts';

export const pgpass: FileForm = {
  said: (endpoint) => only(endpoint, (keyword) => keyword === 'host' || keyword === 'port'),
  write: (connections) => connections.flatMap(linesOf).join('\n'),
  read: (text) => {
    const connections: HeldConnection[] = [];
    const others: string[] = [];
    for (const line of text.split(/\r?\n/)) {
      if (line.trim() === '') continue;
      const fields = fieldsOf(line);
      if (line.startsWith('#')) others.push('a comment');
      else if (fields === undefined) others.push('a line');
      else if (fields.some(({ isAny }) => isAny)) others.push('a line with *');
      else add(connections, fields.map(({ text }) => text) as unknown as Fields);
    }
    // Nothing that libpq would read as an entry: a file of another kind.
    const isForeign = connections.length === 0 && others.length > 0 && others.every((one) => one === 'a line');
    return isForeign ? undefined : { connections, others };
  },
};

type Fields = readonly [host: string, port: string, database: string, user: string, password: string];

/** libpq looks for `localhost` where it dials the socket directory that it was built with: PostgreSQL's own, or Debian's. */
const builtInDirectories = ['/tmp', '/var/run/postgresql'];

function linesOf({ endpoint, database, user, password }: HeldConnection): string[] {
  return serversOf(endpoint).flatMap(({ host, port }) => {
    const hosts = builtInDirectories.includes(host) ? [host, 'localhost'] : [host];
    return hosts.map((name) => lineOf([name, port, database, user, password]));
  });
}

function lineOf(fields: Fields): string {
  if (fields.some((field) => /[\r\n\0]/.test(field)))
    throw unwritable('pgpass', 'a name or password with a line break', 'a line of it is one connection');
  const [host, ...others] = fields.map(escaped);
  // Else the line is a comment.
  return [host?.replace(/^#/, '\\#'), ...others].join(':');
}

function escaped(field: string): string {
  return field === '*' ? '\\*' : field.replace(/[\\:]/g, '\\$&');
}

/** Several lines that differ in the server are one connection with a list of servers. */
function add(connections: HeldConnection[], [host, port, database, user, password]: Fields): void {
  const last = connections.at(-1);
  if (last === undefined || last.database !== database || last.user !== user || last.password !== password) {
    connections.push({ endpoint: { host, port }, database, user, password });
    return;
  }
  const before = serversOf(last.endpoint).at(-1);
  const isAlias = host === 'localhost' && before?.port === port && builtInDirectories.includes(before?.host ?? '');
  if (isAlias) return;
  const endpoint = { host: `${last.endpoint.host},${host}`, port: `${last.endpoint.port},${port}` };
  connections[connections.length - 1] = { ...last, endpoint };
}

function fieldsOf(line: string): { text: string; isAny: boolean }[] | undefined {
  const [, ...parts] =
    /^((?:\\.|[^:\\])*):((?:\\.|[^:\\])*):((?:\\.|[^:\\])*):((?:\\.|[^:\\])*):((?:\\.|[^:\\]|\\$)*)/.exec(line) ?? [];
  if (parts.length !== 5 || parts[4] === '') return undefined;
  // A password that is * is that.
  return parts.map((part, index) => ({ text: part.replace(/\\(.)/g, '$1'), isAny: part === '*' && index < 4 }));
}
