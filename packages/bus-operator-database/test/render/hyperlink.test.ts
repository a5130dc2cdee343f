import { hostname } from 'node:os';
import { expect, it } from 'vitest';
import { hyperlinkFor } from '../../src/render/hyperlink.ts';

const terminal = { isTTY: true };

it('links a file of this machine on a terminal', () => {
  const link = hyperlinkFor(terminal, 'auto', {})('plan.json', '/srv/a b/plan.json');
  expect(link).toBe(
    `\u001b]8;;file://${hostname().toLowerCase()}/srv/a%20b/plan.json\u001b\\plan.json\u001b]8;;\u001b\\`,
  );
});

it('nothing in a path ends its link', () => {
  const link = hyperlinkFor(terminal, 'always', { NO_COLOR: '1' })('text', '/srv/\u001b\\\u0007\u009c\n/x');
  expect(link.split('\u001b')).toHaveLength(5);
  expect(link.replaceAll('\u001b', '')).not.toMatch(/\p{C}/u);
});

it.each([
  ['no terminal', {}, 'always', {}],
  ['a dumb terminal', terminal, 'auto', { TERM: 'dumb' }],
  ['NO_COLOR', terminal, 'auto', { NO_COLOR: '1' }],
  ['never', terminal, 'never', {}],
] as const)('%s has none', (_name, stream, color, env) => {
  expect(hyperlinkFor(stream, color, env)('text', '/srv/x')).toBe('text');
});
