// How long `doctor` takes beside `plan`, on a converged deployment in a git repository; interleaved, pair by pair.
import { execFileSync } from 'node:child_process';
import type { Run } from './program.ts';
import { onServer, type ProvisioningOptions } from './provisioning.ts';
import { workloads } from './workload.ts';

export interface Examination {
  readonly plan: Run[];
  readonly doctor: Run[];
}

export async function examination(options: ProvisioningOptions, rounds: number): Promise<Examination> {
  const result: Examination = { plan: [], doctor: [] };
  const workload = workloads.find(({ name }) => name === 'S');
  if (workload === undefined) throw new Error('there is no workload S');
  await onServer(workload, options, async ({ bus, folder }) => {
    execFileSync('git', ['init', '-q', folder]);
    await bus.apply();
    for (let round = 0; round < rounds; round += 1) {
      await options.calm();
      result.plan.push(await bus.plan());
      result.doctor.push(await bus.doctor());
    }
  });
  return result;
}
