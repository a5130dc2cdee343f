import { expect, it } from 'vitest';
import { above, badFiles } from './bad-files.ts';
import { read, said } from './reading.ts';

it('are many, each with a name of its own', () => {
  expect(badFiles.length).toBeGreaterThan(150);
  expect(new Set(badFiles.map(({ name }) => name)).size).toBe(badFiles.length);
});

it.each(badFiles)('$name', ({ under = 'head', text, says }) => {
  const whole = `${above[under]}${text}`;
  expect(said(whole)).toEqual(says);
  const { expanded, lines, diagnostics } = read(whole);
  expect(expanded).toBeUndefined();
  expect(diagnostics.every(({ severity, code }) => severity === 'fail' && code !== '')).toBe(true);
  for (const one of says) expect(lines).toContain(`f:${one.replaceAll('→', '→')}`);
  expect(lines.join('\n')).not.toContain('hunter2');
  expect(JSON.stringify(diagnostics)).not.toContain('hunter2');
});

it('what is to be written instead is right where it is told', () => {
  const fixed = badFiles.flatMap(({ name, under = 'head', text }) => {
    const whole = `${above[under]}${text}`;
    const { diagnostics } = read(whole);
    const [edit, ...others] = diagnostics.flatMap(({ advice = [] }) => advice);
    if (edit?.kind !== 'edit' || others.length > 0 || diagnostics.length > 1) return [];
    const lines = whole.split('\n');
    lines.splice((edit.line ?? 0) - 1, 1, ...edit.text);
    return [{ name, left: said(lines.join('\n')) }];
  });
  expect(fixed.length).toBeGreaterThan(25);
  expect(fixed.filter(({ left }) => left.length > 0)).toEqual([]);
});

it('all of a file is told at once, with the line and the place in it', () => {
  const text = [
    'version: 1',
    'deployment: shop-prod',
    'roles:',
    '  shop_app: {login: yes, conections: 40, password: hunter2}',
    'databases:',
    '  orders:',
    '    owner: shop_ap   # who owns it',
    '',
  ].join('\n');
  expect(read(text, 'bus-database.yaml').lines.join('\n')).toMatchInlineSnapshot(`
    "bus-database.yaml:4:21: yes, expected true
      4 |   shop_app: {login: yes, conections: 40, password: ***}
        |                     ^^^
    bus-database.yaml:4:26: conections is an unknown key; did you mean connections?
      4 |   shop_app: {login: yes, conections: 40, password: ***}
        |                          ^^^^^^^^^^
    bus-database.yaml:4:42: password: no secret may stand in this file; apply makes passwords, and writes them to the outputs
      4 |   shop_app: {login: yes, conections: 40, password: ***}
        |                                          ^^^^^^^^
    bus-database.yaml:7:12: role shop_ap is not declared; did you mean shop_app?
      7 |     owner: shop_ap   # who owns it
        |            ^^^^^^^
      replace with: owner: shop_app   # who owns it"
  `);
});
