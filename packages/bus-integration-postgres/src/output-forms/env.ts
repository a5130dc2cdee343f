// An env file: one variable with the URI for each connection, or the variables that libpq reads for one. Each line means
// the same to a POSIX shell that sources it, to systemd's EnvironmentFile= and to docker compose's env_file. Pure.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=
// https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
import type { Endpoint } from 'bus-integration-database';
import { formatDsn } from '../conninfo/dsn-endpoint.ts';
import { connectionKeywords, isConnectionKeyword } from '../dsn/keywords.ts';
import { type FileForm, type HeldConnection, unwritable } from './form.ts';
import { connectionOf } from './uri.ts';

/** The variables of one connection are what libpq itself reads; with a name of its own it is a URI. */
export const env: FileForm = {
  said: (endpoint) => endpoint,
  write: (connections) =>
    connections
      .flatMap((connection) => lines(connection))
      .map(([name, value]) => `${name}=${quoted(name, value)}`)
      .join('\n'),
  read: (text) => {
    const assignments = readAssignments(text);
    if (assignments === undefined) return undefined;
    const { values, others } = assignments;
    const named = [...values].flatMap(([variable, value]) => {
      const connection = isUri(value) ? connectionOf(value) : undefined;
      return connection === undefined ? [] : [{ ...connection, variable }];
    });
    const plain = ofLibpq(values);
    const known = new Set([
      ...named.map(({ variable }) => variable),
      ...(plain === undefined ? [] : Object.values(connectionKeywords)),
    ]);
    return {
      connections: [...named, ...(plain === undefined ? [] : [plain])],
      others: [...others, ...[...values.keys()].filter((name) => !known.has(name))],
    };
  },
};

/** The same as `PG*` variables, which know fewer keywords than a URI. */
export const libpqEnv: FileForm = {
  ...env,
  said: (endpoint) =>
    Object.fromEntries(
      Object.entries(connectionKeywords).flatMap(([keyword, variable]) => {
        const value = endpoint[keyword];
        return variable === null || value === undefined ? [] : [[keyword, value]];
      }),
    ),
};

function variableOf(keyword: string): string | null {
  return isConnectionKeyword(keyword) ? connectionKeywords[keyword] : null;
}

function lines({ variable, ...connection }: HeldConnection): (readonly [string, string])[] {
  if (variable !== undefined) return [[variable, formatDsn(connection)]];
  const { endpoint, database: dbname, user, password } = connection;
  const { host = '', port = '', ...rest } = endpoint;
  const all: Endpoint = { host, port, dbname, user, password, ...rest };
  return Object.entries(all).flatMap(([keyword, value]) => {
    const name = variableOf(keyword);
    return name === null ? [] : [[name, value] as const];
  });
}

/** What stands for itself with all three, unquoted. Not `~`: a shell takes it for a home directory behind a colon. */
const plainText = /^[A-Za-z0-9_./:@%+,=?-]+$/;

/**
 * A value as all three read it back. Between single quotes nothing has a meaning, but for compose a backslash at their
 * end; between double quotes `$`, a backquote and a backslash have one.
 */
function quoted(name: string, value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused
  if (/[\u0000-\u001f\u007f]/.test(value))
    throw unwritable('env', name, 'it holds a line break or a control character');
  if (plainText.test(value)) return value;
  if (!/'|\\$/.test(value)) return `'${value}'`;
  if (!/["$`\\]/.test(value)) return `"${value}"`;
  const why = value.endsWith('\\')
    ? 'ends with a backslash'
    : 'holds a single quote beside another quote, $ or a backslash';
  throw unwritable('env', name, `it ${why}, which a shell, systemd and docker compose read differently`);
}

function isUri(value: string): boolean {
  return /^postgres(ql)?:\/\//.test(value);
}

function ofLibpq(values: ReadonlyMap<string, string>): HeldConnection | undefined {
  const said: Record<string, string> = {};
  for (const [keyword, name] of Object.entries(connectionKeywords)) {
    const value = name === null ? undefined : values.get(name);
    if (value !== undefined) said[keyword] = value;
  }
  const { user, password, dbname: database, ...endpoint } = said;
  return user && password && database ? { user, password, database, endpoint } : undefined;
}

/** Undefined where some line is no assignment at all: a script, say, which is nothing of ours. */
function readAssignments(text: string): { values: Map<string, string>; others: string[] } | undefined {
  const values = new Map<string, string>();
  const others: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    if (/^\s*[#;]/.test(line)) {
      others.push('a comment');
      continue;
    }
    const [, name, written = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
    const value = name === undefined ? undefined : unquoted(written.trimEnd());
    if (name === undefined || value === undefined) return undefined;
    values.set(name, value);
  }
  return { values, others };
}

/** Also in ways in which somebody else may have written it. */
function unquoted(written: string): string | undefined {
  const quote = written[0];
  if (quote !== "'" && quote !== '"') return /['"]/.test(written) ? undefined : written;
  const inner = written.slice(1, -1);
  if (written.length < 2 || !written.endsWith(quote)) return undefined;
  if (quote === "'") return inner.includes("'") ? undefined : inner;
  if (/(?:^|[^\\])(?:\\\\)*"/.test(inner)) return undefined;
  return inner.replace(/\\(["$`\\])/g, '$1');
}
