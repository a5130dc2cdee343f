// Troubleshooting has every code that an answer can carry, once with cause and fix, and none that does not exist.
import { errorClasses } from 'bus-integration-database';
import { explainedFindings } from 'bus-integration-postgres';
import { expect, it } from 'vitest';
import { codesInSource } from './finding-codes.ts';
import { anchorsOf, docPages, readPage } from './pages.ts';

const pages = docPages.filter(({ path }) => /^docs\/troubleshooting/.test(path));
const doctor = readPage('packages/bus-integration-postgres/docs/doctor.md');
const tables = (text: string) =>
  [...text.matchAll(/^\| (?:code|class|id) \|.*\n(?:\|.*\n)*/gm)].map(([table]) => table);
const rows = (text: string) => [...text.matchAll(/^\| (`[a-z][^|]*`) \|/gm)].map(([, cell = '']) => cell);
const codesOf = (text: string) =>
  tables(text)
    .flatMap(rows)
    .flatMap((cell) => [...cell.matchAll(/`([a-z…-]+)`/g)].map(([, code = '']) => code.replace('…', '*')));

const documented = pages.flatMap(({ path, text }) => codesOf(text).map((code) => ({ code, path })));
const ofDoctor = codesOf(doctor.text);
const made = new Set(codesInSource().map(({ code }) => code));
const classes = Object.keys(errorClasses);
const isTemplate = (code: string) => code.includes('*');
const fits = (code: string, template: string) => code === template || code.startsWith(template.replace('*', ''));

it('collects codes of every way in which they are said', () => {
  for (const code of ['hazard', 'other-encoding', 'lacks-*', 'invalid-name', 'rotation-unfinished', 'git-admin-dsn'])
    expect(made, code).toContain(code);
  expect(made.size).toBeGreaterThan(200);
});

it('no code is missing', () => {
  const known = [...documented.map(({ code }) => code), ...ofDoctor, ...Object.keys(explainedFindings)];
  const missing = [...made, ...classes].filter((code) =>
    isTemplate(code) ? !known.some((one) => fits(one, code)) : !known.includes(code),
  );
  expect([...new Set(missing)].sort()).toEqual([]);
});

it('none is there that does not exist, and none twice on a page', () => {
  const real = [...made, ...classes, ...ofDoctor];
  const templates = real.filter(isTemplate);
  const unreal = documented.filter(({ code }) => !real.includes(code) && !templates.some((one) => fits(code, one)));
  expect(unreal).toEqual([]);
  for (const { path } of pages) {
    const codes = documented.filter((one) => one.path === path).map(({ code }) => code);
    expect({ path, twice: codes.filter((code, at) => codes.indexOf(code) !== at) }).toEqual({ path, twice: [] });
  }
});

it('every finding of verify has its section', () => {
  expect(anchorsOf(readPage('docs/verify-findings.md'))).toEqual(
    expect.arrayContaining(Object.keys(explainedFindings)),
  );
});

it('the table of error classes says what the code does', () => {
  const text = readPage('docs/troubleshooting.md').text;
  const told = [...text.matchAll(/^\| `([a-z-]+)` \| (\d) \| (\d{3}) \|/gm)].map(([, name, exit, http]) => [
    name,
    { exit: Number(exit), http: Number(http) },
  ]);
  expect(Object.fromEntries(told)).toEqual(
    Object.fromEntries(Object.entries(errorClasses).map(([name, { exit, http }]) => [name, { exit, http }])),
  );
});
