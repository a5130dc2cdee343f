// A plan's identity: equal exactly when the same steps would be done to the same target for the same deployment.
import { createHash } from 'node:crypto';
import type { Response, Target } from './response.ts';
import type { Step } from './step.ts';

/**
 * Names a plan by what it does: a SHA-256 over deployment, target and steps, as 64 hexadecimal digits.
 * SQL text, summaries and states are left out, since a salt in them is random and a wording may change.
 */
export function planId(deploymentId: string, target: Target, steps: readonly Step[]): string {
  const identity = {
    deploymentId,
    target: [target.system_identifier ?? null, target.host, target.port, target.database],
    steps: steps
      .filter((step) => step.action !== 'apply-database-plan')
      .map(({ action, target, risk, before, after }) => ({
        action,
        target,
        risk,
        before: before ?? null,
        // The server's version names what was found, not what would be done: a minor update leaves a plan valid.
        after: action === 'discover-provider' ? null : (after ?? null),
      })),
  };
  return createHash('sha256').update(canonicalJson(identity)).digest('hex');
}

/** Whether a saved plan's own identity still fits its content: false when somebody edited it. */
export function isIntact(plan: Response): boolean {
  return (
    plan.target !== undefined &&
    plan.plan_id !== undefined &&
    planId(plan.deployment_id, plan.target, plan.steps) === plan.plan_id
  );
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
