// A command that is hurt, what comes before it and after it, and how the end is judged. The harm itself comes from
// outside: a killed process, or a faulty connection.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Contents,
  contentsOf,
  problemsAtAnyInstant,
  problemsWhenConverged,
  problemsWhenUnprovable,
  told,
} from './aftermath.ts';
import { type Answer, createDeployment, type Deployment } from './deployment.ts';
import type { GroundHandle, GroundKind } from './grounds.ts';
import type { Trial } from './sweep.ts';

export interface Scenario {
  /** `apply` begins with nothing; the others begin with a deployment that stands, and rotate its service role. */
  readonly command: 'apply' | 'rotate' | 'rotate, then apply';
  readonly kind: GroundKind;
  /** Declared by a manifest, whose outputs hold several logins in one file. */
  readonly isByManifest?: boolean;
}

/** What the harm came to; `problems` are those of the hurt run itself. */
export interface Hurt {
  readonly what: string;
  readonly isHurt: boolean;
  readonly problems: readonly string[];
  /** What the hurt run answered, where it could: its advice is then what is run next. */
  readonly answer?: Answer;
  /** The files before the last run that was hurt, where that was not the first. */
  readonly before?: Contents;
  /** Takes the harm away; called when all is judged. */
  readonly end?: () => Promise<void>;
}

export type Harming = (deployment: Deployment, argv: readonly string[]) => Promise<Hurt>;

export function hurtCommand({ command }: Scenario, deployment: Deployment): readonly string[] {
  return command === 'apply' ? ['apply'] : ['apply', '--rotate', deployment.serviceRole];
}

/** A deployment as the scenario's command finds it. */
export async function begin(
  scenario: Scenario,
  { ground, provingDsn }: GroundHandle,
  name: string,
): Promise<Deployment> {
  const deployment = createDeployment(ground, name, scenario.isByManifest);
  if (scenario.command !== 'apply') {
    const answer = await deployment.run(['apply'], provingDsn);
    if (answer.exit !== 0) throw new Error(`can't prepare ${name}: ${told(answer)}`);
  }
  return deployment;
}

/** Hurts the command, looks, runs it again unhindered, and judges the end. */
export async function tryHarm(
  scenario: Scenario,
  { provingDsn }: GroundHandle,
  deployment: Deployment,
  harm: Harming,
): Promise<Trial> {
  const first = contentsOf(deployment);
  const argv = hurtCommand(scenario, deployment);
  const { what, isHurt, problems, before = first, end, answer } = await harm(deployment, argv);
  const atOnce = await problemsAtAnyInstant(deployment, before);
  const advice = answer === undefined ? undefined : adviceOf(answer, argv);
  const made = newPasswords(deployment, before);
  const untrue = answer === undefined ? [] : untruths(answer, deployment);
  const again = scenario.command === 'rotate, then apply' ? ['apply'] : (advice ?? argv);
  const rest = await (scenario.kind === 'plain admin, trust'
    ? settleUnderTrust(deployment, again, before, provingDsn)
    : settle(deployment, again));
  await end?.();
  const third =
    advice !== undefined && made.size > 0 && [...newPasswords(deployment, before)].some((one) => !made.has(one))
      ? [`yet another password was made by what the hurt run advised: ${again.join(' ')}`]
      : [];
  return {
    what,
    isHurt,
    problems: [
      ...problems,
      ...untrue,
      ...atOnce.map((problem) => `before the second run: ${problem}`),
      ...rest,
      ...third,
    ],
  };
}

/** What a run says is to be run next; its own arguments where it says nothing of that, and plain apply where all went well. */
function adviceOf({ exit, response }: Answer, argv: readonly string[]): readonly string[] {
  if (exit === 0) return ['apply'];
  const remedies = (response.diagnostics ?? []).map(({ remedy }) => remedy ?? '');
  const commands = remedies.flatMap((remedy) => /^bus operator database (apply.*)$/.exec(remedy)?.[1] ?? []);
  return commands[0]?.split(' ') ?? argv;
}

/** Passwords of the service role, in files and staged files, that were in none of them before. */
function newPasswords({ directory, files, serviceRole }: Deployment, before: Contents): Set<string> {
  const known = new Set([...before.values()].map(passwordIn));
  const own = files.filter(({ role }) => role === serviceRole);
  const names = own.flatMap(({ name }) => [name, `${name}.staged`]);
  const lines = names.map((name) => join(directory, name)).filter((path) => existsSync(path));
  const held = lines.map((path) => passwordIn(readFileSync(path, 'utf8')));
  return new Set(held.filter((password) => !known.has(password)));
}

function passwordIn(line: string): string {
  return /:([^:@]*)@/.exec(line)?.[1] ?? '';
}

/** What a run says of staged files beside what stands there. */
function untruths({ response }: Answer, { directory }: Deployment): string[] {
  const said = response.diagnostics?.find(({ code }) => code === 'what-stands')?.message;
  if (said === undefined) return [];
  const claimed = Number(/(\d+) staged files? holds?/.exec(said)?.[1] ?? 0);
  const present = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.staged')).length : 0;
  return claimed === present ? [] : [`the hurt run told of ${claimed} staged files, ${present} stand: ${said}`];
}

async function settle(deployment: Deployment, again: readonly string[], adminDsn?: string): Promise<string[]> {
  const answer = await deployment.run(again, adminDsn);
  const failed = answer.exit === 0 ? [] : [`the second run ended with exit ${answer.exit}: ${told(answer)}`];
  return [...failed, ...(await problemsWhenConverged(deployment, adminDsn))];
}

/** Without proof nothing may be put in place; by a path that proves, the same command must then finish the work. */
async function settleUnderTrust(
  deployment: Deployment,
  again: readonly string[],
  before: Contents,
  provingDsn: string,
): Promise<string[]> {
  const answer = await deployment.run(again);
  const unprovable = await problemsWhenUnprovable(deployment, before, answer);
  return [...unprovable, ...(await settle(deployment, again, provingDsn))];
}
