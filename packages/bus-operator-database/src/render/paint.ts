// Colour for a terminal, and only there. Knows no text.

import { styleText } from 'node:util';
import type { Environment } from 'bus-integration-database';

export type Color = 'green' | 'yellow' | 'red' | 'dim' | 'bold';
export type Paint = (color: Color, text: string) => string;

/** Leaves text as it is. */
export const plain: Paint = (_color, text) => text;

/**
 * How to paint for a stream: with colour when asked for always, or when it is a terminal and neither NO_COLOR nor a dumb
 * terminal speaks against it (https://no-color.org). FORCE_COLOR makes it the one or the other wherever the flag leaves it
 * open, before NO_COLOR, as Node has it (https://nodejs.org/docs/latest/api/tty.html#writestreamgetcolordepthenv).
 */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  color: 'auto' | 'always' | 'never',
  env: Environment,
): Paint {
  const isWanted = color === 'always' || (color === 'auto' && isColored(stream, env));
  if (!isWanted) return plain;
  return (name, text) => (text === '' ? '' : styleText(name, text, { validateStream: false }));
}

function isColored({ isTTY }: { readonly isTTY?: boolean }, { FORCE_COLOR, NO_COLOR, TERM }: Environment): boolean {
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTTY === true && !NO_COLOR && TERM !== 'dumb';
}
