// From the text of a manifest to what it holds: YAML 1.2 with the core schema, of which JSON is a part. One document, no
// tags, no anchors, each key once. https://yaml.org/spec/1.2.2/#103-core-schema
import { Composer, type Document, type ErrorCode, isAlias, isMap, isScalar, isSeq, Parser, YAMLParseError } from 'yaml';
import { lexemesOf } from './lexemes.ts';
import type { Problems } from './problems.ts';
import { hideIfSecret, refuseIfSecret } from './secret-scalar.ts';
import { quotedName } from './seen.ts';
import type { ManifestSource, Span } from './source.ts';
import type { Entry, Node, Scalar } from './tree.ts';

type Parsed = Document.Parsed;

/** What the text holds; undefined where it can't be read, and then the problems say why. */
export function readTree({ text }: ManifestSource, problems: Problems): Node | undefined {
  const lexemes = lexemesOf(text);
  if ('what' in lexemes) {
    const why =
      lexemes.what === 'deep' ? 'this nests deeper than a manifest can' : 'from here on there is too much to read';
    problems.report(lexemes, 'too-large', why);
    return undefined;
  }
  const document = parsed(lexemes, text.length);
  if (document === undefined) {
    problems.report({ start: 0, end: 0 }, 'too-large', 'the file nests deeper than a manifest can');
    return undefined;
  }
  reportSyntax(document, text, problems);
  const root = document.contents;
  if (isBlank(root)) {
    if (problems.isEmpty()) problems.report({ start: 0, end: 0 }, 'empty', 'the file is empty, expected version: 1');
    return undefined;
  }
  const isBroken = !problems.isEmpty();
  const tree = convert(root, problems, text);
  return isBroken ? undefined : tree;
}

/** As `parseDocument` of the library, which would look for the lexemes again. */
function parsed(lexemes: readonly string[], length: number): Parsed | undefined {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    // Ours is not quadratic.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  try {
    const [first, second] = composer.compose(tokensOf(lexemes), true, length);
    if (second !== undefined) {
      const [start, end] = second.range;
      first?.errors.push(new YAMLParseError([start, end], 'MULTIPLE_DOCS', 'a second document'));
    }
    return first;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function* tokensOf(lexemes: readonly string[]) {
  const parser = new Parser();
  for (const lexeme of lexemes) yield* parser.next(lexeme);
  yield* parser.end();
}

function isBlank(root: Parsed['contents']): boolean {
  return root === null || (isScalar(root) && root.value === null && (root.source ?? '') === '');
}

/** A place is told once: what follows from a mistake is reported by the reader behind it, often on the same line. */
function reportSyntax({ errors, warnings, directives }: Parsed, text: string, problems: Problems): void {
  const version = /^%YAML[ \t]+(\S+)/m.exec(text);
  if (version !== null && directives?.yaml.explicit && version[1] !== '1.2')
    problems.report(spanOf(version.index, version[0]), 'syntax', 'the file is read as YAML 1.2, whatever it says here');
  let lastLineEnd = -1;
  const unknown = warnings.filter(({ code }) => code === 'BAD_DIRECTIVE');
  for (const { code, pos } of [...unknown, ...errors]) {
    const [from, to] = pos;
    const start = Math.min(from, text.length);
    if (start < lastLineEnd) continue;
    const lineEnd = text.indexOf('\n', start);
    lastLineEnd = lineEnd < 0 ? text.length : lineEnd;
    problems.report(
      { start, end: Math.max(start, Math.min(to, lastLineEnd)) },
      'syntax',
      syntaxMessage(code, text, start),
    );
  }
}

function spanOf(start: number, text: string): Span {
  return { start, end: start + text.length };
}

const syntaxMessages: Readonly<Partial<Record<ErrorCode, string>>> = {
  ALIAS_PROPS: 'an alias has neither tag nor anchor',
  BAD_ALIAS: 'an alias that nothing stands behind',
  BAD_DIRECTIVE: 'this directive is unknown',
  BAD_DQ_ESCAPE: 'this escape is unknown in double quotes; in single quotes a \\ is only a \\',
  BAD_INDENT: 'this is not indented as what it belongs to, or a bracket before it is not closed',
  BAD_SCALAR_START: 'a value can not begin with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " in one value; put the value in quotes, or the second key on a line of its own',
  BLOCK_IN_FLOW: 'inside { } and [ ] nothing is written by indentation',
  KEY_OVER_1024_CHARS: 'this key is longer than 1024 characters',
  MULTILINE_IMPLICIT_KEY: 'this key goes over several lines, or has no ":" behind it',
  MULTIPLE_DOCS: 'a second document begins here; a file is one manifest',
  TAB_AS_INDENT: 'a tab stands where only blanks may; indent with blanks',
  UNEXPECTED_TOKEN: 'this is not expected here',
};

/** Words of our own: the reader's repeat what stands in the file. */
function syntaxMessage(code: ErrorCode, text: string, at: number): string {
  if (code === 'MISSING_CHAR') return missing(text, at);
  return syntaxMessages[code] ?? 'this can not be read as YAML';
}

function missing(text: string, at: number): string {
  if (at >= text.length) return 'the file ends here, and a quote or a bracket is still open';
  if (/\S/.test(text[at] ?? ''))
    return 'something is missing before this: a ":", a comma, a blank or a closing quote or bracket';
  const before = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  const where = before.trim() === '' ? 'the line before' : 'this';
  return `something is missing after ${where}: a closing quote or bracket, or a comma`;
}

/** Of what a reader of YAML gives; nodes without a place stand for nothing in the file. */
function convert(given: unknown, problems: Problems, text: string, after: Span = { start: 0, end: 0 }): Node {
  const span = placeOf(given) ?? after;
  refuseProperties(given, problems, text, span);
  if (isMap(given)) return { kind: 'map', ...span, entries: entriesOf(given.items, problems, text, span) };
  if (isSeq(given))
    return { kind: 'list', ...span, items: given.items.map((item) => convert(item, problems, text, span)) };
  if (isScalar(given)) {
    const scalar = scalarOf(given, span);
    refuseIfSecret(scalar, problems);
    return scalar;
  }
  const isRefused = isAlias(given);
  const end = isRefused ? span.end : span.start;
  return { kind: 'nothing', value: null, source: '', start: span.start, end, ...(isRefused && { isRefused }) };
}

function placeOf(given: unknown): Span | undefined {
  const range = (given as { range?: readonly number[] | null } | null)?.range;
  const [start, end] = range ?? [];
  return start === undefined || end === undefined ? undefined : { start, end };
}

function refuseProperties(given: unknown, problems: Problems, text: string, span: Span): void {
  if (isAlias(given)) {
    problems.report(span, 'alias', 'aliases are not read; write it out, or give it to each with every_database');
    return;
  }
  const { anchor, tag } = (given ?? {}) as { anchor?: string; tag?: string };
  // Both stand in front of what they belong to.
  const near = text.slice(Math.max(0, span.start - 200), span.start);
  const at = (sign: string) => {
    const found = near.lastIndexOf(sign);
    return found < 0 ? span : { start: span.start - near.length + found, end: span.start - near.length + found + 1 };
  };
  if (anchor !== undefined)
    problems.report(at('&'), 'alias', 'anchors are not read; write it out, or give it to each with every_database');
  if (tag !== undefined && near.includes('!')) problems.report(at('!'), 'tag', 'tags are not read; leave it out');
}

function entriesOf(
  pairs: readonly { readonly key: unknown; readonly value: unknown }[],
  problems: Problems,
  text: string,
  map: Span,
): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const pair of pairs) {
    const place = placeOf(pair.key) ?? map;
    if (!isScalar(pair.key) || (pair.key.value === null && !pair.key.source)) {
      const what = isScalar(pair.key) || pair.key === null ? 'a key is missing' : 'a key is a single name';
      problems.report(place, 'syntax', what);
      continue;
    }
    const { source, ...span } = scalarOf(pair.key, place);
    const key = { ...span, kind: 'text' as const, value: source, source };
    refuseProperties(pair.key, problems, text, place);
    refuseIfSecret(key, problems);
    const value = convert(pair.value, problems, text, { start: place.end, end: place.end });
    hideIfSecret(source, value, problems);
    const first = entries.get(source);
    if (first === undefined) entries.set(source, { key, value });
    else problems.report(key, 'duplicate-key', `${quotedName(source)} stands here twice`);
  }
  return entries;
}

function scalarOf(given: { value: unknown; source?: string; type?: string }, span: Span): Scalar {
  const { value } = given;
  if (typeof value === 'string') return { kind: 'text', value, source: value, ...span };
  const source = given.source ?? String(value);
  if (typeof value === 'number') return { kind: 'number', value, source, ...span };
  if (typeof value === 'boolean') return { kind: 'flag', value, source, ...span };
  return { kind: 'nothing', value: null, source, ...span };
}
