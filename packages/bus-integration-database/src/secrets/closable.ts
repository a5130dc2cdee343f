// Whether a command that takes a file or a directory from everybody else may be advised: never for one that the system
// or another program may need. Reads what is there, changes nothing.
import { readSync, realpathSync, type Stats } from 'node:fs';
import { dirname, sep } from 'node:path';
import type { Remedy } from '../contract/remedy.ts';

const limitBytes = 64 * 1024;
/** https://refspecs.linuxfoundation.org/FHS_3.0/fhs/index.html and macOS: what stands below them is the system's, too. */
const systemTrees = ['bin', 'boot', 'dev', 'lib', 'lib32', 'lib64', 'libx32', 'proc', 'sbin', 'sys', 'usr'].concat([
  'System',
  'Library',
]);
const systemRooms = ['etc', 'home', 'media', 'mnt', 'opt', 'root', 'run', 'srv', 'tmp', 'var'].concat([
  'Applications',
  'Users',
  'Volumes',
  'private',
]);

/**
 * Whether a directory is one of the system's own, such as `/etc` or `/usr/share`; symbolic links are followed.
 *
 * @example
 * isSystemDirectory('/etc'); // true
 * isSystemDirectory('/etc/bus'); // false
 */
export function isSystemDirectory(path: string): boolean {
  // Memory in which every program may make directories of its own.
  const real = realOf(path).replace(/^\/dev\/shm\//, '/tmp/');
  const [first, ...others] = real.split(sep).slice(1);
  if (first === undefined || first === '') return true;
  if (systemTrees.includes(first)) return true;
  if (others.length === 0) return systemRooms.includes(first);
  return others.length === 1 && ['var', 'run', 'private'].includes(first);
}

/** What a secret file may hold: one line, or, as `any`, an env file or a file of keys; or what is known as ours. */
export type SecretContent = 'line' | 'any' | ((text: string) => boolean);

/**
 * Why an open file doesn't look like one that holds a secret of ours; undefined where it does, so that a `chmod` or
 * `chown` of it harms nobody.
 */
export function whyNoSecretFile(
  path: string,
  descriptor: number,
  stats: Stats,
  content: SecretContent,
): Remedy | undefined {
  if (stats.size > limitBytes) return 'it is larger than 64 KiB';
  const text = textOf(descriptor, stats.size);
  const lines = text.replace(/\r?\n$/, '').split(/\r\n|\n|\r/);
  if (typeof content === 'function') {
    if (!content(Buffer.from(text, 'latin1').toString('utf8'))) return 'it holds something else';
  } else if (content === 'line') {
    if (lines.length > 1) return `it holds ${lines.length} lines`;
    // A URL with a login in it is nothing that the system reads.
    if (/^\s*[a-z][a-z0-9+]*:\/\/[^\s/@]+@/.test(text)) return undefined;
  } else if (lines.length > 1 && !holdsKeys(text) && !lines.every(isEnvLine)) {
    return 'it is neither an env file nor a file of keys';
  }
  const directory = dirname(realOf(path));
  return isSystemDirectory(directory) ? ['it stands in ', { kind: 'path', path: directory }] : undefined;
}

function isEnvLine(line: string): boolean {
  return /^\s*(#|$|(export )?[A-Za-z_][A-Za-z0-9_]*\s*=)/.test(line);
}

function holdsKeys(text: string): boolean {
  return /-----BEGIN [A-Z0-9 ]*(JWT|SEED|PRIVATE KEY)-----/.test(text);
}

/** From the beginning, wherever the descriptor stands. */
function textOf(descriptor: number, sizeBytes: number): string {
  const buffer = Buffer.alloc(sizeBytes);
  return buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, sizeBytes, 0));
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
