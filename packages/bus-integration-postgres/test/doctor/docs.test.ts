import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

it("every id of doctor is documented, and none that there isn't", () => {
  const files = readdirSync(new URL('../../src/doctor', import.meta.url));
  const source = [
    ...files.map((name) => `doctor/${name}`),
    '../../bus-integration-database/src/output-files/room.ts',
    'survey/preparation.ts',
    'plan/compute.ts',
  ]
    .map((name) => read(`../../src/${name}`))
    .join('\n');
  const documented = [...read('../../docs/doctor.md').matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([a-z-]+)`/g)].map(([, id = '']) => id),
  );
  const made = [
    ...source.matchAll(/\bcheck\(\s*'([a-z-]+)'/g),
    ...source.matchAll(/(?:faultsOf|gitCheck)\('([a-z-]+)'/g),
    ...source.matchAll(/const id = '([a-z-]+)'/g),
  ].map(([, id = '']) => id);
  expect(made.length).toBeGreaterThan(30);
  expect([...new Set(made)].filter((id) => !documented.includes(id))).toEqual([]);
  expect(documented.filter((id) => !source.includes(`'${id}'`) && id !== 'read-only')).toEqual([]);
});
