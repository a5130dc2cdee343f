// A plan for people: target, what was found, what would be done by database, how many, what to do next.
import {
  adoptedFrom,
  count,
  isMutating,
  isOfAction,
  printable,
  type Response,
  type Risk,
  type Step,
} from 'bus-integration-database';
import { timeText } from '../command-line/figures.ts';
import { noLink } from './hyperlink.ts';
import { leftoverLines } from './text-leftovers.ts';
import { leadLines, stepLines } from './text-step.ts';
import { headLines, onwardLines, paragraph, type View, verdictLines } from './view.ts';

/** The answer to `plan` and, with a note that says so, to `apply --dry-run`. */
export function planText(response: Response, view: View, notes: readonly string[] = []): string[] {
  const failures = response.diagnostics.filter(({ severity }) => severity === 'fail');
  const mutating = response.steps.filter(isMutating);
  if (response.ok && mutating.length === 0)
    return [...headLines(response, view), ...notes, ...nothingToDo(response, view)];
  return [
    ...headLines(response, view),
    ...notes,
    ...deploymentLines(response),
    '',
    ...leadLines(response.steps, view),
    ...(mutating.length > 0 ? ['', ...stepLines(response.steps, view), '', countLine(mutating)] : ['']),
    ...leftoverLines(response, view),
    ...verdictLines(failures, refusalLabel(response), view),
    ...(response.ok ? [...savedLines(view), ...onwardLines(response, applyCommand(view), view, planFlags(view))] : []),
  ];
}

/** `nothing to do: 1 role, 4 databases, 4 files are as declared (checked in 0.2 s)`. */
export function nothingToDo(response: Response, view: View): string[] {
  const computed = response.steps.find((step) => isOfAction(step, 'compute-database-plan'))?.after;
  const things =
    computed === undefined
      ? 'all is as declared'
      : `${count(computed.roles, 'role')}, ${count(computed.databases, 'database')}, ${count(computed.dsn_files, 'file')} are as declared`;
  const time = response.elapsed_ms === undefined ? '' : ` (checked in ${timeText(response.elapsed_ms)})`;
  return [
    ...(view.verbosity > 0 ? [...deploymentLines(response), ...leadLines(response.steps, view)] : []),
    `nothing to do: ${things}${time}`,
    ...leftoverLines(response, view),
    ...savedLines(view),
  ];
}

/** Whose plan it is, and what was allowed for it. */
export function deploymentLines({ deployment_id, provider, allowed }: Response): string[] {
  const words = [
    ...(allowed?.allow ?? []),
    ...(allowed?.adopt ? ['adopting what carries no mark'] : []),
    ...adoptedFrom(allowed?.adopt_from).map((id) => `adopting from ${id}`),
    ...(allowed?.rotate ?? []).map((role) => `a new password for ${role}`),
  ];
  return [
    `deployment: ${printable(deployment_id)}, provider ${printable(provider)}`,
    ...(words.length === 0 ? [] : paragraph('allowed: ', words.join(', '))),
  ];
}

/** How a response's failures are introduced: a refusal is no failure of the run. */
export function refusalLabel({ error_class }: Response): string {
  return error_class === 'unsafe' || error_class === 'not-ours' || error_class === 'stale-plan' ? 'refused' : 'failed';
}

function countLine(steps: readonly Step[]): string {
  const of = (...risks: Risk[]) => steps.filter(({ risk }) => risks.includes(risk)).length;
  const counts = [
    [of('update'), 'to update'],
    [of('rotate'), 'to rotate'],
    [of('weaken-tls'), 'to weaken TLS'],
    [of('elevate'), 'to elevate'],
    [of('revoke'), 'to revoke'],
    [of('destructive'), 'to drop'],
  ] as const;
  const others = counts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  const rest = others.length === 0 ? '0 to update, revoke or drop' : others.join(', ');
  return `${count(of('create', 'grant'), 'step')} to create or grant; ${rest}`;
}

function savedLines({ savedTo, link = noLink }: View): string[] {
  return savedTo === undefined ? [] : [`saved: ${link(printable(savedTo), savedTo)}`];
}

/** Those that make this plan again. */
function planFlags({ changingFlags, savedTo }: View): string[] {
  return [...changingFlags, ...(savedTo === undefined ? [] : ['--save', savedTo])];
}

function applyCommand({ commandLine, savedTo, changingFlags }: View): string {
  return savedTo === undefined ? commandLine('apply', changingFlags) : commandLine('apply', ['--plan', savedTo]);
}
