// What ./.env declares where the environment's own values win over it.

import type { DesiredNames } from '../model/desired-names.ts';
import type { DesiredRules } from '../model/desired-state.ts';
import type { Environment } from '../text/environment.ts';
import { readNames } from './declared.ts';
import { declaringKeys, overruledNames } from './overruled-names.ts';
import { createSettings } from './settings.ts';

/** Undefined where the environment overrules nothing of it. */
export function overruledDeclared(
  env: Environment,
  deploymentId: string,
  rules?: DesiredRules,
): DesiredNames | undefined {
  const values = declaringKeys.flatMap((key) => {
    const value = env[overruledNames.get(key) ?? ''];
    return value === undefined ? [] : [[key, value] as const];
  });
  if (values.length === 0) return undefined;
  return readNames(createSettings({ ...env, ...Object.fromEntries(values) }), deploymentId, rules);
}
