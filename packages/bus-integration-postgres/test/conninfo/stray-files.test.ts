// Which files of the output directory can be leftovers at all: DSN files of ours, by content and name.

import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOutputDirectory, strayFiles, strayLinks } from 'bus-integration-database';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectionStrings } from '../../src/output-forms/connection-strings.ts';

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'stray-'));
  chmodSync(path, 0o700);
});
afterEach(() => rmSync(path, { recursive: true }));

const dsn = (role: string, database: string) => `postgresql://${role}:secret@db:5433/${database}?sslmode=disable\n`;
const write = (name: string, text: string, mode = 0o600) => writeFileSync(join(path, name), text, { mode });

it('tells DSN files, staged ones too, and nothing else', () => {
  write('app.dsn', dsn('svc', 'app'));
  write('gone.dsn', dsn('svc', 'gone'));
  write('gone.dsn.staged', dsn('svc', 'gone'));
  write('gone.old.dsn', dsn('old', 'gone'));
  write('other-name.dsn', dsn('svc', 'gone'));
  write('gone.svc2.dsn', dsn('svc', 'gone'));
  write('notes.dsn', 'remember the milk\n');
  write('two.dsn', `${dsn('svc', 'two')}${dsn('svc', 'two')}`);
  write('bare.dsn', 'postgresql://db/bare\n');
  write('no-password.dsn', 'postgresql://svc@db/no-password\n');
  write('open.dsn', dsn('svc', 'open'), 0o644);
  write('notes.txt', dsn('svc', 'notes'));
  write('target', dsn('svc', 'link'));
  symlinkSync('target', join(path, 'link.dsn'));
  symlinkSync('/nowhere', join(path, 'away.dsn'));
  symlinkSync('target', join(path, 'app.dsn.staged'));
  write('hard', dsn('svc', 'hard'));
  linkSync(join(path, 'hard'), join(path, 'hard.dsn'));
  mkdirSync(join(path, 'directory.dsn'));
  execFileSync('mkfifo', [join(path, 'pipe.dsn')]);
  using directory = createOutputDirectory({ shown: './dsn', path, uid: process.getuid?.() ?? 0 }, connectionStrings);
  const server = { host: 'db', port: '5433' };
  expect(strayFiles(directory, new Set(['app.dsn']))).toEqual([
    { name: 'gone.dsn', role: 'svc', database: 'gone', server },
    { name: 'gone.dsn.staged', role: 'svc', database: 'gone', server },
    { name: 'gone.old.dsn', role: 'old', database: 'gone', server },
  ]);
  expect(strayLinks(directory, new Set(['app.dsn']))).toEqual(['away.dsn', 'link.dsn']);
});
