// What is told, as data where paths are in it: words, and the paths between them. One renderer makes the text; who shows an
// answer elsewhere changes the paths, never the text.
import { type Path, shownPath } from './remedy.ts';

/** A text as code writes it. */
export type Wording = string | Path | readonly Wording[];

/** The keys of a finding that hold its text: `message` or `seen`, and the data where paths are in it. */
type Worded<K extends string> = { readonly [P in K]: string } & { readonly parts?: readonly (string | Path)[] };

/**
 * A text with paths in it, and other wordings.
 *
 * @example
 * say`${{ path: './local/dsn' }} is open to ${'others'}`; // './local/dsn is open to others'
 */
export function say(texts: TemplateStringsArray, ...values: readonly (Wording | number)[]): Wording {
  return texts.flatMap((text, index): Wording[] => {
    const value = values[index];
    return [text, ...(value === undefined ? [] : [typeof value === 'number' ? `${value}` : value])];
  });
}

/** The text. */
export function wordedText(wording: Wording): string {
  return joinedParts(wording)
    .map((part) => (typeof part === 'string' ? part : shownPath(part)))
    .join('');
}

/** What a finding says, as its `message`. */
export function inMessage(wording: Wording): Worded<'message'> {
  return { message: wordedText(wording), ...withPaths(wording) };
}

/** What a check says, as its `seen`. */
export function inSeen(wording: Wording): Worded<'seen'> {
  return { seen: wordedText(wording), ...withPaths(wording) };
}

/** What a finding or a check says, to be said by another one. */
export function wordingOf(
  finding: { readonly parts?: readonly (string | Path)[] } & ({ readonly message: string } | { readonly seen: string }),
): Wording {
  return finding.parts ?? ('message' in finding ? finding.message : finding.seen);
}

/** A finding that says something else. */
export function reworded<F extends Worded<'message'>>({ parts: _, ...finding }: F, wording: Wording) {
  return { ...finding, ...inMessage(wording) };
}

function withPaths(wording: Wording): { readonly parts?: readonly (string | Path)[] } {
  const parts = joinedParts(wording);
  return parts.every((part) => typeof part === 'string') ? {} : { parts };
}

/** Flat, each run of words one. */
function joinedParts(wording: Wording): readonly (string | Path)[] {
  const parts: (string | Path)[] = [];
  for (const part of flat(wording)) {
    const last = parts.at(-1);
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else if (part !== '') parts.push(part);
  }
  return parts;
}

function flat(wording: Wording): readonly (string | Path)[] {
  return typeof wording === 'string' || 'path' in wording ? [wording] : wording.flatMap(flat);
}
