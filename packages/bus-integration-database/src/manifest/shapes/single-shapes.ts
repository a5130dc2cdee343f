// The shapes of single values: a text, a word, a number, true or false. Pure.
import { nearest } from '../../text/suggest.ts';
import { seen, unexpected } from '../text/seen.ts';
import type { EditorSchema, ManifestShape } from './shapes.ts';

/** Why a text is not right, as the end of a sentence that begins with it; what to write instead, where it is known. */
export type TextFault = string | { readonly why: string; readonly instead: string };

export interface TextOptions {
  readonly expected: string;
  readonly fault?: (text: string) => TextFault | undefined;
  readonly code?: string;
  /** What editors are told beside that it is a text. */
  readonly schema?: EditorSchema;
}

/** A text. What YAML reads as a number, as true or as nothing is told, with the quotes that it wants. */
export function text({ expected, fault, code = 'value', schema = {} }: TextOptions): ManifestShape<string> {
  return {
    expected,
    takes: ({ kind }) => kind !== 'map' && kind !== 'list',
    read: (node, problems) => {
      if (node.kind === 'number' || node.kind === 'flag') {
        const quoted = JSON.stringify(node.source);
        problems.report(node, 'type', `${seen(node)}, expected ${expected}; put it in quotes: ${quoted}`, quoted);
        return undefined;
      }
      if (node.kind !== 'text') return unexpected(node, expected, problems);
      const value = node.source;
      const found = fault?.(value) ?? nulFault(value);
      if (found === undefined) return value;
      const { why, instead } = typeof found === 'string' ? { why: found, instead: undefined } : found;
      problems.report(node, code, `${seen(node)} ${why}`, instead);
      return undefined;
    },
    merge: (_, own) => own,
    schema: { type: 'string', ...schema },
  };
}

/** No server and no file system takes one. */
export function nulFault(text: string): string | undefined {
  return text.includes('\0') ? 'holds a NUL character' : undefined;
}

/** One of some words. */
export function word<const W extends string>(...words: readonly W[]): ManifestShape<W> {
  const expected = listed(words);
  return {
    expected,
    takes: ({ kind }) => kind === 'text',
    read: (node, problems) => {
      if (node.kind !== 'text') return unexpected(node, expected, problems);
      const found = words.find((one) => one === node.value);
      if (found !== undefined) return found;
      const close = nearest(node.source, words);
      const hint = close === undefined ? `expected ${expected}` : `did you mean ${close}?`;
      problems.report(node, 'value', `${seen(node)}: ${hint}`, close);
      return undefined;
    },
    merge: (_, own) => own,
    schema: words.length === 1 ? { const: words[0] } : { enum: [...words] },
  };
}

/** Exactly this number. */
export function exactly<const N extends number>(number: N): ManifestShape<N> {
  const expected = String(number);
  return {
    expected,
    takes: ({ kind }) => kind === 'number',
    read: (node, problems) => {
      if (node.kind === 'number' && node.value === number) return number;
      const instead = node.kind === 'text' && node.value === String(number) ? String(number) : undefined;
      return unexpected(node, expected, problems, instead);
    },
    merge: (_, own) => own,
    schema: { const: number },
  };
}

export function flag(): ManifestShape<boolean> {
  const expected = 'true or false';
  const meant: Readonly<Record<string, string>> = {
    ...{ on: 'true', yes: 'true', true: 'true', '1': 'true' },
    ...{ off: 'false', no: 'false', false: 'false', '0': 'false' },
  };
  return {
    expected,
    takes: ({ kind }) => kind === 'flag',
    read: (node, problems) => {
      if (node.kind === 'flag') return node.value === true;
      const instead = node.kind === 'text' ? meant[node.source.toLowerCase()] : undefined;
      return unexpected(node, instead ?? expected, problems, instead);
    },
    merge: (_, own) => own,
    schema: { type: 'boolean' },
  };
}

function listed(words: readonly string[]): string {
  if (words.length > 10) return `${words.slice(0, 6).join(', ')}, …`;
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
