// Whether git has, or would take, a file that holds a secret. Asks git itself; runs nothing that a repository configures.

import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { command, type Remedy } from '../contract/remedy.ts';
import type { Check } from '../contract/response.ts';
import { inSeen, say, type Wording } from '../contract/wording.ts';
import type { Environment } from '../text/environment.ts';
import { printable } from '../text/printable.ts';
import { absolutePath, findProgram } from './executable.ts';

export interface GitExposure {
  /** `fail`: git has it. `warn`: git would take it. `skipped`: git couldn't say. */
  readonly result: 'ok' | 'warn' | 'fail' | 'skipped';
  readonly seen: string;
  readonly parts?: NonNullable<Check['parts']>;
  readonly remedy?: Remedy;
}

export interface GitExposureOptions {
  /**
   * The process's own environment, without what an env file adds. Only PATH, HOME, XDG_CONFIG_HOME (for the user's ignore
   * file) and SUDO_UID reach git: its own GIT_… variables could point it elsewhere.
   */
  readonly env: Environment;
  /** For everything that git is asked. Default: 1000. */
  readonly timeoutMs?: number;
}

/**
 * Whether git tracks a file, or would add it; a directory, which need not exist yet when the path ends in `/`, stands for
 * the files in it. Never throws; where git is absent or slow the answer is `skipped`.
 *
 * @example
 * gitExposure('./local/admin-dsn', { env }).remedy; // printf '%s\\n' '/local/' >> .git/info/exclude, as an edit
 */
export function gitExposure(path: string, options: GitExposureOptions): GitExposure {
  try {
    return examine(path, options);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EACCES' ? 'permission denied' : (code ?? 'its directory can not be looked at');
    return { result: 'skipped', ...inSeen(say`git couldn't say about ${{ path }}: ${why}`) };
  }
}

function examine(path: string, options: GitExposureOptions): GitExposure {
  const isDirectory = path.endsWith('/') || (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
  const place = locate(isDirectory ? join(path, 'name.dsn') : path);
  const ask = createAsk(place.directory, options);
  const shown = { path };

  const repository = ask(['rev-parse', '--show-toplevel', '--git-path', 'info/exclude']);
  if (repository.why !== undefined)
    return { result: 'skipped', ...inSeen(say`git couldn't say about ${shown}: ${repository.why}`) };
  if (repository.status !== 0) {
    if (/not a git repository|must be run in a work tree/.test(repository.stderr)) {
      return { result: 'ok', ...inSeen(say`${shown} is in no git repository`) };
    }
    return { result: 'skipped', ...inSeen(say`git couldn't say about ${shown}: ${saidBy(repository.stderr)}`) };
  }
  const [top = '', excludeFile = ''] = repository.stdout.split('\n');
  const file = join(place.directory, place.rest);
  const inRepository = file.slice(top.length + 1);

  const tracked = ask(['--literal-pathspecs', 'ls-files', '-z', '--', isDirectory ? dirname(file) : file]);
  if (tracked.status === 0 && tracked.stdout !== '') {
    return {
      result: 'fail',
      ...inSeen(say`${shown} is tracked by git`),
      remedy: [
        command('git', 'rm', '-r', '--cached', '--', { path }),
        '; then change the secret: the history keeps the old one',
      ],
    };
  }
  const ignored = ask(['check-ignore', '-q', '--', file]);
  if (tracked.status === 0 && ignored.status === 0) return { result: 'ok', ...inSeen(say`${shown} is ignored by git`) };
  if (tracked.status !== 0 || ignored.status !== 1) {
    const why = tracked.why ?? ignored.why ?? saidBy(tracked.stderr || ignored.stderr);
    return { result: 'skipped', ...inSeen(say`git couldn't say about ${shown}: ${why}`) };
  }
  const folder = inRepository.split('/')[0] ?? '';
  const holdsOthers =
    !inRepository.includes('/') ||
    ask(['--literal-pathspecs', 'ls-files', '-z', '--', join(top, folder)]).stdout !== '';
  const line = holdsOthers ? `/${isDirectory ? `${dirname(inRepository)}/` : inRepository}` : `/${folder}/`;
  const excluded = resolve(place.directory, excludeFile);
  const exclude = isAbsolute(path) ? excluded : displayed(excluded, top);
  return {
    result: 'warn',
    ...inSeen(say`${shown} would be added by git`),
    remedy: { kind: 'edit', change: 'append', file: { path: exclude }, text: [ignorePattern(line)] },
  };
}

/** The nearest directory that exists, without symbolic links (git refuses to look beyond one), and what follows it. */
function locate(path: string): { directory: string; rest: string } {
  let directory = dirname(resolve(path));
  let rest = basename(path);
  while (!existsSync(directory)) {
    rest = join(basename(directory), rest);
    directory = dirname(directory);
  }
  return { directory: realpathSync(directory), rest };
}

interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why there was no answer at all. */
  readonly why?: string;
}

function createAsk(
  directory: string,
  { env, timeoutMs = 1000 }: GitExposureOptions,
): (words: readonly string[]) => Answer {
  const deadline = performance.now() + timeoutMs;
  const git = findProgram('git', env.PATH);
  // A repository's own configuration may name programs: a file system monitor, hooks, a transport for missing objects.
  const guards = [
    'core.fsmonitor=false',
    'core.hooksPath=/dev/null',
    'protocol.allow=never',
    'submodule.recurse=false',
  ].flatMap((line) => ['-c', line]);
  return (words) => {
    const remainingMs = Math.floor(deadline - performance.now());
    if (git === undefined) return { status: null, stdout: '', stderr: '', why: 'git is not installed' };
    if (remainingMs <= 0) return { status: null, stdout: '', stderr: '', why: `no answer in ${timeoutMs / 1000} s` };
    const run = spawnSync(git, ['--no-pager', ...guards, ...words], {
      cwd: directory,
      env: { ...keptFor(env), ...gitSettings },
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      timeout: remainingMs,
      killSignal: 'SIGKILL',
    });
    const code = (run.error as NodeJS.ErrnoException | undefined)?.code;
    const why =
      code === undefined
        ? undefined
        : code === 'ENOENT'
          ? 'git is not installed'
          : code === 'ETIMEDOUT'
            ? `no answer in ${timeoutMs / 1000} s`
            : code === 'EACCES'
              ? 'permission denied'
              : code;
    return {
      status: run.status,
      stdout: run.stdout ?? '',
      stderr: run.stderr ?? '',
      ...(why !== undefined && { why }),
    };
  };
}

/** Neither the user's nor the system's configuration counts: trace2.* in it writes files. No transport may be used. */
const gitSettings = {
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TRACE2: '0',
  GIT_TRACE2_EVENT: '0',
  GIT_TRACE2_PERF: '0',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_TERMINAL_PROMPT: '0',
};

function keptFor(env: GitExposureOptions['env']): NodeJS.ProcessEnv {
  const kept = ['HOME', 'XDG_CONFIG_HOME', 'SUDO_UID'].flatMap((key) =>
    env[key] === undefined ? [] : [[key, env[key]] as const],
  );
  return { PATH: absolutePath(env.PATH), ...Object.fromEntries(kept) };
}

/** The first line of what git says, in which it quotes paths. */
function saidBy(text: string): Wording {
  const line = printable(text.trim().split('\n')[0] ?? '');
  return line.split(/'(\/[^']*)'/).map((part, index) => (index % 2 === 0 ? part : { path: part }));
}

/** Short where this process stands at the top of the repository, else the whole path. */
function displayed(path: string, top: string): string {
  return path.startsWith(`${top}/`) && realpathSync('.') === top ? path.slice(top.length + 1) : path;
}

/** https://git-scm.com/docs/gitignore: a backslash keeps a character from being a pattern, and a last blank from being cut. */
function ignorePattern(line: string): string {
  return line.replace(/[\\*?[\]]/g, '\\$&').replace(/ $/, '\\ ');
}
