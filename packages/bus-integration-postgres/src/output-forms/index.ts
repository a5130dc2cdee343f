// THE table of forms of output files, and how a file of each is written and read back. Pure.
import {
  type ConnectionString,
  type Endpoint,
  type FileReading,
  type HeldLogin,
  type Output,
  type OutputConnection,
  placesIn,
  printable,
  Secret,
} from 'bus-integration-database';
import { parseEndpoint, withAdded } from '../conninfo/dsn-endpoint.ts';
import { env, libpqEnv } from './env.ts';
import type { FileForm, FormSettings, HeldConnection } from './form.ts';
import { jdbc } from './jdbc.ts';
import { pgpass } from './pgpass.ts';
import { secret, through } from './secret.ts';
import { service } from './service.ts';
import { uri } from './uri.ts';

const forms: Readonly<Record<string, FileForm>> = { uri, env, pgpass, service, jdbc, secret };

function formOf({ form, connections }: Pick<Output, 'form' | 'connections'>): FileForm {
  const isPlainEnv = form === 'env' && connections[0]?.variable === undefined;
  const found = isPlainEnv ? libpqEnv : forms[form];
  if (found === undefined) throw new Error(`internal error: no form ${form}`);
  return found;
}

/**
 * The text of a file, without its last line's end; `held` are the connections that stand in it, in the output's order
 * whatever theirs is.
 *
 * @throws OperationError `invalid-request` for what its form can't hold
 */
export function writeOutput(output: Output, held: readonly ConnectionString[]): string {
  const placeOf = placesIn(output);
  const placed = held.map((one) => ({ one, place: placeOf({ role: one.user, database: one.database }) }));
  const named = placed
    .sort((one, other) => one.place - other.place)
    .map(({ one, place }) => {
      const variable = output.connections[place]?.variable;
      return { ...one, ...(variable !== undefined && { variable }) };
    });
  return formOf(output).write(named, settingsOf(output));
}

function settingsOf({ file, settings = {} }: Output): FormSettings {
  return { ...settings, name: file.slice(file.lastIndexOf('/') + 1) };
}

/** What a file is to say of where to connect, beside what an operator added to the one that is there. */
export function wantedEndpoint(output: Output, configured: Endpoint, live: FileReading): Endpoint {
  const { form, settings } = output;
  if (form === 'uri' && settings?.pooler === undefined) return withAdded(configured, live);
  const pooler = form === 'uri' ? settings?.pooler : undefined;
  const own = pooler === undefined ? configured : through(pooler, configured);
  return formOf(output).said(withAdded(own, live));
}

/** What a file says of each of its connections, in their order. */
export function readOutput(text: Secret, output: Output): FileReading[] {
  const { form, connections } = output;
  if (form === 'uri') return connections.map(({ database, role }) => parseEndpoint(text, database, role));
  const content = formOf(output).read(text.reveal());
  const isForeign = text.reveal().trim() !== '';
  if (content === undefined)
    return connections.map(() => ({ ...broken(`it is not a file of form ${form}`), ...(isForeign && { isForeign }) }));
  // Of a login that stands there twice libpq takes the first line.
  const held = new Map(content.connections.toReversed().map((one) => [keyOf({ ...one, role: one.user }), one]));
  const found = connections.map((wanted) => held.get(keyOf(wanted)));
  const strangers = strangersIn(content.connections, found);
  const others = [
    ...content.others,
    ...strangers.map(({ user, database }) => `${printable(user)}@${printable(database)}`),
  ];
  const holder = others.length === 0 ? undefined : others.join(', ');
  const isOurs = writesSame(output, found, text.reveal());
  return found.map((one) => {
    if (one === undefined) {
      const isAlone = found.every((other) => other === undefined);
      return broken('it does not hold this connection', isAlone ? holder : undefined);
    }
    return {
      state: 'present',
      endpoint: one.endpoint,
      password: new Secret(one.password),
      ...(!isOurs && { hasOldForm: true }),
      ...(holder !== undefined && { displaces: holder }),
    };
  });
}

/** The logins of a text of some form that holds nothing beside them; none of any other, a single connection string too. */
export function loginsIn(text: Secret): HeldLogin[] {
  const { uri: _, ...others } = forms;
  for (const form of Object.values(others)) {
    const content = form.read(text.reveal());
    if (content === undefined || content.connections.length === 0 || content.others.length > 0) continue;
    return content.connections.map(({ user, database, password, endpoint }) => {
      const { host = '', port } = endpoint;
      const server = { host, ...(port !== undefined && { port }) };
      return { role: user, database, server, password: new Secret(password) };
    });
  }
  return [];
}

function broken(reason: string, holder?: string): FileReading {
  return { state: 'broken', reason, ...(holder !== undefined && { holder }) };
}

function keyOf({ role, database, variable }: OutputConnection): string {
  return JSON.stringify([role, database, variable]);
}

/** Connections that nothing in the file is for; one whose password stands there once more loses nothing by going. */
function strangersIn(
  held: readonly HeldConnection[],
  found: readonly (HeldConnection | undefined)[],
): HeldConnection[] {
  const kept = new Set(found.flatMap((one) => (one === undefined ? [] : [JSON.stringify([one.user, one.password])])));
  const wanted = new Set(found);
  return held.filter((one) => !wanted.has(one) && !kept.has(JSON.stringify([one.user, one.password])));
}

/** Whether it is, to the letter, what we would write of the same content. */
function writesSame(output: Output, found: readonly (HeldConnection | undefined)[], text: string): boolean {
  try {
    return (
      writeOutput(
        output,
        found.flatMap((one) => one ?? []),
      ) === text
    );
  } catch {
    return false;
  }
}
