// A file is written over only by what is of its kind; what somebody else wrote stays.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerFile, metricsFile, planFile } from '../../src/output/own-files.ts';
import { preparePrivateFile } from '../../src/output/private-file.ts';
import { metricsText } from '../../src/render/metrics.ts';
import { firstPlan } from '../examples.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'own-files-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const path = () => join(directory, 'file');
const files = { '--save': planFile, '-o': answerFile, '--metrics': metricsFile } as const;

describe.each(['--save', '-o', '--metrics'] as const)('%s', (flag) => {
  const own = files[flag];

  it.each([
    ['a manifest', 'version: 1\n'],
    ['a key', '-----BEGIN PRIVATE KEY-----\n'],
    ['other JSON', '{"ok": true}'],
    ['another page', '<!DOCTYPE html>\n<h1>Notes</h1>\n'],
    ['another script', '-- my own migration\n'],
    ['other metrics', '# HELP node_load1 1m load average.\n'],
    ['blanks', '  \n'],
  ])('replaces no file with %s', async (_, text) => {
    writeFileSync(path(), text);
    const refused = `./file is there already and is not ${own.what}; nothing is written over it`;
    await expect(preparePrivateFile(path(), './file', own)).rejects.toThrow(refused);
    rmSync(path());
    const file = await preparePrivateFile(path(), './file', own);
    writeFileSync(path(), text);
    await expect(file.write('{}')).rejects.toThrow(refused);
    expect(readFileSync(path(), 'utf8')).toBe(text);
  });
});

it.each([
  ['--save', 'a plan', JSON.stringify(firstPlan)],
  [
    '--save',
    'a refused plan of another deployment',
    JSON.stringify({ ...firstPlan, ok: false, deployment_id: 'other' }),
  ],
  ['--save', 'nothing', ''],
  ['-o', 'an answer', 'ok: false\nnothing\n'],
  ['-o', 'an answer as JSON', JSON.stringify(firstPlan)],
  ['-o', 'a script', '-- What bus operator database apply would do, for psql.\n'],
  ['-o', 'a report', '<!DOCTYPE html>\n<html lang="en">\n<h1>Database report: example-dev</h1>\n'],
  ['--metrics', 'metrics', metricsText(firstPlan, 0)],
] as const)('%s replaces a file with %s', async (flag, _, text) => {
  writeFileSync(path(), text);
  await (await preparePrivateFile(path(), './file', files[flag])).write('new');
  expect(readFileSync(path(), 'utf8')).toBe('new');
});
