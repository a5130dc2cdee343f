// Colour for a terminal, and only there. Knows no text.

export type Color = 'green' | 'yellow' | 'red' | 'dim' | 'bold';
export type Paint = (color: Color, text: string) => string;

const codes: Readonly<Record<Color, readonly [number, number]>> = {
  green: [32, 39],
  yellow: [33, 39],
  red: [31, 39],
  dim: [2, 22],
  bold: [1, 22],
};

/** Leaves text as it is. */
export const plain: Paint = (_color, text) => text;

/**
 * How to paint for a stream: with colour when asked for always, or when it is a terminal and neither NO_COLOR nor a dumb
 * terminal speaks against it (https://no-color.org).
 */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  color: 'auto' | 'always' | 'never',
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  const isWanted =
    color === 'always' || (color === 'auto' && stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb');
  if (!isWanted) return plain;
  return (name, text) => {
    const [on, off] = codes[name];
    return text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`;
  };
}
