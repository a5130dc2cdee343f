import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { advise, command, type Remedy, remedyOf } from '../../src/contract/remedy.ts';
import { responseSchema } from '../../src/contract/response-schema.ts';
import { mapAdvice, ownCommand } from '../../src/model/map-advice.ts';

const hba = { path: '/etc/pg_hba.conf' };

it.each<[Remedy, string]>([
  ['unset it', 'unset it'],
  [command('chmod', '600', { path: 'my file' }), "chmod 600 'my file'"],
  [command('chmod', '600', { path: '-f' }), 'chmod 600 ./-f'],
  [command('rm', { key: 'DIR', path: '' }), `rm "$\{DIR:?}"`],
  [command('rm', { key: 'DIR', path: 'a b' }), `rm "$\{DIR:?}"/'a b'`],
  [ownCommand('apply', ['--rotate', "it's"]), "bus operator database apply --rotate 'it'\\''s'"],
  [
    ['name another, or ', { kind: 'sql', as: 'its owner', where: 'in database a', database: 'a', sql: 'SELECT 1;' }],
    'name another, or its owner runs, in database a: SELECT 1;',
  ],
  [{ kind: 'edit', change: 'replace', file: hba, line: 3, text: ['a', 'b'] }, 'replace with: a\n              b'],
  [{ kind: 'edit', change: 'insert', file: hba, line: 3, text: ['a'] }, 'put above it: a'],
  [{ kind: 'edit', change: 'delete', file: hba, line: 3, text: [] }, 'delete the line'],
  [['edit ', { kind: 'path', path: 'a\u202eb' }], 'edit a\\u202eb'],
  [['edit ', { kind: 'path', key: 'DIR', path: 'x' }], 'edit DIR/x'],
  [['fix that, then ', { kind: 'again' }], 'fix that, then run the same command again'],
])('%j is one text', (remedy, text) => {
  expect(advise(remedy).remedy).toBe(text);
});

it('is only a text where it is only words, and data where it is more', () => {
  expect(advise(undefined)).toEqual({});
  expect(advise(['set A', ', or B'])).toEqual({ remedy: 'set A, or B' });
  const advised = advise(['first ', ['this; ', command('true')]]);
  expect(advised.advice).toEqual([
    { kind: 'text', text: 'first ' },
    { kind: 'text', text: 'this; ' },
    { kind: 'command', argv: ['true'] },
  ]);
  // Given on, it stays what it was.
  expect(advise(remedyOf(advised))).toEqual(advised);
  expect(advise(remedyOf({ remedy: 'words' }))).toEqual({ remedy: 'words' });
});

it('a shell does what the text of a file says', () => {
  const folder = mkdtempSync(join(tmpdir(), 'remedy-'));
  const file = { path: "it's a file" };
  const text = (remedy: Remedy) => advise(remedy).remedy ?? 'false';
  try {
    const created = text({ kind: 'edit', change: 'create', file, text: [], directory: folder });
    execFileSync('sh', ['-c', created], { input: 'one\n' });
    const appended = text({ kind: 'edit', change: 'append', file, text: ["'two'", 'three'], directory: folder });
    execFileSync('sh', ['-c', appended]);
    expect(readFileSync(join(folder, file.path), 'utf8')).toBe("one\n'two'\nthree\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('changed for a reader elsewhere, texts and data change alike, of leftovers too', () => {
  const finding = { severity: 'fail', code: 'x', message: 'no' } as const;
  const response = responseSchema.parse({
    ok: false,
    deployment_id: 'example-dev',
    provider: 'model',
    actions: [],
    steps: [],
    diagnostics: [
      { ...finding, ...advise(['run ', command('true')]) },
      { ...finding, remedy: 'true' },
    ],
    leftovers: [{ kind: 'dsn-file', name: 'a', command: 'true', advice: [command('true')] }],
  });
  const changed = mapAdvice(response, (advice) => (advice.kind === 'command' ? command('false') : advice));
  expect(changed.diagnostics.map(({ remedy }) => remedy)).toEqual(['run false', 'true']);
  expect(changed.diagnostics[0]?.advice?.[1]).toEqual(command('false'));
  expect(changed.leftovers).toEqual([{ kind: 'dsn-file', name: 'a', command: 'false', advice: [command('false')] }]);
  expect(mapAdvice(response, (advice) => advice)).toEqual(response);
});
