// Which man pages there are, and of which help each is made. Pure.

import { completionHelp } from '../packages/bus/src/completion/help.ts';
import { busCommand, operatorCommand } from '../packages/bus/src/usage.ts';
import { createHelp } from '../packages/bus-api-provider-database/src/help.ts';
import type { CommandHelp } from '../packages/bus-integration-database/src/command-line/help.ts';
import { configurationKeys } from '../packages/bus-integration-database/src/command-line/help.ts';
import { help as contractHelp } from '../packages/bus-integration-database/src/command-line/main-help.ts';
import { helpOf as postgresHelp } from '../packages/bus-integration-postgres/src/commands/main-help.ts';
import { postgresKeys } from '../packages/bus-integration-postgres/src/keys.ts';
import { tokenKeys } from '../packages/bus-operator-database/src/api/token-keys.ts';
import { type OperatorVerb, verbs } from '../packages/bus-operator-database/src/command-line/flag-table.ts';
import { commandHelp } from '../packages/bus-operator-database/src/command-line/help.ts';
import { manPage } from './man-page.ts';

/** Each page's path below `packages`, and its text. */
export function manPages(): ReadonlyMap<string, string> {
  const nowhere = { path: undefined, base: undefined };
  const keys = [...configurationKeys(postgresKeys.known), ...tokenKeys];
  const verbHelps = (Object.keys(verbs) as OperatorVerb[]).map((verb) => commandHelp(verb));
  const postgres = postgresHelp(undefined);
  const helps: readonly (readonly [folder: string, help: CommandHelp])[] = [
    ['bus', { ...busCommand(nowhere), footer: [] }],
    ['bus', { ...completionHelp, name: 'bus completion' }],
    ['bus', { ...operatorCommand(['database'], nowhere), footer: [] }],
    ['bus-operator-database', { ...commandHelp(), keys }],
    ...verbHelps.map((help) => ['bus-operator-database', help] as const),
    ['bus-integration-database', contractHelp],
    ['bus-integration-postgres', postgres],
    ...(postgres.commands?.list ?? []).map(({ name }) => ['bus-integration-postgres', postgresHelp(name)] as const),
    ['bus-api-provider-database', createHelp(postgresKeys.known)],
  ];
  const names = helps.map(([, { name }]) => pageOf(name));
  return new Map(
    helps.map(([folder, help]) => {
      const page = pageOf(help.name);
      const isParentOf = (one: string, other: string) => parentOf(other, names) === one;
      const related = names.filter((other) => isParentOf(other, page) || isParentOf(page, other));
      return [`${folder}/man/${page}.1`, manPage({ ...help, page, related: related.sort() })];
    }),
  );
}

function pageOf(name: string): string {
  return name.replaceAll(' ', '-');
}

/** The page of the command that this one is below. */
function parentOf(page: string, names: readonly string[]): string | undefined {
  const above = names.filter((name) => page.startsWith(`${name}-`));
  return above.sort((one, other) => other.length - one.length)[0];
}
