// Whether a saved plan is exactly what would be done now. Pure.
import { isIntact, OperationError, type Response } from 'bus-integration-database';

/** @throws OperationError `stale-plan`, saying what is different */
export function refuseStale(saved: Response, now: Response): void {
  const remedy = 'review the plan as it is now: bus operator database plan --save FILE';
  if (!isIntact(saved)) {
    throw new OperationError('stale-plan', 'the saved plan was edited: its identity does not fit its steps', {
      remedy,
    });
  }
  if (saved.deployment_id !== now.deployment_id) {
    throw new OperationError(
      'stale-plan',
      `the saved plan is for deployment ${saved.deployment_id}, this is ${now.deployment_id}`,
      { remedy },
    );
  }
  if (saved.target?.system_identifier !== now.target?.system_identifier) {
    throw new OperationError(
      'stale-plan',
      `the saved plan is for cluster ${saved.target?.system_identifier ?? 'unknown'}, this is ${now.target?.system_identifier ?? 'unknown'}`,
      { remedy },
    );
  }
  if (saved.plan_id !== now.plan_id) {
    throw new OperationError(
      'stale-plan',
      'the saved plan is not what would be done now: the server, the files or the configuration changed',
      { remedy },
    );
  }
}
