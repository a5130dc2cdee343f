// A command that is hurt, what comes before it and after it, and how the end is judged. The harm itself comes from
// outside: a killed process, or a faulty connection.
import {
  type Contents,
  contentsOf,
  problemsAtAnyInstant,
  problemsWhenConverged,
  problemsWhenUnprovable,
  told,
} from './aftermath.ts';
import { createDeployment, type Deployment } from './deployment.ts';
import type { GroundHandle, GroundKind } from './grounds.ts';
import type { Trial } from './sweep.ts';

export interface Scenario {
  /** `apply` begins with nothing; the others begin with a deployment that stands, and rotate its service role. */
  readonly command: 'apply' | 'rotate' | 'rotate, then apply';
  readonly kind: GroundKind;
}

/** What the harm came to; `problems` are those of the hurt run itself. */
export interface Hurt {
  readonly what: string;
  readonly isHurt: boolean;
  readonly problems: readonly string[];
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
  const deployment = createDeployment(ground, name);
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
  const { what, isHurt, problems, before = first, end } = await harm(deployment, argv);
  const atOnce = await problemsAtAnyInstant(deployment, before);
  const again = scenario.command === 'rotate, then apply' ? ['apply'] : argv;
  const rest = await (scenario.kind === 'plain admin, trust'
    ? settleUnderTrust(deployment, again, before, provingDsn)
    : settle(deployment, again));
  await end?.();
  return {
    what,
    isHurt,
    problems: [...problems, ...atOnce.map((problem) => `before the second run: ${problem}`), ...rest],
  };
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
