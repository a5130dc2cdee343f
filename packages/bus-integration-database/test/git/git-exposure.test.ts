import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { advise, type Remedy } from '../../src/contract/remedy.ts';
import { gitExposure } from '../../src/git/git-exposure.ts';

let folder: string;
let repository: string;
let env: Record<string, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'git-exposure-'));
  repository = join(folder, 'repository');
  mkdirSync(repository);
  mkdirSync(join(folder, 'home'));
  env = { PATH: process.env.PATH ?? '', HOME: join(folder, 'home') };
  git('init', '-q');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function git(...words: string[]): void {
  execFileSync('git', words, { cwd: repository, env: { ...env, GIT_CONFIG_NOSYSTEM: '1' } });
}

function file(name: string): string {
  const path = join(repository, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, 'x');
  return path;
}

/** Does what a remedy says, as an operator would who stands at the repository's top. */
function follow(remedy: Remedy | undefined): void {
  execFileSync('sh', ['-c', advise(remedy).remedy?.replace(/;.*$/, '') ?? 'false'], { cwd: repository, env });
}

test('outside a repository nothing is exposed', () => {
  writeFileSync(join(folder, 'secret'), 'x');
  expect(gitExposure(join(folder, 'secret'), { env })).toMatchObject({
    result: 'ok',
    seen: expect.stringMatching(/is in no git repository$/),
  });
});

test('what can not be looked at is skipped, never thrown', () => {
  for (const path of [join(folder, 'x'.repeat(300)), 'a\0b', join('/dev/null', 'x')])
    expect(['skipped', 'ok']).toContain(gitExposure(path, { env }).result);
  expect(gitExposure('a\0b', { env }).result).toBe('skipped');
});

test('a file that git would add is a warning, and its remedy fixes it', () => {
  const path = file('local/postgres-admin-dsn');
  const found = gitExposure(path, { env });
  expect(found).toEqual({
    result: 'warn',
    seen: `${path} would be added by git`,
    parts: [{ path }, ' would be added by git'],
    remedy: { kind: 'edit', change: 'append', file: { path: `${repository}/.git/info/exclude` }, text: ['/local/'] },
  });
  follow(found.remedy);
  expect(gitExposure(path, { env })).toEqual({
    result: 'ok',
    seen: `${path} is ignored by git`,
    parts: [{ path }, ' is ignored by git'],
  });
});

test('beside tracked files only the file itself is to be ignored, whatever its name', () => {
  for (const name of ['secret', 'deploy/secret', 'deploy/a*[b] \\c!#', 'deploy/ends in a blank ']) {
    file('deploy/tracked');
    git('add', 'deploy/tracked');
    const path = file(name);
    const found = gitExposure(path, { env });
    expect(found.result).toBe('warn');
    follow(found.remedy);
    expect(gitExposure(path, { env }).result, name).toBe('ok');
  }
  expect(gitExposure(file('deploy/other'), { env }).result).toBe('warn');
});

test('a tracked file fails, ignored or not, and its remedy takes it out', () => {
  const path = file('local/secret');
  git('add', 'local/secret');
  writeFileSync(join(repository, '.git/info/exclude'), '/local/\n');
  const found = gitExposure(path, { env });
  expect(found).toMatchObject({ result: 'fail', seen: `${path} is tracked by git` });
  follow(found.remedy);
  expect(gitExposure(path, { env }).result).toBe('ok');
});

test('a directory stands for the files that it will hold, also before it is made', () => {
  const future = join(repository, 'local/dsn/');
  const found = gitExposure(future, { env });
  expect(found.result).toBe('warn');
  follow(found.remedy);
  expect(gitExposure(future, { env }).result).toBe('ok');
  mkdirSync(future, { recursive: true });
  expect(gitExposure(join(repository, 'local/dsn'), { env }).result).toBe('ok');
});

test("the operator's own ignore file counts, and a path through a symbolic link", () => {
  mkdirSync(join(folder, 'home/.config/git'), { recursive: true });
  writeFileSync(join(folder, 'home/.config/git/ignore'), 'secret\n');
  expect(gitExposure(file('local/secret'), { env }).result).toBe('ok');
  symlinkSync(repository, join(folder, 'link'));
  expect(gitExposure(join(folder, 'link/local/secret'), { env }).result).toBe('ok');
  expect(gitExposure(join(folder, 'link/local/other'), { env }).result).toBe('warn');
});

test('nothing that the repository or the environment names is run', () => {
  const trap = join(folder, 'trap');
  const marker = join(folder, 'was-run');
  writeFileSync(trap, `#!/bin/sh\ntouch ${marker}\n`);
  chmodSync(trap, 0o755);
  const hook = join(repository, '.git/hooks/post-index-change');
  mkdirSync(join(hook, '..'), { recursive: true });
  symlinkSync(trap, hook);
  for (const key of [
    'core.fsmonitor',
    'core.pager',
    'core.sshCommand',
    'pager.ls-files',
    'core.askPass',
    'core.editor',
  ])
    git('config', key, trap);
  const path = file('local/secret');
  const hostile = { ...env, GIT_PAGER: trap, GIT_EXEC_PATH: folder, GIT_DIR: folder, GIT_TRACE: join(folder, 'trace') };
  expect(gitExposure(path, { env: hostile }).result).toBe('warn');
  expect(existsSync(marker)).toBe(false);
  expect(existsSync(join(folder, 'trace'))).toBe(false);
});

test("no trace that the user's, the system's or the repository's configuration asks for is written", () => {
  const planted = join(folder, 'planted');
  const targets = ['eventTarget', 'normalTarget', 'perfTarget'].map((key) => `${key} = ${planted}\n`).join('');
  mkdirSync(join(folder, 'config/git'), { recursive: true });
  for (const config of ['home/.gitconfig', 'config/git/config', 'repository/.git/config'])
    appendFileSync(join(folder, config), `[trace2]\n${targets}`);
  const path = file('local/secret');
  const hostile = { ...env, XDG_CONFIG_HOME: join(folder, 'config'), GIT_TRACE2_EVENT: planted };
  expect(gitExposure(path, { env: hostile }).result).toBe('warn');
  expect(existsSync(planted)).toBe(false);
});

test('a repository that lacks objects names no program to fetch them with', () => {
  const marker = join(folder, 'was-run');
  git('config', 'user.name', 'x');
  git('config', 'user.email', 'x');
  for (const name of ['a/b/tracked', 'c/tracked']) git('add', relative(repository, file(name)));
  git('commit', '-q', '-m', 'x');
  git('sparse-checkout', 'set', '--cone', '--sparse-index', 'c');
  const tree = execFileSync('git', ['rev-parse', 'HEAD:a'], { cwd: repository, env, encoding: 'utf8' }).trim();
  rmSync(join(repository, '.git/objects', tree.slice(0, 2), tree.slice(2)));
  for (const [key, value] of [
    ['core.repositoryformatversion', '1'],
    ['extensions.partialClone', 'origin'],
    ['remote.origin.promisor', 'true'],
    ['remote.origin.url', `ext::touch ${marker}`],
    ['protocol.ext.allow', 'always'],
  ] as const)
    git('config', key, value);
  expect(gitExposure(file('a/b/secret'), { env }).result).toBe('warn');
  expect(existsSync(marker)).toBe(false);
});

test('a git in the current directory, or in a relative entry of PATH, is not run', () => {
  const path = file('local/secret');
  const marker = join(folder, 'was-run');
  for (const place of ['git', 'local/git', 'bin/git']) {
    writeFileSync(file(place), `#!/bin/sh\ntouch ${marker}\n`);
    chmodSync(join(repository, place), 0o755);
  }
  for (const entries of ['', '.', 'bin', '../repository/bin', '.::bin'])
    expect(gitExposure(path, { env: { ...env, PATH: `${entries}:${env.PATH}` } }).result).toBe('warn');
  expect(gitExposure(path, { env: { ...env, PATH: '.:bin' } })).toMatchObject({ result: 'skipped' });
  expect(existsSync(marker)).toBe(false);
});

test('without git, or with a git that hangs, the answer is skipped', () => {
  const path = file('secret');
  expect(gitExposure(path, { env: { PATH: folder } })).toEqual({
    result: 'skipped',
    seen: `git couldn't say about ${path}: git is not installed`,
    parts: ["git couldn't say about ", { path }, ': git is not installed'],
  });
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/git'), '#!/bin/sh\nsleep 20\n');
  chmodSync(join(folder, 'bin/git'), 0o755);
  const begun = performance.now();
  expect(gitExposure(path, { env: { PATH: `${folder}/bin:${env.PATH}` }, timeoutMs: 300 })).toEqual({
    result: 'skipped',
    seen: `git couldn't say about ${path}: no answer in 0.3 s`,
    parts: ["git couldn't say about ", { path }, ': no answer in 0.3 s'],
  });
  expect(performance.now() - begun).toBeLessThan(15_000);
});

test("a repository of somebody else is skipped with git's reason", (context) => {
  if (process.getuid?.() !== 0) context.skip('only root can give a repository away');
  execFileSync('chown', ['-R', '65534', repository]);
  expect(gitExposure(file('secret'), { env })).toMatchObject({
    result: 'skipped',
    seen: expect.stringContaining('dubious ownership'),
  });
});
