// `verify --explain FINDING`: what a finding means and how to fix it. Needs no configuration and asks no server.
import { resolve } from 'node:path';
import {
  descriptorOf,
  directoryFault,
  type Explanation,
  isResult,
  type ProcessContext,
  printable,
  writeResult,
} from 'bus-integration-database';
import { nearest } from 'bus-integration-database/suggest';
import type { Flags } from '../command-line/flags.ts';
import { usageProblem } from '../command-line/usage-problem.ts';
import type { ProviderRoot } from '../providers.ts';

/** Prints the finding; a name that is none gets all there are, and exit status 2. */
export async function explain(
  id: string,
  argv: readonly string[],
  flags: Flags,
  processContext: ProcessContext,
  roots: readonly ProviderRoot[],
): Promise<number> {
  const loaded = await Promise.all(roots.map((root) => root.load()));
  const findings: Readonly<Record<string, Explanation>> = Object.assign({}, ...loaded.map((root) => root.findings));
  const finding = Object.hasOwn(findings, id) ? findings[id] : undefined;
  if (finding === undefined) {
    const known = Object.keys(findings);
    const close = nearest(id, known);
    const hint = close === undefined ? '' : `; did you mean ${close}?`;
    const problem = `--explain ${printable(id)}: no such finding${hint}`;
    processContext.stderr.write(`bus operator database: ${problem}\n  findings: ${known.join(', ')}\n`);
    processContext.stdout.write(usageProblem(argv, problem));
    return 2;
  }
  const fault = directoryFault(resolve(processContext.cwd, flags.directory ?? '.'));
  if (flags.directory !== undefined && fault !== undefined) {
    processContext.stderr.write(`bus operator database: -C ${printable(flags.directory)}: ${fault}\n`);
    return 1;
  }
  if (flags.isQuiet) return 0;
  const text =
    flags.format === 'json' ? `${JSON.stringify({ id, ...finding }, null, 2)}\n` : explanationText(id, finding);
  if (flags.output === undefined) {
    processContext.stdout.write(text);
    return 0;
  }
  const { output } = flags;
  const path =
    descriptorOf(output) === undefined ? resolve(processContext.cwd, flags.directory ?? '.', output) : output;
  const why = writeResult(text, path, (there) => isResult(there, { begins: beginsAs(findings), keys: ['fix'] }));
  if (why !== undefined) processContext.stderr.write(`bus operator database: ${why}\n`);
  return why === undefined ? 0 : 1;
}

/** As the explanation of any of them does. */
function beginsAs(findings: Readonly<Record<string, Explanation>>): RegExp {
  return new RegExp(`^(${Object.keys(findings).join('|')}): `);
}

function explanationText(id: string, { title, why, fix, page }: Explanation): string {
  return [`${id}: ${title}`, '', ...wrap(why), '', ...wrap(fix), '', page, ''].join('\n');
}

function wrap(text: string): string[] {
  return text.match(/\S.{0,98}(?=\s|$)/g) ?? [];
}
