import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { absolutePath, findProgram } from '../../src/git/executable.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'executable-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a program is found in the absolute entries of PATH only', () => {
  const program = join(folder, 'tool');
  writeFileSync(program, '#!/bin/sh\n');
  mkdirSync(join(folder, 'first/tool'), { recursive: true });
  const here = relative(process.cwd(), folder);
  expect(findProgram('tool', `${join(folder, 'first')}:${folder}`)).toBeUndefined();
  chmodSync(program, 0o755);
  expect(findProgram('tool', `${join(folder, 'first')}:${folder}`)).toBe(program);
  for (const path of [here, `./${here}`, `:${here}`, '.', '', undefined])
    expect(findProgram('tool', path)).toBeUndefined();
  expect(absolutePath(`.::${here}:${folder}:/usr/bin`)).toBe(`${folder}:/usr/bin`);
});
