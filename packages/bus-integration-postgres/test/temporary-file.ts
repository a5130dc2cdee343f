// Files that a test needs, removed when its test file is done.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const directories: string[] = [];
// Registered while the test file is read: a hook registered by a running test would be dropped.
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** Writes a text into a file of its own, 0600; returns its path. */
export function temporaryFile(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'bus-test-'));
  directories.push(directory);
  const path = join(directory, 'file.pem');
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
