// Files that a test needs, removed when it is over.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Writes a text into a file of its own, 0600; returns its path. */
export function temporaryFile(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'bus-test-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'file.pem');
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
