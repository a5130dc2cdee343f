// Who runs this process, by the name that libpq would take for a user that nothing names. Asks the user database only.
import { homedir, userInfo } from 'node:os';
import type { Environment } from '../text/environment.ts';

/**
 * The operating system's name of the user; a container's may have no entry in the user database, and its number then
 * stands for it.
 *
 * @example
 * osUserOf(process.getuid?.() ?? 0); // 'postgres'
 */
export function osUserOf(uid: number): string {
  try {
    return userInfo().username;
  } catch {
    return String(uid);
  }
}

/**
 * Where the user's own files are; a path at which nothing is where neither HOME nor the user database says it.
 *
 * @example
 * homeDirectoryOf({ HOME: '/home/ann' }); // '/home/ann'
 */
export function homeDirectoryOf({ HOME }: Environment): string {
  if (HOME) return HOME;
  try {
    return homedir();
  } catch {
    return '/nonexistent';
  }
}
