// What is declared no more, for people: a line each, with what would retire it, ready for psql or a shell.
import { type Leftover, printable, type Response } from 'bus-integration-database';
import { connectLines } from './psql-connect.ts';
import { actionWidth } from './text-step.ts';
import { paragraph, type View } from './view.ts';

/** Whoever may comment on what is theirs can give it our mark: more than a screen of it is counted. */
export function leftoverLines({ leftovers = [], target }: Response, { verbosity }: View): string[] {
  if (leftovers.length === 0) return [];
  const told = verbosity > 0 ? leftovers : leftovers.slice(0, mostLeftovers);
  const left = leftovers.length - told.length;
  const isSql = told.some(({ retire }) => retire !== undefined);
  const admin = target === undefined ? '' : ` as ${printable(target.admin_role)}`;
  const how = isSql ? `; what retires it, for psql${admin}, in this order:` : '; what removes it:';
  return [
    '',
    `no longer declared: ${leftovers.length}, which apply leaves as it is${how}`,
    ...told.flatMap(lines),
    ...(left > 0 ? [`  no-longer-declared: ${left} more (-v lists all)`] : []),
  ];
}

const mostLeftovers = 10;

function lines({ kind, name, database, before, retire = [], command, needs }: Leftover): string[] {
  const word = kind === 'dsn-file' ? 'file' : kind;
  const place = database === undefined ? '' : ` in database ${printable(database)}`;
  const who = needs === undefined ? '' : `, by ${printable(needs)}`;
  return [
    `  ${'no-longer-declared'.padEnd(actionWidth)} ${word} ${printable(name)}${place}${who}`,
    ...(before === undefined ? [] : indented(`-- only when ${before}`)),
    ...retire.flatMap(({ database: entered, sql }) => [...connectLines(entered), ...sql].flatMap(indented)),
    ...(command === undefined ? [] : indented(command)),
  ];
}

function indented(text: string): string[] {
  return paragraph('      ', text);
}
