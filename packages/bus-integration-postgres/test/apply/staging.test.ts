import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createOutputDirectory,
  decideCredentials,
  type FileDecision,
  OperationError,
  type OutputDirectory,
  type RoleDecision,
  readPairs,
  Secret,
  type Step,
} from 'bus-integration-database';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLedger } from '../../src/apply/ledger.ts';
import { filesLeftStaged, type Staging, settleFiles, stageFiles } from '../../src/apply/staging.ts';
import { connectionStrings } from '../../src/output-forms/connection-strings.ts';
import type { Computed } from '../../src/plan/intent.ts';

const endpoint = { host: 'db', port: '5432' };
const dsn = (role: string, password: string, database: string) =>
  `postgresql://${role}:${password}@db:5432/${database}\n`;

let path: string;
let directory: OutputDirectory;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'staging-'));
  directory = createOutputDirectory({ shown: './dsn', path, uid: process.getuid?.() ?? 0 }, connectionStrings);
});
afterEach(() => {
  directory[Symbol.dispose]();
  rmSync(path, { recursive: true });
});

const write = (name: string, text: string) => writeFileSync(join(path, name), text, { mode: 0o600 });
/** Every file that is there, with the password in it. */
const files = () =>
  Object.fromEntries(
    readdirSync(path)
      .sort()
      .map((name) => [name, /:(\w+)@/.exec(readFileSync(join(path, name), 'utf8'))?.[1]]),
  );

/** What a plan decided for a role: `acts` is by database, of the files as they are now. */
function decide(
  role: string,
  acts: Readonly<Record<string, FileDecision['act']>>,
  said: Partial<RoleDecision> = {},
): RoleDecision {
  const outputs = new Map(
    Object.keys(acts).map((database) => {
      const file = `${database}.dsn`;
      return [file, { form: 'uri', connections: [{ database, role }], file }] as const;
    }),
  );
  return {
    role,
    endpoint,
    source: 'new',
    setsPassword: true,
    findings: [],
    files: readPairs(directory, { outputs }).map((pair) => ({
      pair,
      act: acts[pair.database] ?? 'keep',
      risk: 'create',
      password: 'new',
    })),
    ...said,
  };
}

function stagingOf(credentials: readonly RoleDecision[], said: Partial<Staging> = {}) {
  const steps = credentials.flatMap(({ role, files }) =>
    files.map(({ pair, act }): Step => {
      const content = { file: pair.file, database: pair.database, role, endpoint, password: 'new' } as const;
      const action =
        act === 'discard' ? 'discard-staged-file' : act === 'write' ? 'write-dsn-file' : 'promote-dsn-file';
      return { action, target: pair.path, risk: 'create', summary: '', after: content } as Step;
    }),
  );
  const ledger = createLedger(steps, {
    deploymentId: 'shop',
    commentOf: () => null,
    versionNum: 180000,
    selfGrantOf: () => undefined,
    joinedFor: () => undefined,
    passwordOf: () => undefined,
  });
  const staging: Staging = {
    computed: { credentials, steps } as Partial<Computed> as Computed,
    ledger,
    passwords: new Map(credentials.map(({ role }) => [role, new Secret(`fresh_${role}`)])),
    directory,
    prove: async () => new Map(),
    checkLock: async () => {},
    signal: new AbortController().signal,
    ...said,
  };
  return { staging, states: () => Object.fromEntries(ledger.steps().map(({ target, state }) => [target, state])) };
}

const caught = (work: () => unknown) =>
  Promise.resolve()
    .then(work)
    .then(
      () => undefined,
      (error: unknown) => error,
    );

describe('before anything changes', () => {
  test('every new content is staged, and no file is touched', () => {
    write('a.dsn', dsn('svc', 'old', 'a'));
    const { staging } = stagingOf([decide('svc', { a: 'write', b: 'write', c: 'keep' })]);
    stageFiles(staging);
    expect(files()).toEqual({ 'a.dsn': 'old', 'a.dsn.staged': 'fresh_svc', 'b.dsn.staged': 'fresh_svc' });
    expect(readFileSync(join(path, 'a.dsn.staged'), 'utf8')).toBe(dsn('svc', 'fresh_svc', 'a'));
  });

  test('where one can not be staged none of this run stays; what another run staged does, and what was there', async () => {
    write('b.dsn.staged', dsn('svc', 'earlier', 'b'));
    const { staging } = stagingOf([decide('svc', { a: 'write', b: 'write', c: 'write' })]);
    write('c.dsn.staged', dsn('svc', 'theirs', 'c'));
    expect(await caught(() => stageFiles(staging))).toMatchObject({ diagnostics: [{ code: 'staged-file-changed' }] });
    expect(files()).toEqual({ 'b.dsn.staged': 'fresh_svc', 'c.dsn.staged': 'theirs' });
  });

  test('nothing is made where nothing is written, not even the directory', () => {
    rmSync(path, { recursive: true });
    stageFiles(stagingOf([decide('svc', { a: 'keep' })]).staging);
    expect(directory.names()).toEqual(new Set());
    expect(() => readdirSync(path)).toThrow(/ENOENT/);
    stageFiles(stagingOf([decide('svc', { a: 'write' })]).staging);
    expect(files()).toEqual({ 'a.dsn.staged': 'fresh_svc' });
  });
});

describe('when the passwords are set', () => {
  test('a proven one takes the place of the old; one that is not needed goes; the rest is kept', async () => {
    write('b.dsn', dsn('svc', 'fresh_svc', 'b'));
    write('b.dsn.staged', dsn('svc', 'needless', 'b'));
    write('c.dsn', dsn('svc', 'fresh_svc', 'c'));
    write('d.dsn.staged', dsn('svc', 'fresh_svc', 'd'));
    const proven: string[] = [];
    const decisions = [
      decide('svc', { a: 'write', b: 'discard', c: 'keep', d: 'promote' }),
      decide('other', { e: 'write' }, { setsPassword: false, source: 'kept' }),
    ];
    const { staging, states } = stagingOf(decisions, {
      prove: async (asked) => {
        proven.push(...asked.map(({ role }) => role));
        return new Map();
      },
    });
    stageFiles(staging);
    expect(await settleFiles(staging, decisions)).toEqual([]);
    expect(files()).toEqual({
      'a.dsn': 'fresh_svc',
      'b.dsn': 'fresh_svc',
      'c.dsn': 'fresh_svc',
      'd.dsn': 'fresh_svc',
      'e.dsn': 'fresh_other',
    });
    // Only of those that this run gave to the server.
    expect(proven).toEqual(['svc']);
    expect(states()).toEqual({
      './dsn/a.dsn': 'applied',
      './dsn/b.dsn': 'applied',
      './dsn/c.dsn': 'planned',
      './dsn/d.dsn': 'applied',
      './dsn/e.dsn': 'applied',
    });
  });

  test('a staged file with the only copy of a password is put in place before one with the right endpoint follows', async () => {
    write('a.dsn.staged', 'postgresql://svc:fresh_svc@elsewhere:5432/a\n');
    const decisions = [decide('svc', { a: 'promote-and-write' }, { setsPassword: false, source: 'staged' })];
    expect(await settleFiles(stagingOf(decisions).staging, decisions)).toEqual([]);
    expect(readFileSync(join(path, 'a.dsn'), 'utf8')).toBe(dsn('svc', 'fresh_svc', 'a'));
    expect(readdirSync(path)).toEqual(['a.dsn']);
  });

  test('one that can not be proven leaves its files as they are, the new ones beside them; other roles go on', async () => {
    write('a.dsn', dsn('svc', 'old', 'a'));
    const decisions = [decide('svc', { a: 'write' }), decide('other', { b: 'write' })];
    const { staging, states } = stagingOf(decisions, { prove: async () => new Map([['svc', 'it was refused']]) });
    stageFiles(staging);
    const error = await caught(() => settleFiles(staging, decisions));
    expect(error).toMatchObject({
      errorClass: 'not-converged',
      diagnostics: [{ code: 'password-unproven', target: 'svc', message: expect.stringContaining('it was refused') }],
    });
    expect(files()).toEqual({ 'a.dsn': 'old', 'a.dsn.staged': 'fresh_svc', 'b.dsn': 'fresh_other' });
    expect(filesLeftStaged(staging)).toEqual(['a.dsn']);
    expect(states()).toEqual({ './dsn/a.dsn': 'unknown', './dsn/b.dsn': 'applied' });
    // The next run takes what waits there, and doesn't make a third password.
    const [again] = decide('svc', { a: 'keep' }).files;
    const next = decideCredentials(
      {
        role: 'svc',
        standing: 'ours',
        isRotated: false,
        hasTls: false,
        endpoint,
        strings: connectionStrings,
        pairs: again === undefined ? [] : [again.pair],
      },
      (_, password) => ({ state: password.reveal() === 'fresh_svc' ? 'proven' : 'disproven' }),
    );
    expect([next.source, next.password?.reveal(), next.files[0]?.act]).toEqual(['staged', 'fresh_svc', 'promote']);
  });

  test.each([
    ['changed', () => write('a.dsn.staged', dsn('svc', 'theirs', 'a'))],
    ['removed', () => rmSync(join(path, 'a.dsn.staged'))],
  ])('a staged file that was %s meanwhile is told, is not put in place, and keeps no other', async (_, change) => {
    write('a.dsn', dsn('svc', 'old', 'a'));
    const decisions = [decide('svc', { a: 'write', b: 'write' })];
    const { staging, states } = stagingOf(decisions);
    stageFiles(staging);
    change();
    const [problem, ...others] = await settleFiles(staging, decisions);
    expect([problem?.code, problem?.target, others]).toEqual(['staged-file-changed', './dsn/a.dsn', []]);
    expect(problem?.message).toContain('what it is to hold is in ./dsn/a.dsn.staged');
    expect(files()).toMatchObject({ 'a.dsn': 'old', 'b.dsn': 'fresh_svc' });
    expect(states()).toEqual({ './dsn/a.dsn': 'failed', './dsn/b.dsn': 'applied' });
  });

  test.each<[string, Partial<Staging>, string]>([
    ['the lock is lost', { checkLock: () => Promise.reject(new Error('lock lost')) }, 'lock lost'],
    [
      'lock and proof both fail',
      { checkLock: () => Promise.reject(new Error('lock lost')), prove: () => Promise.reject(new Error('no proof')) },
      'lock lost',
    ],
    ['the proof itself fails', { prove: () => Promise.reject(new Error('no proof')) }, 'no proof'],
    ['it is interrupted', { signal: AbortSignal.abort(new Error('interrupted')) }, 'interrupted'],
  ])('no file is touched where %s', async (_, said, message) => {
    write('a.dsn', dsn('svc', 'old', 'a'));
    const decisions = [decide('svc', { a: 'write' })];
    const { staging, states } = stagingOf(decisions, said);
    stageFiles(staging);
    await expect(settleFiles(staging, decisions)).rejects.toThrow(message);
    expect(files()).toEqual({ 'a.dsn': 'old', 'a.dsn.staged': 'fresh_svc' });
    expect(states()).toEqual({ './dsn/a.dsn': 'planned' });
  });

  test('what is no refusal of the file system is no diagnostic', async () => {
    const decisions = [decide('svc', { a: 'write' })];
    const { staging } = stagingOf(decisions, { passwords: new Map() });
    const error = await caught(() => settleFiles(staging, decisions));
    expect(error).not.toBeInstanceOf(OperationError);
    expect(error).toMatchObject({ message: 'no password for a file of role svc' });
  });
});
