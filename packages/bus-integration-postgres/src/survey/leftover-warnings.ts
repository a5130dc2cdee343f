// What looks left over, and can't be told to be: databases whose mark proves nothing, links among the DSN files.
import { advise, command, type Diagnostic, printable, shownPath, strayLinks } from 'bus-integration-database';
import { nothingRemains, type Remains } from '../observe/remains.ts';
import { shown } from '../text/shown.ts';
import type { FilesPlace } from './stray-files.ts';

export function leftoverWarnings(remains: Remains | undefined, place: FilesPlace): Diagnostic[] {
  return [...markWarnings(remains ?? nothingRemains), ...linkWarnings(place)];
}

/** Links lead where somebody else may have made them lead. */
function linkWarnings({ intent, directory }: FilesPlace): Diagnostic[] {
  if (directory === undefined) return [];
  const links = strayLinks(directory, intent.declared.outputs);
  const [first] = links;
  if (first === undefined) return [];
  const path = shownPath(directory, first);
  const more = links.length === 1 ? '' : ` (and ${links.length - 1} more)`;
  return [
    {
      severity: 'warn',
      code: 'stray-link',
      message: `${printable(path)}${more} is a symbolic link, which was not followed, so whether a DSN file is left over there is not known`,
      target: printable(path),
      ...advise(command('ls', '-l', '--', { path })),
    },
  ];
}

/** Databases whose mark proves nothing: any role with CREATEDB can make one and comment on it. */
function markWarnings({ databases }: Remains): Diagnostic[] {
  return databases
    .filter(({ isCredible }) => !isCredible)
    .map(({ name, owner }) => ({
      severity: 'warn',
      code: 'mark-of-another-owner',
      message: `database ${shown(name)} carries this deployment's mark, but belongs to ${shown(owner)}`,
      target: printable(name),
    }));
}
