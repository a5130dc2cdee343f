// HTML as a tagged template: whatever is put into it is text, unless it was made by the same tag. Control and invisible
// characters are shown as escapes, so nothing that somebody else named can look like something of ours.
import { printable } from '../text/printable.ts';

/** Made by {@link html} alone. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

type Value = Html | string | number | undefined | false | readonly Value[];

/**
 * A piece of a page.
 *
 * @example
 * html`<td>${'<b>'}</td>`.markup; // '<td>&lt;b&gt;</td>'
 */
export function html(texts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(texts.map((text, index) => text + markupOf(values[index])).join(''));
}

/** Text that keeps its line breaks, for `pre`. */
export function lines(text: string): Html {
  return new Html(text.split('\n').map(escaped).join('\n'));
}

export const none = new Html('');

function markupOf(value: Value): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return `${value}`;
  return value.map(markupOf).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
