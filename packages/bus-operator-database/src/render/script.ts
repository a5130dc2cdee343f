// `plan --sql`: the plan as a script that a DBA can read and run, in the provider's form. Passwords are not in it: apply --rotate makes them.
import {
  allowedFlags,
  databaseOf,
  givenPassword,
  isMutating,
  printable,
  type Response,
  type ScriptWriter,
  type Step,
} from 'bus-integration-database';
import { blocksOf } from './fold.ts';
import { leftoverLines } from './text-leftovers.ts';
import { headLines, type View } from './view.ts';

/** The script's lines. Statements of one database run in it, in one transaction. */
export function scriptLines(response: Response, view: View, script: ScriptWriter): string[] {
  const sqlOf = ({ sql = [] }: Step) => sql.flatMap(script.statement);
  const steps = response.steps.filter(isMutating);
  // Roles and databases are made from the database that the admin DSN names.
  const outside = steps.filter((step) => databaseOf(step) === undefined);
  const inside = steps.filter((step) => databaseOf(step) !== undefined && sqlOf(step).length > 0);
  const blocks = blocksOf(inside, view.facts);
  const actAs = response.target === undefined ? [] : script.actAs(response.target.admin_role);
  return [
    `-- What bus operator database apply would do, for ${script.program}.`,
    ...headLines(response, view)
      .slice(1)
      .map((line) => `-- ${line}`),
    `-- deployment: ${printable(response.deployment_id)}, provider ${printable(response.provider)}`,
    ...refusals(response),
    ...(steps.length === 0 ? ['-- nothing to do'] : [...asWhom(response), '', ...script.opening, ...actAs]),
    ...outside.flatMap((step) => ['', commentOf(step), ...sqlOf(step)]),
    ...blocks.flatMap(({ name, steps: own }) => [
      '',
      ...script.connect(name),
      ...actAs,
      ...script.together(own.flatMap((step) => [commentOf(step), ...sqlOf(step)])),
    ]),
    ...leftoverLines(response, view).map((line) => (line === '' ? '' : `-- ${line}`)),
    ...afterwards(response, steps, view),
  ];
}

/** What apply would not do, or not yet. */
function refusals({ diagnostics }: Response): string[] {
  return diagnostics
    .filter(({ severity }) => severity === 'fail')
    .flatMap(({ message, remedy }) => [
      `-- apply would refuse it: ${printable(message)}`,
      ...(remedy === undefined ? [] : [`--   ${printable(remedy)}`]),
    ]);
}

function asWhom({ target }: Response): string[] {
  if (target === undefined) return [];
  const admin = printable(target.admin_role);
  return [
    `-- Run it as ${admin}, or as a superuser who acts as ${admin} by it: what it makes must belong to ${admin}.`,
  ];
}

function commentOf({ action, target, summary }: Step): string {
  return `-- ${action} ${printable(target)}: ${printable(summary)}`;
}

function afterwards({ diagnostics }: Response, steps: readonly Step[], view: View): string[] {
  // Those that the script leaves without the password that the plan has for them.
  const roles = steps.flatMap((step) => givenPassword(step, view.facts.actions) ?? []);
  const writesFiles = steps.some(({ action }) => action === 'write-dsn-file');
  if (roles.length === 0 && !writesFiles) return [];
  const why = roles.length === 0 ? 'writes the DSN files' : 'makes the passwords and writes the DSN files';
  const isAsked = (role: string) =>
    view.changingFlags.some((word, index, words) => word === role && words[index - 1] === '--rotate');
  const rotate = roles.filter((role) => !isAsked(role));
  const command = view.commandLine('apply', [
    ...view.changingFlags,
    ...allowedFlags({ allow: [], adopt: false, rotate }),
  ]);
  const [pooler] = diagnostics.filter(({ code, severity }) => code === 'pooler' && severity === 'warn');
  const first = pooler?.remedy === undefined ? [] : ['', `-- Before the next line ${printable(pooler.remedy)}.`];
  return [...first, '', `-- Then this, run where the DSN files belong, ${why}:`, `--   ${printable(command)}`];
}
