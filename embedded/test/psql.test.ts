import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, it } from 'vitest';
import { psqlPath } from '../src/index.ts';

it('psqlPath finds the first psql that can be run', () => {
  const [first, second] = ['bus-path-', 'bus-path-'].map((name) => mkdtempSync(join(tmpdir(), name))) as [
    string,
    string,
  ];
  const path = [first, '', second].join(delimiter);
  writeFileSync(join(first, 'psql'), '', { mode: 0o600 });
  expect(psqlPath(path)).toBeUndefined();
  writeFileSync(join(second, 'psql'), '');
  chmodSync(join(second, 'psql'), 0o755);
  expect(psqlPath(path)).toBe(join(second, 'psql'));
  for (const folder of [first, second]) rmSync(folder, { recursive: true });
});
