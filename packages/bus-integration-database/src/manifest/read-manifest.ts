// One manifest, from its bytes to what it declares with nothing inherited, or to everything that is wrong with it. What a
// provider's part of it means comes in as a language. Pure.
import type { Diagnostic } from '../contract/response.ts';
import type { DesiredNames } from '../model/desired-names.ts';
import type { Expansion } from '../model/desired-state.ts';
import { printable } from '../text/printable.ts';
import type { ManifestShape } from './shapes/shapes.ts';
import { excerptLines } from './text/excerpt.ts';
import { foreignFault } from './text/foreign.ts';
import type { CommentedManifest } from './text/manifest-text.ts';
import { createProblems, diagnosticOf, editOf, type Problems } from './text/problems.ts';
import { sourceOf } from './text/read-source.ts';
import { readTree } from './text/read-tree.ts';
import type { ManifestSource } from './text/source.ts';
import { type Node, plainMap } from './text/tree.ts';
import { valueTree } from './text/value-tree.ts';

/** How a provider reads a manifest: `W` as it is written, `E` with nothing inherited. */
export interface ManifestLanguage<W = unknown, E extends Expansion = Expansion> {
  readonly shape: ManifestShape<W>;
  /** Judges what was read, tells what is wrong with it, and expands it. */
  expand(written: W, root: Node, problems: Problems): E;
  /** What is declared, in a few words. */
  summary(expanded: E): string;
  /** A manifest that says the same with nothing inherited. */
  fileOf(expanded: E): object;
  /** Where its schema for editors is, from the folder of a deployment. */
  readonly editorSchema: string;
  /** A manifest to begin with, for the same as lists ask for; what else could stand in it is said in its comments. */
  starter(options: StarterOptions): CommentedManifest;
}

export interface StarterOptions {
  /** What lists come to; where they name no role and no database, names that are examples stand for them. */
  readonly names: DesiredNames;
  /** Where the output files are, where the configuration says it. */
  readonly outputDirectory?: string | undefined;
}

export interface ManifestReading<E> {
  /** What is declared; absent where something is wrong. */
  readonly expanded?: E;
  /** As it is written, as plain data; absent where something is wrong. */
  readonly written?: object;
  /** What is wrong, in the order of the file. */
  readonly diagnostics: readonly Diagnostic[];
  /** The same for a person: place, message, the line with the place marked, and how the line is to be. */
  readonly lines: readonly string[];
}

/**
 * Reads a manifest.
 *
 * @param file as it was given, for messages
 * @example
 * readManifest(Buffer.from('version: 1\n'), 'bus-database.yaml', language).lines[0];
 * // 'bus-database.yaml:1:1: deployment is missing in a manifest'
 */
export function readManifest<W, E extends Expansion>(
  bytes: Uint8Array,
  file: string,
  language: ManifestLanguage<W, E>,
): ManifestReading<E> {
  const problems = createProblems();
  const source = sourceOf(bytes, file, problems);
  const parts = judging(
    source,
    () => (problems.isEmpty() ? readTree(source, problems) : undefined),
    language,
    problems,
  );
  let part = parts.next();
  while (!part.done) part = parts.next();
  return part.value;
}

/**
 * The same of one that comes as values, by a request.
 *
 * @param giveWay awaited between the parts of the work
 */
export async function readManifestValue<W, E extends Expansion>(
  value: object,
  language: ManifestLanguage<W, E>,
  giveWay: () => Promise<void>,
): Promise<ManifestReading<E>> {
  const problems = createProblems();
  const { source, root } = valueTree(value, 'manifest', problems);
  const parts = judging(source, () => root, language, problems);
  for (;;) {
    await giveWay();
    const part = parts.next();
    if (part.done) return part.value;
  }
}

function* judging<W, E extends Expansion>(
  source: ManifestSource,
  tree: () => Node | undefined,
  language: ManifestLanguage<W, E>,
  problems: Problems,
): Generator<undefined, ManifestReading<E>, undefined> {
  const foreign = foreignFault(source, Object.keys(language.shape.schema.properties ?? {}));
  if (foreign !== undefined) {
    const target = `${source.file}:1:1`;
    const diagnostic: Diagnostic = { severity: 'fail', code: 'no-manifest', message: foreign, target };
    return { diagnostics: [diagnostic], lines: [`${printable(target)}: ${foreign}`] };
  }
  const root = tree();
  const written = root === undefined ? undefined : language.shape.read(root, problems);
  yield;
  const expanded = root === undefined || written === undefined ? undefined : language.expand(written, root, problems);
  yield;
  const [found, hidden] = [problems.found(), problems.hidden()];
  const more = problems.unkept() === 0 ? [] : [`and ${problems.unkept()} more`];
  return {
    ...(expanded !== undefined && root !== undefined && found.length === 0 && { expanded, written: plainMap(root) }),
    diagnostics: found.map((problem) => diagnosticOf(problem, source, hidden)),
    lines: [
      ...found.flatMap((problem) => {
        const edit = editOf(problem, source, hidden);
        return [
          ...excerptLines(problem, source, hidden),
          ...(edit === undefined ? [] : [`  replace with: ${edit.text.join('').trim()}`]),
        ];
      }),
      ...more,
    ],
  };
}
