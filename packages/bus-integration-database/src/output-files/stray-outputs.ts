// Files with logins that no output is for any more, beside those of the outputs that are declared: a rule was taken out, or
// covers fewer roles and databases. Nothing remembers them, so they are known by what they hold. Directories that no output
// names are not looked into, nor those of absolute paths, which may be anybody's.
import { OperationError } from '../contract/errors.ts';
import { type Output, standsElsewhere } from '../model/output.ts';
import { readSecretFile } from '../secrets/secret-file.ts';
import type { HeldLogin, StrayFile } from './connection-string.ts';
import { type OutputDirectory, withoutSlashes } from './directory.ts';
import { stagedSuffix } from './file-pair.ts';

/** A directory with more is not ours alone. */
const mostNames = 1_000;

/**
 * Those that hold logins of ours and nothing else, in the order of their paths.
 *
 * @param isHeld whether a declared output has this password of the role: else the file may be its only copy
 */
export function strayOutputs(
  directory: OutputDirectory,
  outputs: readonly Output[],
  isHeld: (login: HeldLogin) => boolean,
): StrayFile[] {
  const places = new Map<string, { directory: OutputDirectory; names: Set<string>; mayBe: number }>();
  for (const output of outputs) {
    if (!standsElsewhere(output) || output.file.startsWith('/')) continue;
    const { directory: there, name, mode = 0o600 } = directory.place(output);
    const known = places.get(there.path) ?? { directory: there, names: new Set<string>(), mayBe: 0 };
    known.names.add(name).add(name + stagedSuffix);
    places.set(there.path, { ...known, mayBe: known.mayBe | (mode & 0o077) });
  }
  const found = [...places.values()].flatMap(({ directory: there, names, mayBe }) =>
    namesIn(there)
      .filter((name) => !names.has(name) && !/\.dsn(\.staged)?$/.test(name))
      .flatMap((name) => readStray(directory, there, name, mayBe, isHeld) ?? []),
  );
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** None where it can't be looked into: that is told where its own files are. */
function namesIn(directory: OutputDirectory): string[] {
  try {
    const names = [...directory.names()];
    return names.length > mostNames ? [] : names;
  } catch (error) {
    if (error instanceof OperationError) return [];
    throw error;
  }
}

function readStray(
  { strings }: Pick<OutputDirectory, 'strings'>,
  there: OutputDirectory,
  name: string,
  mayBe: number,
  isHeld: (login: HeldLogin) => boolean,
): StrayFile | undefined {
  try {
    const uid = there.owner?.uid ?? there.uid;
    const { secret, status } = readSecretFile(there.at(name), { uid, mayBe, holds: 'text' });
    if (status.nlink > 1) return undefined;
    const logins = strings.loginsIn(secret);
    const [first, ...others] = logins;
    if (first === undefined || !logins.every(isHeld)) return undefined;
    const { role, database, server } = first;
    const beside = others.map((one) => ({ role: one.role, database: one.database, server: one.server }));
    const path = `${withoutSlashes(there.shown)}/${name}`;
    return { name: path, role, database, server, ...(beside.length > 0 && { beside }) };
  } catch (error) {
    if (error instanceof OperationError) return undefined;
    throw error;
  }
}
