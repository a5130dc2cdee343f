// Every code that an answer may carry, collected from the source: what stands at `code:`, and what is handed to a
// parameter called `code` (or to `check` of doctor). Nothing is run.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';

export interface FoundCode {
  readonly code: string;
  readonly file: string;
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string };

const root = join(import.meta.dirname, '../..');

/** A code; `*` stands for what is put in: `http-*`. */
const codePattern = /^[a-z*][a-z*-]+$/;

export function codesInSource(): readonly FoundCode[] {
  const files = sourceFiles().map((file) => ({
    file,
    nodes: nodesOf(parseSync(file, readFileSync(join(root, file), 'utf8')).program),
  }));
  const constants = new Map(files.flatMap(({ nodes }) => nodes.flatMap(constantsIn)));
  const shared = new Map(files.flatMap(({ nodes }) => nodes.flatMap(takersIn)));
  return files.flatMap(({ file, nodes }) => {
    const own = new Map(nodes.flatMap(functionsIn).map((one) => [one.name, one]));
    const takers = new Map([...shared, ...own]);
    const values = nodes.flatMap((node) => [...codesAtKey(node), ...defaultCodes(node)]);
    const codes = [
      ...values.flatMap((value) => literalsOf(value, constants)),
      ...nodes.flatMap((node) => codesHanded(node, takers, constants)),
    ];
    return codes.filter((code) => codePattern.test(code)).map((code) => ({ code, file }));
  });
}

function sourceFiles(): readonly string[] {
  return readdirSync(join(root, 'packages'))
    .map((name) => join('packages', name, 'src'))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((name) => name.endsWith('.ts'));
}

function nodesOf(value: unknown): readonly Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesOf);
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(nodesOf);
  return 'type' in value ? [value as Node, ...inner] : inner;
}

/** `const answerTooLargeCode = 'answer-too-large'`. */
function constantsIn(node: Node): readonly (readonly [string, string])[] {
  if (node.type !== 'VariableDeclarator') return [];
  const text = textOf(node.init as Node | null);
  return text === undefined ? [] : [[nameOf(node.id), text]];
}

interface NamedFunction {
  readonly name: string;
  readonly parameters: readonly Node[];
  /** Which parameter is the code; -1: none. */
  readonly at: number;
  /** What it writes before the code that it is given. */
  readonly prefix: string;
}

/** Functions, and functions in types, by what they are called. */
function functionsIn(node: Node): readonly NamedFunction[] {
  const [name, value] = namedValue(node);
  const { type = '', params } = (value ?? {}) as { type?: string; params?: unknown };
  if (name === '' || !/Function/.test(type)) return [];
  const parameters = params as readonly Node[];
  const names = parameters.map((one) => nameOf(one.type === 'AssignmentPattern' ? one.left : one));
  // What doctor calls an id is the code of a check.
  const isOfDoctor = /^(check|asCheck|faultsOf|gitCheck)$/.test(name);
  const at = names.findIndex((one) => one === 'code' || (isOfDoctor && one === 'id'));
  return [{ name, parameters, at, prefix: at < 0 ? '' : prefixIn(value) }];
}

/** `local-` where the function says `local-${code}`. */
function prefixIn(value: unknown): string {
  const template = nodesOf(value).find(
    ({ type, expressions }) => type === 'TemplateLiteral' && nameOf((expressions as readonly unknown[])[0]) === 'code',
  );
  const [first] = (template?.quasis ?? []) as readonly { value: { cooked: string } }[];
  return first !== undefined && codePattern.test(first.value.cooked) ? first.value.cooked : '';
}

function namedValue(node: Node): readonly [string, unknown] {
  if (node.type === 'FunctionDeclaration') return [nameOf(node.id), node];
  if (node.type === 'VariableDeclarator') return [nameOf(node.id), node.init];
  if (node.type === 'Property') return [nameOf(node.key), node.value];
  if (node.type === 'TSPropertySignature') return [nameOf(node.key), inType(node.typeAnnotation)];
  return ['', undefined];
}

function takersIn(node: Node): readonly (readonly [string, NamedFunction])[] {
  return functionsIn(node)
    .filter(({ at }) => at >= 0)
    .map((one) => [one.name, one]);
}

function defaultCodes(node: Node): readonly unknown[] {
  return functionsIn(node).flatMap(({ parameters, at }) =>
    parameters[at]?.type === 'AssignmentPattern' ? [parameters[at]?.right] : [],
  );
}

function codesAtKey(node: Node): readonly unknown[] {
  const isKey = node.type === 'Property' && nameOf(node.key) === 'code';
  // `code = 'value'` as the default of a destructured option.
  return isKey ? [(node.value as Node).type === 'AssignmentPattern' ? (node.value as Node).right : node.value] : [];
}

function codesHanded(
  node: Node,
  takers: ReadonlyMap<string, NamedFunction>,
  constants: ReadonlyMap<string, string>,
): readonly string[] {
  if (node.type !== 'CallExpression') return [];
  const callee = node.callee as Node;
  const taker = takers.get(callee.type === 'MemberExpression' ? nameOf(callee.property) : nameOf(callee));
  if (taker === undefined || taker.at < 0) return [];
  const given = literalsOf((node.arguments as readonly unknown[])[taker.at], constants);
  return given.map((code) => `${taker.prefix}${code}`);
}

/** The texts that an expression may come to: of either branch, of a constant, a template with `*` for what is in it. */
function literalsOf(value: unknown, constants: ReadonlyMap<string, string>): readonly string[] {
  const node = value as Node | undefined;
  if (node === undefined || node === null) return [];
  const both = (one: unknown, other: unknown) => [...literalsOf(one, constants), ...literalsOf(other, constants)];
  if (node.type === 'ConditionalExpression') return both(node.consequent, node.alternate);
  if (node.type === 'LogicalExpression') return both(node.left, node.right);
  if (node.type === 'Identifier') return [constants.get(nameOf(node)) ?? []].flat();
  // What is put in is known where the function is called.
  if (node.type === 'TemplateLiteral' && nameOf((node.expressions as readonly unknown[])[0]) === 'code') return [];
  if (node.type === 'TemplateLiteral' && (node.expressions as readonly unknown[]).length > 0)
    return [(node.quasis as readonly { value: { cooked: string } }[]).map((quasi) => quasi.value.cooked).join('*')];
  return [textOf(node) ?? []].flat();
}

function textOf(node: Node | null | undefined): string | undefined {
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

function inType(annotation: unknown): unknown {
  return (annotation as { typeAnnotation?: unknown } | undefined)?.typeAnnotation;
}

function nameOf(node: unknown): string {
  return String((node as { name?: unknown } | null | undefined)?.name ?? '');
}
