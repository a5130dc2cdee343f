// What is no longer declared, for people: a line each, with what would retire it, ready to be run.
import { type Leftover, printable, type Response, type ScriptWriter } from 'bus-integration-database';
import { actionWidth } from './text-step.ts';
import { paragraph, type View } from './view.ts';

/** Whoever may comment on what is theirs can give it our mark: more than a screen of it is counted. */
export function leftoverLines({ leftovers = [], target }: Response, { verbosity, script }: View): string[] {
  const gone = leftovers.filter(({ declared_in }) => declared_in === undefined);
  return [...goneLines(gone, target, verbosity, script), ...keptLines(leftovers, verbosity)];
}

function goneLines(
  leftovers: readonly Leftover[],
  target: Response['target'],
  verbosity: number,
  script: ScriptWriter | undefined,
): string[] {
  if (leftovers.length === 0) return [];
  const { told, left } = shownOf(leftovers, verbosity);
  const isSql = told.some(({ retire }) => retire !== undefined);
  const admin = target === undefined ? '' : ` as ${printable(target.admin_role)}`;
  const program = script === undefined ? '' : `, for ${script.program}`;
  const how = isSql ? `; what retires it${program}${admin}, in this order:` : '; what removes it:';
  return [
    '',
    `no longer declared: ${leftovers.length}, which apply leaves as it is${how}`,
    ...told.flatMap((leftover) => lines(leftover, script)),
    ...(left > 0 ? [`  no-longer-declared: ${left} more (-v lists all)`] : []),
  ];
}

const mostLeftovers = 10;

function shownOf<T>(all: readonly T[], verbosity: number): { told: readonly T[]; left: number } {
  const told = verbosity > 0 ? all : all.slice(0, mostLeftovers);
  return { told, left: all.length - told.length };
}

/** What another place declares, which this run does not go by: nothing of it is to be retired. */
function keptLines(leftovers: readonly Leftover[], verbosity: number): string[] {
  const kept = leftovers.flatMap((leftover) =>
    leftover.declared_in === undefined ? [] : [{ ...leftover, file: printable(leftover.declared_in) }],
  );
  const [first] = kept;
  if (first === undefined) return [];
  const { told, left } = shownOf(kept, verbosity);
  return [
    '',
    `still declared by ${first.file}, over which the environment's values win: ${kept.length}`,
    ...told.map(
      (leftover) => `  ${'still-declared'.padEnd(actionWidth)} ${thing(leftover)}: ${leftover.file} declares it`,
    ),
    ...(left > 0 ? [`  still-declared: ${left} more (-v lists all)`] : []),
  ];
}

function thing({ kind, name, database }: Leftover): string {
  const word = kind === 'dsn-file' ? 'file' : kind;
  return `${word} ${printable(name)}${database === undefined ? '' : ` in database ${printable(database)}`}`;
}

function lines(leftover: Leftover, script: ScriptWriter | undefined): string[] {
  const { before, retire = [], command, needs } = leftover;
  const connectLines = script?.connect ?? ((entered: string) => [`-- in database ${printable(entered)}`]);
  const who = needs === undefined ? '' : `, by ${printable(needs)}`;
  return [
    `  ${'no-longer-declared'.padEnd(actionWidth)} ${thing(leftover)}${who}`,
    ...(before === undefined ? [] : indented(`-- only when ${before}`)),
    ...retire.flatMap(({ database: entered, sql }) => [...connectLines(entered), ...sql].flatMap(indented)),
    ...(command === undefined ? [] : indented(command)),
  ];
}

function indented(text: string): string[] {
  return paragraph('      ', text);
}
