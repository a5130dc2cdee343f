// One output file, or a staged one, as it stands: what it says of each of its logins, or why it may not be read. Never prints
// what it holds.
import { lstatSync } from 'node:fs';
import { OperationError } from '../contract/errors.ts';
import { advise, command } from '../contract/remedy.ts';
import { say } from '../contract/wording.ts';
import type { Output } from '../model/output.ts';
import { Secret } from '../secrets/secret.ts';
import { readSecretFile } from '../secrets/secret-file.ts';
import type { FileReading } from './connection-string.ts';
import { type FilePlace, shownPath } from './directory.ts';

/** What others may have read or written is no password for a new role, whatever its mode is made. */
export function readAs(
  isOfNew: boolean,
  place: FilePlace,
  output: Output,
  name: string,
): readonly FileReading[] | undefined {
  try {
    return readOutputFile(place, output, name);
  } catch (error) {
    const [first, ...others] = error instanceof OperationError ? error.diagnostics : [];
    if (!isOfNew || first?.code !== 'secret-file') throw error;
    const { advice: _, remedy: __, ...told } = first;
    const remedy = [
      'others may have read or written it: apply makes a new password without it: ',
      command('rm', { path: shownPath(place.directory, name) }),
    ];
    throw new OperationError('invalid-request', first.message, {
      diagnostics: [{ ...told, ...advise(remedy) }, ...others],
      cause: error,
    });
  }
}

/** Undefined where there is none. */
export function readOutputFile(
  { directory, mode = 0o600 }: FilePlace,
  output: Output,
  name: string,
): readonly FileReading[] | undefined {
  const { owner, uid: own, strings } = directory;
  const shownAs = shownPath(directory, name);
  const holds = output.form === 'uri' ? ('line' as const) : ('text' as const);
  const isOurs = (text: string) => strings.read(new Secret(text), output).some(({ state }) => state === 'present');
  const options = {
    uid: owner?.uid ?? own,
    shownAs,
    holds,
    mayBe: mode & 0o077,
    ...(holds === 'text' && { isOurs }),
  };
  let file: ReturnType<typeof readSecretFile>;
  try {
    file = readSecretFile(directory.at(name), options);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const code = error.diagnostics[0]?.code;
    // Another run may have renamed it since it was listed.
    if (code === 'secret-file-missing') return undefined;
    // Garbage in a file of ours is told apart from a file that others could have read or written.
    if (code !== 'secret-file-content') throw error;
    const isForeign = lstatSync(directory.at(name), { throwIfNoEntry: false })?.size !== 0;
    return output.connections.map(() => ({
      state: 'broken',
      reason: `it does not hold ${contentOf[holds]}`,
      ...(isForeign && { isForeign }),
    }));
  }
  const { uid, gid, nlink } = file.status;
  // Whoever owns the directory may have linked a file of somebody else's into it, to have it read and written out again.
  if (owner !== undefined && uid !== owner.uid && nlink > 1) throw linkedElsewhere(shownAs, uid, owner.uid);
  const isOwners = owner === undefined || (uid === owner.uid && gid === owner.gid);
  const hasMode = output.mode === undefined || (file.status.mode & 0o777) === mode;
  const readings = strings.read(file.secret, output);
  if (isOwners && hasMode) return readings;
  return readings.map((reading) => (reading.state === 'present' ? { ...reading, hasOtherOwner: true } : reading));
}

const contentOf = { line: 'one line of text', text: 'text' } as const;

function linkedElsewhere(path: string, uid: number, owner: number): OperationError {
  return new OperationError(
    'invalid-request',
    say`${{ path }} is a file of user ${uid} that has another name elsewhere, expected one of user ${owner} alone`,
    { code: 'secret-file', target: path, remedy: ['remove that name of it: ', command('rm', { path })] },
  );
}

/**
 * A staged file is written over and removed: one that holds nothing of ours is somebody else's, and stays. One connection of
 * another role is what a killed apply of an earlier declaration leaves: the decision on the file asks leave for its loss.
 */
export function refuseOfOthers(readings: readonly FileReading[], path: string): void {
  const isOfOthers = (one: FileReading) =>
    one.state === 'broken' && (one.isForeign === true || (one.holder !== undefined && readings.length > 1));
  const found = readings.find(isOfOthers);
  if (found?.state !== 'broken' || !readings.every(isOfOthers)) return;
  throw new OperationError(
    'invalid-request',
    say`${{ path }} stands where apply stages a file, and is not what apply would have left there: ${found.reason}`,
    {
      code: 'staged-file-of-others',
      target: path,
      remedy: ['keep it elsewhere: ', command('mv', { path }, { path: `${path}.kept` })],
    },
  );
}
