import { describe, expect, it } from 'vitest';
import { excerptLines } from '../../../src/manifest/text/excerpt.ts';
import { createSource } from '../../../src/manifest/text/source.ts';

function shown(text: string, part: string, hidden?: string): string {
  const spanOf = (one: string) => ({ start: text.indexOf(one), end: text.indexOf(one) + one.length });
  const problem = { ...spanOf(part), code: 'x', message: 'why' };
  return excerptLines(problem, createSource('bus.yaml', text), hidden === undefined ? [] : [spanOf(hidden)]).join('\n');
}

describe('the line of a problem', () => {
  it('is marked below the place', () => {
    expect(shown('version: 1\nrole: {}\n', 'role')).toBe('bus.yaml:2:1: why\n  2 | role: {}\n    | ^^^^');
  });

  it('is shown without what a terminal would act on', () => {
    expect(shown('a: \u001b[31m\tbad\n', 'bad')).toBe(
      'bus.yaml:1:10: why\n  1 | a: \\u001b[31m bad\n    |               ^^^',
    );
  });

  it('is shown without what is hidden, not even how long it is, and the mark stays under its place', () => {
    const text = 'a: {x: hunter2, y: oops}';
    expect(shown(text, 'oops', 'hunter2')).toBe(
      'bus.yaml:1:20: why\n  1 | a: {x: ***, y: oops}\n    |                ^^^^',
    );
    expect(shown(text, 'hunter2', 'hunter2')).toBe('bus.yaml:1:8: why\n  1 | a: {x: ***, y: oops}\n    |        ^^^');
  });

  it.each([
    ['oops: {password: hunter2}', '  1 | oops: {password: ***'],
    ['{password: hunter2, oops: 1}', '  1 | {password: ***'],
    ['# db_pass=hunter2 oops', '  1 | # db_pass=***'],
    [`password: hunter2${'x'.repeat(500)}, oops: 1`, '  1 | …***'],
    ['oops: postgres://u:hunter2@h/d', '  1 | oops: postgres***'],
  ])('%s: is shown without what looks like a secret, though nobody said so', (text, line) => {
    expect(shown(text, 'oops').split('\n')[1]).toBe(line);
    expect(shown(text, 'oops')).not.toContain('hunter2');
  });

  it('is cut where it is long, and begins shortly before the place', () => {
    const lines = shown(`${'a'.repeat(500)}oops${'b'.repeat(500)}`, 'oops').split('\n');
    expect(lines[1]).toBe(`  1 | …${'a'.repeat(40)}oops${'b'.repeat(96)}…`);
    expect(lines[2]).toBe(`    | ${' '.repeat(41)}^^^^`);
  });
});
