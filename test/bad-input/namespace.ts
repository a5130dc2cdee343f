// Mounts that only one command sees, in a namespace of its own that ends with it. Needs Linux and root, or the right to
// make user namespaces.
import { spawnSync } from 'node:child_process';
import { isRoot } from './refusal.ts';

export interface Namespace {
  /** Why it can't be had here. */
  readonly obstacle?: string;
  /** What runs a command after `mount` was done; `$0` in it is `path`. */
  through(path: string): readonly string[];
}

/** A namespace in which a line of shell, a mount, is run before the command and another one after it. */
export function namespace(mount: string, after = ':'): Namespace {
  const flags = isRoot ? ['--mount'] : ['--mount', '--map-root-user'];
  const trial = spawnSync('unshare', [...flags, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { encoding: 'utf8' });
  const isThere = trial.status === 0;
  return {
    ...(!isThere && { obstacle: `no mounts of one's own here: ${trial.error?.message ?? trial.stderr.trim()}` }),
    through: (path) => [
      'unshare',
      ...flags,
      'sh',
      '-c',
      `${mount} && { "$@"; status=$?; ${after}; exit $status; }`,
      path,
    ],
  };
}
