// A plan's identity: equal exactly when the same steps would be done to the same target for the same deployment.
import { createHash } from 'node:crypto';
import type { Allowed, Response, Target } from '../contract/response.ts';
import type { Step } from '../contract/step.ts';

/**
 * Names a plan by what it does: a SHA-256 over deployment, target, steps and what was allowed for them, as 64
 * hexadecimal digits.
 * SQL text, summaries and states are left out, since a salt in them is random and a wording may change.
 */
export function planId(deploymentId: string, target: Target, steps: readonly Step[], allowed?: Allowed): string {
  const permitted = canonicalJson(allowed === undefined ? null : permission(allowed));
  // Step by step: one text of all would be many megabytes, which are joined at the end.
  const hash = createHash('sha256');
  hash.update(`{"allowed":${permitted},"deploymentId":${canonicalJson(deploymentId)},"steps":[`);
  let sign = '';
  for (const step of steps) {
    if (step.action === 'apply-database-plan') continue;
    hash.update(sign + canonicalJson(stepIdentity(step)));
    sign = ',';
  }
  const place = [...identityOf(target), target.host, target.port, target.database];
  return hash.update(`],"target":${canonicalJson(place)}}`).digest('hex');
}

function stepIdentity({ action, target, risk, before, after }: Step) {
  return {
    action,
    target,
    risk,
    before: before ?? null,
    // The server's version names what was found, not what would be done: a minor update leaves a plan valid.
    after: action === 'discover-provider' ? null : (after ?? null),
  };
}

/** What tells a server from all others, as its provider says it; one null where that could not be read. */
function identityOf(target: Target): readonly unknown[] {
  const values = identityValues(target);
  return values.length === 0 ? [null] : values;
}

/** The same for people: `7710971639735813047`; undefined where it could not be read. */
export function identityText(target: Target | undefined): string | undefined {
  const values = target === undefined ? [] : identityValues(target);
  return values.length === 0 ? undefined : values.map(String).join(' ');
}

function identityValues(target: Target): readonly unknown[] {
  const { host: _, port: __, database: ___, admin_role: ____, server_version: _____, ...identity } = target;
  return Object.keys(identity)
    .sort()
    .map((key) => identity[key]);
}

/**
 * Whether a saved plan's own identity still fits its content: false when somebody edited it, whatever they made of it.
 *
 * @example
 * isIntact(JSON.parse(readFileSync('plan.json', 'utf8')));
 */
export function isIntact(plan: Response): boolean {
  const { target, steps, allowed }: { target?: unknown; steps?: unknown; allowed?: unknown } = plan;
  if (allowed !== undefined && !isAllowed(allowed)) return false;
  if (!isObject(target) || !Array.isArray(steps) || !steps.every((step) => isObject(step) && nests(step, 16)))
    return false;
  return planId(plan.deployment_id, target as unknown as Target, steps, plan.allowed) === plan.plan_id;
}

/** Nothing allowed is one thing, however it is written. */
function permission({ allow, adopt, adopt_from, rotate }: Allowed) {
  const from = adopt_from === undefined || typeof adopt_from === 'string' ? adopt_from : [...adopt_from].sort();
  const said = [[...allow].sort(), adopt, from ?? null, [...rotate].sort()];
  return allow.length === 0 && !adopt && adopt_from === undefined && rotate.length === 0 ? null : said;
}

function isAllowed(value: unknown): value is Allowed {
  return (
    isObject(value) &&
    'allow' in value &&
    Array.isArray(value.allow) &&
    'rotate' in value &&
    Array.isArray(value.rotate) &&
    (!('adopt_from' in value) || typeof value.adopt_from === 'string' || Array.isArray(value.adopt_from))
  );
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** A request may nest deeper than the stack is; no step does. */
function nests(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return true;
  return levels > 0 && Object.values(value).every((item) => nests(item, levels - 1));
}

function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === '' ? '' : ','}${canonicalJson(item)}`;
    return `[${text}]`;
  }
  // A plan has thousands of these.
  for (const key of Object.keys(value).sort()) {
    const item = (value as Record<string, unknown>)[key];
    if (item !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(item)}`;
  }
  return `{${text}}`;
}
