// Output files that no declared login is in, as far as they can be found on this machine; whose they are is judged later.
import {
  type HeldLogin,
  type Output,
  type OutputDirectory,
  readPairs,
  type Secret,
  type StrayFile,
  standsElsewhere,
  strayFiles,
  strayOutputs,
} from 'bus-integration-database';
import type { Intent } from '../plan/intent.ts';

export interface FilesPlace {
  readonly intent: Intent;
  readonly directory?: OutputDirectory | undefined;
}

/** DSN files of no declared login, but for those whose password is still to be taken over. */
export function straysOf(place: FilesPlace): StrayFile[] {
  const { intent, directory } = place;
  if (directory === undefined) return [];
  return [
    ...strayDsnFiles({ intent, directory }),
    ...strayOutputs(directory, [...intent.declared.outputs.values()], heldBy(place)),
  ];
}

/** Whether a file of a desired output has a role's password; they are read once, and only where something looks left over. */
function heldBy({ intent, directory }: FilesPlace): (login: HeldLogin) => boolean {
  let held: ReadonlySet<string> | undefined;
  const keyOf = (role: string, password: Secret) => JSON.stringify([role, password.reveal()]);
  return ({ role, password }) => {
    held ??= new Set(
      (directory === undefined ? [] : readPairs(directory, intent.desired)).flatMap(({ role, live }) =>
        live.state === 'present' ? [keyOf(role, live.password)] : [],
      ),
    );
    return held.has(keyOf(role, password));
  };
}

function strayDsnFiles({
  intent,
  directory,
}: Required<FilesPlace> & { readonly directory: OutputDirectory }): StrayFile[] {
  const { outputs } = intent.declared;
  const all = [...outputs.values()];
  const placed = new Set(all.flatMap((output) => nameIn(directory, output)));
  const formerNames = all.filter(({ formerly }) => formerly !== undefined);
  if (formerNames.length + placed.size === 0) return strayFiles(directory, outputs);
  const present = directory.names();
  const needed = new Set(formerNames.flatMap(({ file, formerly = '' }) => (present.has(file) ? [] : [formerly])));
  return strayFiles(directory, { has: (name) => outputs.has(name) || placed.has(name) || needed.has(name) });
}

/** What a file with a path of its own is called in the output directory, where it is there all the same. */
function nameIn(directory: OutputDirectory, output: Output): string[] {
  if (!standsElsewhere(output)) return [];
  const place = directory.place(output);
  return place.directory.path === directory.path ? [place.name] : [];
}
