// What only an answer from elsewhere needs is not loaded to print help or to make a plan.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const bundle = join(import.meta.dirname, '../packages/bus-operator-database/dist/bundle/bus-operator-database.js');

/** The modules of the bundle that load another one, by its file's name. */
function loadersOf(text: string, name: string): string[] {
  const call = `init_${name}()`;
  const found: string[] = [];
  for (let at = text.indexOf(call); at >= 0; at = text.indexOf(call, at + 1)) {
    const opening = text.lastIndexOf('=__esm({"', at);
    found.push(text.slice(opening + '=__esm({"'.length, text.indexOf('"', opening + '=__esm({"'.length)));
  }
  return [...new Set(found)].sort();
}

test('the schemas of answers are loaded for an API and for saved answers alone', () => {
  const text = readFileSync(bundle, 'utf8');
  const contract = 'packages/bus-integration-database/src/contract';
  expect(loadersOf(text, 'response_schema')).toEqual([
    'packages/bus-integration-database/src/report/answers.ts',
    'packages/bus-operator-database/src/api/api-client.ts',
  ]);
  expect(loadersOf(text, 'step_schema')).toEqual([`${contract}/response-schema.ts`]);
  expect(loadersOf(text, 'shape').filter((file) => !file.startsWith(`${contract}/`))).toEqual([]);
});

test('what draws a report, and what it reads, is loaded for one alone', () => {
  const text = readFileSync(bundle, 'utf8');
  const room = 'packages/bus-integration-database/src/report';
  expect(loadersOf(text, 'page')).toEqual([`${room}/index.ts`]);
  expect(
    loadersOf(text, 'report_query').filter((file) => !file.includes('bus-integration-postgres/src/report/')),
  ).toEqual([]);
  expect(text).toMatch(/\(init_report\d*\(\),/);
});

test('what reads manifests is in a file of its own', () => {
  const text = readFileSync(bundle, 'utf8');
  const own = readFileSync(join(bundle, '../manifest.js'), 'utf8');
  const names = ['validate', 'read_tree', 'definition'];
  expect(names.filter((name) => text.includes(`init_${name}`))).toEqual([]);
  expect(text).toContain('import("./manifest.js")');
  expect(own).toContain('unknown key; ');
});
