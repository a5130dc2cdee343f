// Whether a value is a plan, as `plan --save` wrote it. Pure.
import type { Response } from 'bus-integration-database';

export function isPlan(value: Partial<Response> | null): value is Response {
  return (
    value !== null &&
    typeof value === 'object' &&
    typeof value.plan_id === 'string' &&
    typeof value.deployment_id === 'string' &&
    typeof value.target === 'object' &&
    value.target !== null &&
    Array.isArray(value.steps) &&
    value.steps.every((step) => step !== null && typeof step === 'object') &&
    (value.allowed === undefined || isAllowed(value.allowed))
  );
}

function isAllowed(value: unknown): boolean {
  const isList = (list: unknown) => Array.isArray(list) && list.every((item) => typeof item === 'string');
  const { allow, adopt, adopt_from: from, rotate } = (value ?? {}) as Record<string, unknown>;
  const isFrom = ['string', 'undefined'].includes(typeof from) || isList(from);
  return isList(allow) && isList(rotate) && typeof adopt === 'boolean' && isFrom;
}
