// Which operating-system account a server runs as: PostgreSQL refuses root, so root lends it an unprivileged one.
import { spawnSync } from 'node:child_process';
import { chownSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account to start servers with, or undefined for the account that this process has.
 *
 * `nobody` if it is there, else the first other one that can be used: initdb wants an entry in /etc/passwd.
 */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4 && Number(fields[2]) !== 0 && !fields[0]?.startsWith('#'))
    .sort((left, right) => Number(right[0] === 'nobody') - Number(left[0] === 'nobody'))
    .map((fields) => ({ uid: Number(fields[2]), gid: Number(fields[3]) }));
  // In a user namespace some accounts exist by name only.
  const usable = accounts.find((account) => spawnSync('/bin/sh', ['-c', ':'], { ...account, cwd: '/' }).status === 0);
  if (usable === undefined) throw new Error('PostgreSQL does not run as root, and /etc/passwd names no other account');
  return usable;
}

/** Gives a file or directory to the account; does nothing without one. */
export function giveTo(account: Account | undefined, path: string): void {
  // Some systems write the highest numbers as negative ones: nobody is -2.
  if (account) chownSync(path, account.uid >>> 0, account.gid >>> 0);
}

/** Whether the account may enter the directory and all directories above it. */
export function canEnter(account: Account | undefined, directory: string): boolean {
  if (account === undefined) return true;
  const status = statSync(directory);
  const bit = status.uid === account.uid >>> 0 ? 0o100 : status.gid === account.gid >>> 0 ? 0o010 : 0o001;
  if ((status.mode & bit) === 0) return false;
  const parent = dirname(directory);
  return parent === directory || canEnter(account, parent);
}
