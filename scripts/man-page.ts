// A help as a man page, in the macros of man(7), which every man reads. Pure.
import type { CommandHelp, Flag } from '../packages/bus-integration-database/src/command-line/help.ts';
import { version } from '../packages/bus-operator-database/src/command-line/version.ts';

/** The day of the version: docs/releasing.md says when it changes. */
const day = '2026-11-30';

interface Page extends CommandHelp {
  /** `bus-operator-database-plan` */
  readonly page: string;
  /** Other pages. */
  readonly related: readonly string[];
}

/** The page as text; ends with a line break. */
export function manPage(help: Page): string {
  const { page, name, text, summary, usage, commands, groups, notes = [], examples = [], exits, footer = [] } = help;
  const lines = [
    `.TH ${page.toUpperCase()} 1 ${day} "bus ${version}" "bus manual"`,
    ...section('NAME', [`${escaped(page)} \\- ${escaped(text)}`]),
    ...section('SYNOPSIS', ['.nf', ...usage.map(escaped), '.fi']),
    ...section('DESCRIPTION', [escaped(description(name, summary ?? [text]))]),
    ...(help.arguments === undefined ? [] : tagged(help.arguments.map((one) => [one.name, one.text]))),
    ...(commands === undefined ? [] : section('COMMANDS', tagged(commands.list.map((one) => [one.name, one.text])))),
    ...section(
      'OPTIONS',
      groups.flatMap(({ title, flags }) => group(title, flags)),
    ),
    ...section('NOTES', paragraphs([...notes, footer].filter((one) => one.length > 0))),
    ...section('EXIT STATUS', tagged(exits)),
    ...section('ENVIRONMENT', tagged(keysOf(help))),
    ...section('EXAMPLES', examples.length === 0 ? [] : ['.nf', ...examples.map(escaped), '.fi']),
    ...section('SEE ALSO', seeAlso(help.related)),
  ];
  return `${lines.join('\n')}\n`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`.SH ${title}`, ...lines];
}

/** Without the name, which the page has above it already. */
function description(name: string, summary: readonly string[]): string {
  const whole = summary.join(' ');
  const bare = whole.startsWith(`${name}: `) ? whole.slice(name.length + 2) : whole;
  const first = bare.slice(0, 1).toUpperCase() + bare.slice(1);
  const sentence = bare === whole ? bare : first;
  return sentence.endsWith('.') ? sentence : `${sentence}.`;
}

function group(title: string, flags: readonly Flag[]): readonly string[] {
  if (flags.length === 0) return [];
  return [`.SS ${escaped(title.replace(/:$/, ''))}`, ...tagged(flags.map((flag) => [named(flag), flag.text]))];
}

function named({ name, short, value }: Flag): string {
  const spelled = short === undefined ? `--${name}` : `-${short}, --${name}`;
  return value === undefined ? spelled : `${spelled} ${value}`;
}

function tagged(rows: readonly (readonly [string, string])[]): readonly string[] {
  return rows.flatMap(([tag, text]) => ['.TP', `.B ${escaped(tag)}`, escaped(text)]);
}

/** Lines that are indented are kept as they are. */
function paragraphs(blocks: readonly (readonly string[])[]): readonly string[] {
  return blocks.flatMap((lines, index) => {
    const plain = lines.filter((line) => !line.startsWith('  '));
    const kept = lines.filter((line) => line.startsWith('  '));
    const text = plain.length === 0 ? [] : [escaped(plain.join(' '))];
    return [
      ...(index === 0 ? [] : ['.PP']),
      ...text,
      ...(kept.length === 0 ? [] : ['.nf', ...kept.map(escaped), '.fi']),
    ];
  });
}

function keysOf({ keys = [] }: CommandHelp): readonly (readonly [string, string])[] {
  return keys.map(({ name, meaning, default: fallback, isRequired, isSecret }) => {
    const notes = [
      ...(isRequired ? ['required'] : []),
      ...(isSecret ? ['a secret'] : []),
      ...(fallback === undefined ? [] : [`default: ${fallback}`]),
    ];
    return [name, notes.length === 0 ? meaning : `${meaning} (${notes.join('; ')})`];
  });
}

function seeAlso(pages: readonly string[]): readonly string[] {
  return pages.map((page, index) => `.BR ${escaped(page)} (1)${index === pages.length - 1 ? '' : ','}`);
}

/** As roff has it: hyphens that can be copied, no escape and no request that the text itself does not mean. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha')
    .replaceAll('`', '\\(ga')
    .replaceAll("'", '\\(aq')
    .replaceAll('"', '\\(dq')
    .replace(/^\./, '\\&.');
}
