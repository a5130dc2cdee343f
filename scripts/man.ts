// Writes the man pages of every binary and command, packages/*/man/*.1, out of the tables that their help is printed from,
// and names them in each package.json, so that npm links them: `npm run man`. test/man.test.ts holds them to that.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manPages } from './man-pages.ts';

const packages = join(import.meta.dirname, '..', 'packages');
const pages = manPages();
for (const name of readdirSync(packages)) {
  rmSync(join(packages, name, 'man'), { recursive: true, force: true });
  const file = join(packages, name, 'package.json');
  const man = [...pages.keys()]
    .filter((path) => path.startsWith(`${name}/`))
    .map((path) => path.slice(name.length + 1));
  writeFileSync(file, `${JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), man }, null, 2)}\n`);
}
for (const [path, text] of pages) {
  mkdirSync(join(packages, path, '..'), { recursive: true });
  writeFileSync(join(packages, path), text);
}
