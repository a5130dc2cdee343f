// What plan and status begin with: what is there, and what is to be done about it.
import { giveWay, OperationError, rotationUnfinished } from 'bus-integration-database';
import type { Session } from '../connection/connect.ts';
import type { Computed } from '../plan/intent.ts';
import { lockHolder } from '../run/lock.ts';
import { type DeploymentObservation, type ObserveOptions, observe } from './observe.ts';
import { computeProvable } from './provable.ts';

/**
 * Looks and plans; once more, where an apply at work may stand between a verifier and its files.
 *
 * @throws OperationError `locked` where one still does
 */
export async function survey(
  session: Session,
  looking: ObserveOptions,
): Promise<{ observation: DeploymentObservation; computed: Computed }> {
  for (let isAgain = false; ; isAgain = true) {
    const observation = await observe(session, looking);
    await giveWay();
    const computed = await computeProvable(looking.intent, observation, looking.run, session);
    const isInDoubt = computed.credentials.some(
      ({ refusal, findings }) =>
        refusal?.code.startsWith('password-') || findings.some(({ code }) => code === rotationUnfinished),
    );
    if (!isInDoubt || isAgain) return { observation, computed };
    const holder = await lockHolder(session, looking.intent.desired.deploymentId);
    // Who could be no apply leaves nothing in between.
    if (holder?.endingIt !== undefined) return { observation, computed };
    if (holder !== undefined) throw atWork(holder.said);
  }
}

function atWork(holder: string): OperationError {
  return new OperationError('locked', `an apply is at work, and passwords are in between: ${holder}`, {
    remedy: 'look again when it has ended',
  });
}
