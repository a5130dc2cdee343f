// What an open secret file holds: one line, or a text. Never shows it.
import type { Remedy } from '../contract/remedy.ts';
import { readAtMost } from './read-at-most.ts';

const limitBytes = 64 * 1024;
const textLimitBytes = 4 * 1024 * 1024;

/** Why it is not that, as the end of a sentence that begins with the path. */
interface ContentFault {
  readonly why: string;
  readonly remedy?: Remedy;
}

/**
 * Whatever valid UTF-8 it holds, without its last line's end; also without the rest of a last character, of which a kill in
 * the middle of a long write leaves the beginning.
 */
export function readText(descriptor: number): string | ContentFault {
  const bytes = readAtMost(descriptor, textLimitBytes);
  if (bytes === undefined) return { why: 'is larger than 4 MiB' };
  return decoded(bytes, { stream: true })?.replace(/\r?\n$/, '') ?? { why: 'holds bytes that are not valid UTF-8' };
}

/** The one line, without its end. */
export function readOneLine(descriptor: number, filling: Remedy): string | ContentFault {
  const bytes = readAtMost(descriptor, limitBytes);
  if (bytes === undefined) return { why: 'is larger than 64 KiB, expected one line' };
  const text = decoded(bytes);
  if (text === undefined) return { why: 'holds bytes that are not valid UTF-8' };
  if (text.startsWith('\uFEFF')) return { why: 'begins with a byte order mark', remedy: 'save it as plain UTF-8' };
  const line = text.replace(/\r?\n$/, '');
  if (line.includes('\0')) return { why: 'holds a NUL character' };
  if (line.trim() === '') return { why: 'is empty, expected one line', remedy: filling };
  const lines = line.split(/\r\n|\n|\r/).length;
  if (lines === 1) return line;
  return { why: `holds ${lines} lines, expected one`, remedy: 'keep only the line that is meant' };
}

function decoded(bytes: Uint8Array, options: { readonly stream?: true } = {}): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, options);
  } catch {
    return undefined;
  }
}
