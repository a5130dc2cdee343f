// A terminal's text as a picture (SVG) that needs no font, script or network of its own. Pure.

/** As the terminal has them; both are readable on the picture's own background. */
const colours: Readonly<Record<string, string>> = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  36: '#79c0ff',
  2: '#8b949e',
};
const plain = '#e6edf3';
const background = '#0d1117';
const size = { character: 8.43, line: 20, font: 14, margin: 20 };

const title =
  'bus operator database plan: the target, the steps with their risk, what is refused, and the next command';

/** The picture of a text with the escape sequences of colours. */
export function planPicture(text: string): string {
  const lines = text.trimEnd().split('\n');
  const longest = Math.max(...lines.map((line) => spansOf(line).reduce((sum, span) => sum + span.text.length, 0)));
  const width = Math.ceil(longest * size.character + 2 * size.margin);
  const height = lines.length * size.line + 2 * size.margin;
  const rows = lines.map((line, number) => {
    const spans = spansOf(line).map(({ text: part, colour }) => `<tspan fill="${colour}">${escaped(part)}</tspan>`);
    return `  <text x="${size.margin}" y="${size.margin + number * size.line + size.font}" xml:space="preserve">${spans.join('')}</text>\n`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${size.font}">
  <title id="title">${escaped(title)}</title>
  <rect width="100%" height="100%" rx="8" fill="${background}"/>
${rows.join('')}</svg>
`;
}

interface Span {
  readonly text: string;
  readonly colour: string;
}

function spansOf(line: string): readonly Span[] {
  let colour = plain;
  // The parts between escape sequences, and the numbers in them, alternate.
  const parts = line.split(new RegExp(`${String.fromCharCode(27)}\\[([\\d;]*)m`));
  return parts.flatMap((part, index) => {
    if (index % 2 === 1) {
      colour = colours[part] ?? plain;
      return [];
    }
    return part === '' ? [] : [{ text: part, colour }];
  });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
