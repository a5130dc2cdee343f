// A manifest as YAML, with what is said beside it. Whatever a name or a comment holds, it stays what it is.
import { Document, isCollection, isMap, isScalar, type Node, type Pair, visit } from 'yaml';
import { printable } from '../../text/printable.ts';
import type { NodePath } from './tree.ts';

/** Said at a place of a manifest. */
export interface ManifestComment {
  /** Of what it is said. */
  readonly path: NodePath;
  /** On lines of its own before it, at the end of its line, or last in what it holds. */
  readonly at: 'before' | 'beside' | 'last';
  readonly lines: readonly string[];
}

/** A manifest that is to be written. */
export interface CommentedManifest {
  readonly file: object;
  readonly comments: readonly ManifestComment[];
}

export interface ManifestTextOptions {
  /** Said first, before all else. */
  readonly head?: readonly string[];
  readonly comments?: readonly ManifestComment[];
  /** Whether an empty line stands before each key of the file. Default: false. */
  readonly isSpaced?: boolean;
}

/** The text; ends with a line break. Lists of single values stand in one line. */
export function manifestText(
  file: object,
  { head = [], comments = [], isSpaced = false }: ManifestTextOptions = {},
): string {
  // Quotes what older readers of YAML take for something else.
  const document = new Document(file, {
    version: '1.2',
    schema: 'core',
    compat: 'yaml-1.1',
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === 'string' && unusual.test(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
    Seq: (_, list) => {
      if (list.items.every(isScalar)) list.flow = true;
    },
  });
  if (isSpaced && isMap(document.contents)) for (const { key } of document.contents.items.slice(1)) space(key);
  for (const comment of comments) say(document, comment);
  const text = document
    .toString({ lineWidth: 0, flowCollectionPadding: false, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER })
    .replace(/[\u007f\ufeff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `${head.map((line) => `# ${printable(line)}\n`).join('')}${text}`;
}

/** What a file holds only as an escape, in double quotes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
const unusual = /[\0-\x1f\x7f\ufeff]/;

function space(key: unknown): void {
  if (isScalar(key) && !['version', 'deployment'].includes(String(key.value))) key.spaceBefore = true;
}

function say(document: Document, { path, at, lines }: ManifestComment): void {
  const text = lines.map((line) => (line === '' ? '' : ` ${printable(line)}`)).join('\n');
  const pair = pairAt(document, path);
  const value = path.length === 0 ? document.contents : (pair?.value ?? document.getIn(path, true));
  const node = at === 'before' ? (pair?.key ?? value) : value;
  // What stands in one line has no room for it.
  const isRoomy = !isCollection(node) || (node.items.length > 0 && node.flow !== true);
  const isApart = pair !== undefined && (at === 'last' ? !isRoomy : at === 'beside' && isCollection(node));
  if (isApart) say(document, { path, at: 'before', lines });
  else if (at === 'before') add(node as Node | undefined, 'commentBefore', text);
  else add(node as Node | undefined, 'comment', text);
}

function add(node: Node | undefined, key: 'comment' | 'commentBefore', text: string): void {
  if (node !== undefined) node[key] = node[key] ? `${node[key]}\n${text}` : text;
}

function pairAt(document: Document, path: NodePath): Pair | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (path.length === 0 || !isMap(parent)) return undefined;
  return parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)));
}
