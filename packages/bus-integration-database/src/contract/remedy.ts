// What fixes a finding, as data: commands, SQL, edits and the words between them, with paths as fields. One renderer makes
// the text of them; who shows an answer elsewhere changes the data, never the text.
import type * as z from 'zod/mini';
import { printable } from '../text/printable.ts';
import { pathArgument, shellQuote } from '../text/shell-quote.ts';
import type { adviceSchema, pathSchema } from './remedy-schema.ts';

export type Path = z.infer<typeof pathSchema>;
/** One part of a remedy. */
export type Advice = z.infer<typeof adviceSchema>;
export type AdviceOf<K extends Advice['kind']> = Extract<Advice, { kind: K }>;

/** A remedy as code writes it: its parts in their order, words as strings. */
export type Remedy = string | Advice | readonly Remedy[];

/** The keys of a finding that hold its remedy: the text, and the data where it is more than words. */
export interface Advised {
  readonly remedy?: string;
  readonly advice?: readonly Advice[];
}

/**
 * The keys of a finding for a remedy; none where there is none.
 *
 * @example
 * advise(['close it: ', command('chmod', '700', { path: './dsn' })]).remedy; // 'close it: chmod 700 ./dsn'
 */
export function advise(remedy: Remedy | undefined): Advised {
  if (remedy === undefined) return {};
  const advice = partsOf(remedy);
  const text = remedyText(advice);
  return advice.every(({ kind }) => kind === 'text') ? { remedy: text } : { remedy: text, advice };
}

/** The remedy of a finding, to be given to another one or put into a longer remedy. */
export function remedyOf(finding: Advised | undefined): Remedy | undefined {
  return finding?.advice ?? finding?.remedy;
}

function partsOf(remedy: Remedy): readonly Advice[] {
  if (typeof remedy === 'string') return [{ kind: 'text', text: remedy }];
  return 'kind' in remedy ? [remedy] : remedy.flatMap(partsOf);
}

/**
 * A command, its words not yet quoted.
 *
 * @example
 * command('chmod', '600', { path: './local/admin dsn' }); // chmod 600 './local/admin dsn'
 */
export function command(...argv: readonly (string | Path)[]): AdviceOf<'command'> {
  return { kind: 'command', argv };
}

/** Whether advice is a line for the shell of the machine that the answer is about; what asks us again is for any. */
export function isForShell(advice: AdviceOf<'command' | 'edit'>): boolean {
  if (advice.kind === 'edit') return advice.change === 'create' || advice.change === 'append';
  return advice.flags === undefined;
}

/** Advice as it has to be outside the directory, where that is given; what is for another machine stays as it is. */
export function inDirectory(advice: Advice, directory: string | undefined): Advice {
  if (directory === undefined || (advice.kind !== 'command' && advice.kind !== 'edit')) return advice;
  const stays = advice.where !== undefined || !isForShell(advice) || !isForOneDirectory(advice);
  return stays ? advice : { ...advice, directory };
}

/** A finding's remedy as it has to be outside the directory, where that is given. */
export function remedyIn(directory: string | undefined, finding: Advised): string | undefined {
  return advise(finding.advice?.map((advice) => inDirectory(advice, directory))).remedy ?? finding.remedy;
}

/** Whether such a line is right only in one directory: it names a relative path, or has git look for its repository. */
function isForOneDirectory(advice: AdviceOf<'command' | 'edit'>): boolean {
  const isRelative = ({ path, key }: Path) => key === undefined && !path.startsWith('/');
  if (advice.kind === 'edit') return isRelative(advice.file);
  return advice.argv[0] === 'git' || advice.argv.some((word) => typeof word !== 'string' && isRelative(word));
}

/** A remedy's text: the one place where advice becomes words. */
function remedyText(advice: readonly Advice[]): string {
  return advice.map(textOf).join('');
}

function textOf(advice: Advice): string {
  switch (advice.kind) {
    case 'text':
      return advice.text;
    case 'path':
      return shownPath(advice);
    case 'again':
      return 'run the same command again';
    case 'sql':
      return `${advice.as} runs, ${advice.where}: ${advice.sql}`;
    case 'command':
      return placed(advice, [...advice.argv, ...(advice.flags ?? [])].map(wordText).join(' '));
    case 'edit':
      return editText(advice);
  }
}

function editText(edit: AdviceOf<'edit'>): string {
  const { change, file, text } = edit;
  switch (change) {
    case 'create':
      return placed(edit, `(umask 077; cat > ${wordText(file)})`);
    case 'append':
      return placed(edit, `printf '%s\\n' ${text.map(inQuotes).join(' ')} >> ${wordText(file)}`);
    case 'delete':
      return 'delete the line';
    case 'replace':
      return underLead('replace with: ', text);
    case 'insert':
      if (edit.line === undefined) return [`add to ${wordText(file)}:`, ...text].join('\n');
      return underLead('put above it: ', text);
  }
}

function underLead(lead: string, lines: readonly string[]): string {
  return lead + lines.join(`\n${' '.repeat(lead.length)}`);
}

function placed({ directory, where }: AdviceOf<'command' | 'edit'>, line: string): string {
  const here = directory === undefined ? line : `(cd ${shellQuote(directory)} && ${line})`;
  return where === undefined ? here : `${where}: ${here}`;
}

function wordText(word: string | Path): string {
  if (typeof word === 'string') return shellQuote(word);
  const { key, path } = word;
  if (key === undefined) return pathArgument(path);
  // A shell that doesn't know the key stops, where an empty one would name another directory.
  return `"$\{${key}:?}"${path === '' ? '' : `/${shellQuote(path)}`}`;
}

/** A path in words. */
export function shownPath({ key, path }: Path): string {
  if (key === undefined) return printable(path);
  return path === '' ? key : `${key}/${printable(path)}`;
}

function inQuotes(word: string): string {
  const quoted = shellQuote(word);
  return quoted === word ? `'${word}'` : quoted;
}
