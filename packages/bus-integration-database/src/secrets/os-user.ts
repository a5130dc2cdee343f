// Who runs this process, by the name that libpq would take for a user that nothing names. Asks the user database only.
import { userInfo } from 'node:os';

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
