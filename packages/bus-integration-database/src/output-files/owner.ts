// Who is to own output files: BUS_DATABASE_DSN_FILE_OWNER as numbers. Asks the system's own programs for names.
import { execFileSync } from 'node:child_process';
import type { Configuration } from '../config/config.ts';
import { OperationError } from '../contract/errors.ts';
import { findProgram } from '../git/executable.ts';
import { printable } from '../text/printable.ts';
import type { OutputPlace } from './directory.ts';

/**
 * The owner that the configuration names; undefined where it names none.
 *
 * @param uid who runs this: only root gives files away
 * @param searchPath where `id` and `getent` are found
 * @throws OperationError `invalid-request` or `not-configured`
 * @example
 * ownerOf(configuration, 0, process.env.PATH); // { uid: 1001, gid: 1001 }
 */
export function ownerOf(
  { dsnFileOwner }: Pick<Configuration, 'dsnFileOwner'>,
  uid: number,
  searchPath: string | undefined,
): OutputPlace['owner'] {
  if (dsnFileOwner === undefined) return undefined;
  const { user, group } = dsnFileOwner;
  if (uid !== 0) {
    throw new OperationError(
      'invalid-request',
      `BUS_DATABASE_DSN_FILE_OWNER=${printable(user)} needs root: only root gives files away`,
      {
        target: 'BUS_DATABASE_DSN_FILE_OWNER',
        remedy: 'run as root, or unset it',
      },
    );
  }
  return {
    uid: identify('-u', user, searchPath),
    gid: group === undefined ? identify('-g', user, searchPath) : groupId(group, searchPath),
  };
}

// Users may come from LDAP and kin, which only the system's own programs know.
function identify(option: '-u' | '-g', name: string, searchPath: string | undefined): number {
  if (/^\d+$/.test(name)) return Number(name);
  return lookup('id', [option, '--', name], name, searchPath, (text) => text.trim());
}

function groupId(name: string, searchPath: string | undefined): number {
  if (/^\d+$/.test(name)) return Number(name);
  return lookup('getent', ['group', '--', name], name, searchPath, (text) => text.split(':')[2] ?? '');
}

function lookup(
  program: string,
  options: readonly string[],
  name: string,
  searchPath: string | undefined,
  read: (text: string) => string,
): number {
  const file = findProgram(program, searchPath);
  if (file === undefined) {
    throw new OperationError(
      'not-configured',
      `BUS_DATABASE_DSN_FILE_OWNER: ${program} is in no absolute entry of PATH`,
      {
        target: 'BUS_DATABASE_DSN_FILE_OWNER',
        remedy: 'use the numbers of user and group',
      },
    );
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
  throw new OperationError('invalid-request', `BUS_DATABASE_DSN_FILE_OWNER: this machine knows no ${printable(name)}`, {
    target: 'BUS_DATABASE_DSN_FILE_OWNER',
    remedy: 'use a user and group that exist, or their numbers',
  });
}
