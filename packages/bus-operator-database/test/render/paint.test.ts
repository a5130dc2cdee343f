import { expect, it } from 'vitest';
import { paintFor } from '../../src/render/paint.ts';

const terminal = { isTTY: true };
const coloured = '\u001b[32mok\u001b[39m';

it.each([
  ['a terminal', terminal, 'auto', {}, coloured],
  ['no terminal', {}, 'auto', {}, 'ok'],
  ['NO_COLOR', terminal, 'auto', { NO_COLOR: '1' }, 'ok'],
  ['an empty NO_COLOR, which says nothing', terminal, 'auto', { NO_COLOR: '' }, coloured],
  ['a dumb terminal', terminal, 'auto', { TERM: 'dumb' }, 'ok'],
  ['FORCE_COLOR', {}, 'auto', { FORCE_COLOR: '1' }, coloured],
  ['FORCE_COLOR before NO_COLOR', {}, 'auto', { FORCE_COLOR: 'true', NO_COLOR: '1' }, coloured],
  ['a FORCE_COLOR of 0', terminal, 'auto', { FORCE_COLOR: '0' }, 'ok'],
  ['an empty FORCE_COLOR, which says nothing', {}, 'auto', { FORCE_COLOR: '' }, 'ok'],
  ['never, before FORCE_COLOR', terminal, 'never', { FORCE_COLOR: '1' }, 'ok'],
  ['never', terminal, 'never', {}, 'ok'],
  ['always', {}, 'always', { NO_COLOR: '1' }, coloured],
] as const)('%s', (_name, stream, color, env, expected) => {
  expect(paintFor(stream, color, env)('green', 'ok')).toBe(expected);
});
