// Colour for a terminal, and only there. Knows no text.

import { styleText } from 'node:util';
import type { Environment } from 'bus-integration-database';

export type Color = 'green' | 'yellow' | 'red' | 'dim' | 'bold';
export type Paint = (color: Color, text: string) => string;

/** Leaves text as it is. */
export const plain: Paint = (_color, text) => text;

/**
 * How to paint for a stream: with colour when asked for always, or when it is a terminal and neither NO_COLOR nor a dumb
 * terminal speaks against it (https://no-color.org).
 */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  color: 'auto' | 'always' | 'never',
  env: Environment,
): Paint {
  const isWanted =
    color === 'always' || (color === 'auto' && stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb');
  if (!isWanted) return plain;
  return (name, text) => (text === '' ? '' : styleText(name, text, { validateStream: false }));
}
