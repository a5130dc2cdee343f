// Verify on a converged server, beside psql logging in to the same databases as the same service and trying the same.
import type { Measured, VerifyWay } from './contender.ts';
import type { Run } from './program.ts';
import { onServer, type ProvisioningOptions } from './provisioning.ts';
import type { Workload } from './workload.ts';

export interface Verifying {
  readonly psql: ReadonlyMap<VerifyWay, Run[]>;
  readonly bus: Measured[];
}

const ways: readonly VerifyWay[] = ['each-1', 'each-2', 'joined-1', 'joined-2'];

/** One server; in each round everybody once, who is first in one round last in the next. */
export async function verifying(workload: Workload, options: ProvisioningOptions): Promise<Verifying> {
  const result: Verifying = { psql: new Map(ways.map((way) => [way, []])), bus: [] };
  await onServer(workload, options, async ({ psql, bus }) => {
    await bus.apply();
    const password = bus.password();
    const runs = [
      ...ways.map((way) => async () => void result.psql.get(way)?.push(await psql.verify(workload, way, password))),
      async () => void result.bus.push(await bus.verify()),
    ];
    for (let round = 0; round < options.rounds; round += 1) {
      for (const run of round % 2 === 0 ? runs : [...runs].reverse()) {
        await options.calm();
        await run();
      }
      options.onProgress(`verify round ${round + 1} of ${options.rounds}`);
    }
  });
  return result;
}
