// How long another command takes beside `plan`, on a converged deployment in a git repository; interleaved, pair by pair.
import { execFileSync } from 'node:child_process';
import type { Bus } from './contender.ts';
import type { Run } from './program.ts';
import { onServer, type ProvisioningOptions } from './provisioning.ts';
import { workloads } from './workload.ts';

/** What is asked of a whole deployment, and of which workload. */
const examined = { doctor: 'S', report: 'M' } as const satisfies Partial<Record<keyof Bus, string>>;

export interface Examination {
  readonly command: keyof typeof examined;
  readonly databases: number;
  readonly plan: Run[];
  readonly other: Run[];
}

export async function examination(
  command: keyof typeof examined,
  options: ProvisioningOptions,
  rounds: number,
): Promise<Examination> {
  const workload = workloads.find(({ name }) => name === examined[command]);
  if (workload === undefined) throw new Error(`there is no workload ${examined[command]}`);
  const result: Examination = { command, databases: workload.databases.length, plan: [], other: [] };
  await onServer(workload, options, async ({ bus, folder }) => {
    execFileSync('git', ['init', '-q', folder]);
    await bus.apply();
    for (let round = 0; round < rounds; round += 1) {
      await options.calm();
      result.plan.push(await bus.plan());
      result.other.push(await bus[command]());
    }
  });
  return result;
}
