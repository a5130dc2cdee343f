import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOutputDirectory, isMutating, readPairs } from 'bus-integration-database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectionStrings } from '../../src/output-forms/connection-strings.ts';
import { computePlan } from '../../src/plan/compute.ts';
import type { Preparation } from '../../src/survey/preparation.ts';
import { statusResponse } from '../../src/survey/status.ts';
import { database, intentOf, role, schema, seen } from '../observed.ts';

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'status-'));
  chmodSync(path, 0o700);
});
afterEach(() => rmSync(path, { recursive: true }));

const intent = intentOf({ databases: ['one'], roles: ['svc'], serviceRole: 'svc', schemas: ['public'] });

/** The status of a deployment that has its role and its database, and of files only those that are named. */
function statusWith(files: readonly string[], mark?: string | null) {
  for (const name of files) writeFileSync(join(path, name), 'postgresql://x\n', { mode: 0o600 });
  using directory = createOutputDirectory({ shown: './dsn', path, uid: process.getuid?.() ?? 0 }, connectionStrings);
  const observation = seen({
    roles: [role('svc', mark === undefined ? {} : { comment: mark })],
    databases: [database('one', {}, ['svc=CONNECT/admin', 'svc=TEMPORARY/admin'])],
    schemas: { one: [schema('public', {}, ['svc=USAGE/admin', 'svc=CREATE/admin'])] },
  });
  const pairs = readPairs(directory, intent.desired);
  const proofs = () => ({ state: 'unknown', reason: 'nothing was tried' }) as const;
  const preparation: Preparation = { target: {} as Preparation['target'], intent, directory, warnings: [] };
  return statusResponse({
    preparation,
    observation: { seen: observation, pairs, proofs },
    computed: computePlan(intent, observation, pairs, proofs),
    target: { host: 'db', port: 5432, database: 'postgres', admin_role: 'admin', server_version: '18.4' },
    startedAt: performance.now(),
  });
}

describe('statusResponse', () => {
  it.each([
    ['the DSN files are gone', undefined, 'password-lost'],
    ['the role lost its mark', null, 'not-ours'],
  ])('says with a failure, and not with a step, that %s', (_, mark, code) => {
    const { drift = [], diagnostics } = statusWith([], mark);
    expect(drift.filter(isMutating)).toEqual([]);
    const failures = diagnostics.filter(({ severity }) => severity === 'fail');
    expect(failures.map((failure) => failure.code)).toContain(code);
  });
});
