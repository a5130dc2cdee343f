// Trials of one scenario, some at once: each lane has deployments of its own, so that none sees another's.
import type { Deployment } from './deployment.ts';
import type { GroundHandle } from './grounds.ts';
import { begin, type Harming, type Scenario, tryHarm } from './scenario.ts';
import type { Trial } from './sweep.ts';

export interface Lanes extends AsyncDisposable {
  /** Does one trial in a lane that has no other one going on. */
  tryIn(lane: number, harm: Harming): Promise<Trial>;
}

/** `prefix` begins the names of everything made. */
export function createLanes(scenario: Scenario, handle: GroundHandle, prefix: string): Lanes {
  const standing = new Map<number, Deployment>();
  let made = 0;
  const leave = async (deployment: Deployment) => {
    await deployment.drop();
    deployment[Symbol.dispose]();
  };
  return {
    tryIn: async (lane, harm) => {
      made += 1;
      const deployment = standing.get(lane) ?? (await begin(scenario, handle, `${prefix}_${made}`));
      standing.delete(lane);
      const trial = await tryHarm(scenario, handle, deployment, harm);
      // A rotation that ended well leaves what the next one begins with; a first apply needs an empty server.
      if (scenario.command === 'apply' || trial.problems.length > 0) await leave(deployment);
      else standing.set(lane, deployment);
      return trial;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...standing.values()].map(leave));
    },
  };
}
