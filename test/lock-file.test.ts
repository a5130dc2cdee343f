// package-lock.json: all of it runs on the oldest Node that we promise, and it names no registry.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { satisfies } from 'semver';
import { expect, it } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const packages = Object.entries<{ engines?: { node?: string }; resolved?: string; link?: boolean }>(
  read('package-lock.json').packages,
);
const { engines } = read('package.json') as { engines: { node: string } };
const oldest = `${engines.node.replace('>=', '')}.0`;

it(`every package admits Node ${oldest}`, () => {
  const refused = packages.filter(([, { engines }]) => !satisfies(oldest, engines?.node ?? '*'));
  expect(refused.map(([name, { engines }]) => `${name} wants ${engines?.node}`)).toEqual([]);
});

it('no package says where it was downloaded', () => {
  expect(packages.length).toBeGreaterThan(100);
  const told = packages.filter(([, { resolved, link }]) => resolved !== undefined && link !== true);
  expect(told.map(([name]) => name)).toEqual([]);
});
