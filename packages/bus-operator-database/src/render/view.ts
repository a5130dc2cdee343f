// What rendering needs to know beside the response: how much to say, in which colours, and how to name the next command.
import {
  type Diagnostic,
  identityText,
  type ProviderFacts,
  printable,
  type Response,
  type ScriptWriter,
  type Verb,
} from 'bus-integration-database';
import type { Hyperlink } from './hyperlink.ts';
import type { Paint } from './paint.ts';

export interface View {
  readonly paint: Paint;
  /** 0: identical things folded; 1: nothing folded, SQL shown; 2: traces of defects too. */
  readonly verbosity: number;
  /** What people call a provider's server: PostgreSQL. */
  readonly titleOf: (provider: string) => string;
  /** What the provider registered of its answers. */
  readonly facts: Pick<ProviderFacts, 'actions'>;
  /** How the provider's statements are put into a script. */
  readonly script?: ScriptWriter;
  /** A verb's command line, with the flags that chose the target of this one. */
  readonly commandLine: (verb: Verb, extra?: readonly string[]) => string;
  /** The flags of this run that change what a plan holds. */
  readonly changingFlags: readonly string[];
  /** Where the configuration came from: `9 keys from ./.env`. */
  readonly origin?: string;
  /** The file to which `plan --save` wrote, as it was given. */
  readonly savedTo?: string;
  /** Makes text a link to a file, by its path as it was given. Default: there are no links. */
  readonly link?: Hyperlink;
}

/** The first lines of every answer: ok or not, then what could not be seen, then which server it speaks of. */
export function headLines(response: Response, view: View): string[] {
  const { ok, target } = response;
  return [
    view.paint(ok ? 'green' : 'red', `ok: ${ok}`),
    ...unknownLine(response),
    ...(target === undefined ? [] : [`target: ${targetText(response, view)}`]),
  ];
}

/** `next:` lines, each remedy once. */
export function nextLines(remedies: readonly (string | undefined)[], indent = ''): string[] {
  const given = new Set(remedies.filter((remedy) => remedy !== undefined));
  return [...given].flatMap((remedy) => paragraph(`${indent}next: `, remedy));
}

/** What goes on, and what has to come before it where apply would refuse the way to the server. */
export function onwardLines(
  { diagnostics }: Response,
  command: string,
  view: View,
  plan: readonly string[] = [],
): string[] {
  const pooler = diagnostics.find(({ code, severity }) => code === 'pooler' && severity === 'warn');
  if (pooler?.remedy === undefined) return nextLines([command]);
  return [...nextLines([pooler.remedy]), `then: ${view.commandLine('plan', plan)}`];
}

/** Text that may hold line breaks of its own: later lines stand under the first, so none looks like a line of ours. */
export function paragraph(lead: string, text: string): string[] {
  const indent = ' '.repeat(lead.length);
  return text.split('\n').map((line, index) => `${index === 0 ? lead : indent}${printable(line)}`);
}

/** Diagnostics that stop a run, said on the answer itself: `refused:` where it was unsafe, else `failed:`. */
export function verdictLines(diagnostics: readonly Diagnostic[], label: string, view: View): string[] {
  return diagnostics.flatMap(({ message, remedy }, index) => {
    const isSaidNext = remedy !== undefined && diagnostics[index + 1]?.remedy === remedy;
    const [first = '', ...rest] = paragraph(`${label}: `, message);
    const lines = [view.paint('red', `${label}:`) + first.slice(label.length + 1), ...rest];
    return [...lines, ...(isSaidNext ? [] : nextLines([remedy]))];
  });
}

function unknownLine({ complete, connectivity = [], listener_policy = [], checks = [] }: Response): string[] {
  const unseen = [...connectivity, ...listener_policy, ...checks].filter(({ result }) => result === 'unknown');
  if (complete !== false) return [];
  if (unseen.length === 0) return ['unknown: something could not be seen'];
  const named = unseen.slice(0, 3).map(({ id, seen }) => `${printable(id)}: ${printable(seen)}`);
  const more = unseen.length > 3 ? `; and ${unseen.length - 3} more` : '';
  return [`unknown: ${unseen.length} (${named.join('; ')}${more})`];
}

function targetText({ target, provider }: Response, view: View): string {
  if (target === undefined) return '';
  const host = target.host.includes(':') && !target.host.startsWith('/') ? `[${target.host}]` : target.host;
  const cluster = identityText(target) ?? 'not readable';
  const address = `${printable(target.admin_role)}@${printable(host)}:${target.port}/${printable(target.database)}`;
  return `${address}, ${printable(view.titleOf(provider))} ${printable(target.server_version)}, cluster ${printable(cluster)}`;
}
