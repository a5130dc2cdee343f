// Who is to own output files, as numbers. Asks the system's own programs for names.
import { execFileSync } from 'node:child_process';
import { OperationError } from '../contract/errors.ts';
import { findProgram } from '../git/executable.ts';
import { printable } from '../text/printable.ts';
import type { OutputPlace } from './judge-directory.ts';

/** Who is named, and where. */
export interface NamedOwner {
  readonly user: string;
  readonly group?: string;
  /** What names it: a configuration key, or a part of a manifest. */
  readonly key: string;
}

/**
 * The owner that is named; undefined if none is.
 *
 * @param uid who runs this: only root gives files away
 * @param searchPath where `id` and `getent` are found
 * @throws OperationError `invalid-request` or `not-configured`
 * @example
 * ownerOf({ user: 'bus', key: 'BUS_DATABASE_DSN_FILE_OWNER' }, 0, process.env.PATH); // { uid: 1001, gid: 1001 }
 */
export function ownerOf(
  named: NamedOwner | undefined,
  uid: number,
  searchPath: string | undefined,
): OutputPlace['owner'] {
  if (named === undefined) return undefined;
  const { user, group, key } = named;
  if (uid !== 0) {
    throw new OperationError('invalid-request', `${key}=${printable(user)} needs root: only root gives files away`, {
      target: key,
      remedy: 'run as root, or unset it',
    });
  }
  return {
    uid: identify('-u', user, { key, searchPath }),
    gid: group === undefined ? identify('-g', user, { key, searchPath }) : groupId(group, { key, searchPath }),
  };
}

// Users may come from LDAP and kin, which only the system's own programs know.
interface Looking {
  readonly key: string;
  readonly searchPath: string | undefined;
}

function identify(option: '-u' | '-g', name: string, looking: Looking): number {
  if (/^\d+$/.test(name)) return Number(name);
  return lookup('id', [option, '--', name], name, looking, (text) => text.trim());
}

function groupId(name: string, looking: Looking): number {
  if (/^\d+$/.test(name)) return Number(name);
  return lookup('getent', ['group', '--', name], name, looking, (text) => text.split(':')[2] ?? '');
}

function lookup(
  program: string,
  options: readonly string[],
  name: string,
  { key, searchPath }: Looking,
  read: (text: string) => string,
): number {
  const file = findProgram(program, searchPath);
  if (file === undefined) {
    throw new OperationError('not-configured', `${key}: ${program} is in no absolute entry of PATH`, {
      target: key,
      remedy: 'use the numbers of user and group',
    });
  }
  try {
    const found = Number(
      read(
        execFileSync(file, options, {
          encoding: 'utf8',
          env: { LC_ALL: 'C' },
          stdio: ['ignore', 'pipe', 'ignore'],
          timeout: 5_000,
        }),
      ),
    );
    if (Number.isInteger(found)) return found;
  } catch {
    // Told below: the program ended with an error, since it knows no such name.
  }
  throw new OperationError('invalid-request', `${key}: this machine knows no ${printable(name)}`, {
    target: key,
    remedy: 'use a user and group that exist, or their numbers',
  });
}
