// Steps as lines: sign, kind, what it is about, what it means; grouped by database, alike ones folded.
import { isMutating, nameList, printable, type Risk, type Step } from 'bus-integration-database';
import { type Block, blocksOf, type Fold, fold } from './fold.ts';
import type { Color } from './paint.ts';
import type { View } from './view.ts';

export interface StepLinesOptions {
  /** Say what became of each step, instead of what it would do. */
  readonly withStates?: boolean;
}

export const actionWidth = 22;
const widestTarget = 44;

/** The steps that only say what was found and computed. */
export function leadLines(steps: readonly Step[], view: View): string[] {
  return steps
    .filter((step) => !isMutating(step) && step.action !== 'apply-database-plan')
    .flatMap((step) => [
      `  ${step.action.padEnd(actionWidth)} ${printable(step.summary)}`.trimEnd(),
      ...sqlLines(step, view),
    ]);
}

/** The steps that change something, `+ ~ -`. */
export function stepLines(steps: readonly Step[], view: View, options: StepLinesOptions = {}): string[] {
  const blocks = blocksOf(steps.filter(isMutating), view.facts);
  const folds: Fold[] = view.verbosity > 0 ? blocks.map((block) => ({ block, same: [] })) : fold(blocks);
  const shown = folds.flatMap(({ block }) => block.steps);
  const widest = shown.reduce((most, { target }) => Math.max(most, printable(target).length), 0);
  const width = Math.min(widestTarget, widest);
  return folds.flatMap(({ block, same }) => [
    ...blockLines(block, width, view, options),
    ...(same.length === 0 ? [] : wrapped('  … the same for ', printable(nameList(same)))),
  ]);
}

function blockLines({ steps }: Block, width: number, view: View, { withStates }: StepLinesOptions): string[] {
  return steps.flatMap((step) => {
    const [sign, color] = signOf(step);
    const target = printable(step.target).padEnd(width);
    const state = withStates ? stateWord(step, view) : '';
    const line = `${view.paint(color, sign)} ${step.action.padEnd(actionWidth)} ${target}  ${state}${printable(step.summary)}`;
    return [line.trimEnd(), ...sqlLines(step, view)];
  });
}

const signs: Readonly<Record<Risk, readonly [string, Color]>> = {
  create: ['+', 'green'],
  grant: ['+', 'green'],
  update: ['~', 'yellow'],
  rotate: ['~', 'yellow'],
  'weaken-tls': ['~', 'red'],
  elevate: ['+', 'red'],
  revoke: ['-', 'red'],
  destructive: ['-', 'red'],
};

function signOf(step: Step): readonly [string, Color] {
  return step.action === 'discard-staged-file' ? signs.revoke : signs[step.risk];
}

const stateWords = { applied: 'done', planned: 'not done', skipped: 'skipped', failed: 'failed', unknown: 'unknown' };
const stateWidth = 10;

function stateWord({ state = 'planned' }: Step, { paint }: View): string {
  const word = stateWords[state] ?? printable(state);
  const color: Color = state === 'applied' ? 'green' : state === 'failed' ? 'red' : 'yellow';
  return paint(color, word) + ' '.repeat(Math.max(1, stateWidth - word.length));
}

function sqlLines({ sql = [] }: Step, view: View): string[] {
  if (view.verbosity === 0) return [];
  return sql.flatMap((statement) => statement.split('\n')).map((line) => view.paint('dim', `      ${printable(line)}`));
}

/** A long list over several lines, at commas. */
function wrapped(lead: string, text: string): string[] {
  const lines: string[] = [];
  let line = lead;
  for (const item of text.split(', ')) {
    const next = line === lead || line.endsWith(' ') ? `${line}${item}` : `${line}, ${item}`;
    if (next.length > 110 && line !== lead) {
      lines.push(`${line},`);
      line = `    ${item}`;
    } else {
      line = next;
    }
  }
  return [...lines, line];
}
