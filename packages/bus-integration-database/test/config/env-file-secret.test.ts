import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judgeSecretsIn } from '../../src/config/env-file-secret.ts';
import { OperationError } from '../../src/contract/errors.ts';
import { wordedText } from '../../src/contract/wording.ts';
import { Secret } from '../../src/secrets/secret.ts';

test('an env file that others may read says which key it holds, in its text and in the parts of it', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'env-file-secret-'));
  try {
    writeFileSync(join(cwd, '.env'), '', { mode: 0o644 });
    const key = 'BUS_POSTGRES_ADMIN_DSN';
    const credentials = { key, value: new Secret('postgresql://db.example/') };
    let refusal: unknown;
    try {
      judgeSecretsIn({ path: './.env', lines: { [key]: 1 } }, { cwd, uid: process.getuid?.() ?? 0 }, { credentials });
    } catch (error) {
      refusal = error;
    }
    if (!(refusal instanceof OperationError)) throw new Error('not refused');
    const [finding] = refusal.diagnostics;
    expect(finding?.message).toMatch(/^\.\/\.env .* and holds BUS_POSTGRES_ADMIN_DSN$/);
    expect(wordedText(finding?.parts ?? [])).toBe(finding?.message);
  } finally {
    rmSync(cwd, { recursive: true });
  }
});
