// What ./.env declares where the environment's own values win over it.

import type { NameRules } from '../model/names.ts';
import type { Environment } from '../text/environment.ts';
import { type Declared, readDeclared } from './declared.ts';
import { declaringKeys, overruledNames } from './overruled-names.ts';
import { createSettings } from './settings.ts';

/** Undefined where the environment overrules nothing of it. What is wrong there declares nothing. */
export function overruledDeclared(env: Environment, rules?: NameRules): Declared | undefined {
  const values = declaringKeys.flatMap((key) => {
    const value = env[overruledNames.get(key) ?? ''];
    return value === undefined ? [] : [[key, value] as const];
  });
  if (values.length === 0) return undefined;
  return readDeclared(createSettings({ ...env, ...Object.fromEntries(values) }), rules);
}
