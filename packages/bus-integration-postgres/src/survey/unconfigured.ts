// What a request declares beyond what this process is configured for: status and verify, which declare nothing, don't see
// it. Pure.
import type { Declaration, Diagnostic } from 'bus-integration-database';
import { someNames } from '../text/bounded.ts';

/**
 * A warning that names what only the request declares; none from the command line, whose requests are its configuration.
 *
 * @example
 * unconfigured({ databases: ['app', 'more'], … }, configuredDeclaration(configuration))[0]?.code; // 'not-configured-here'
 */
export function unconfigured(asked: Declaration, configured: Declaration): readonly Diagnostic[] {
  const beyond = Object.entries(keys).flatMap(([kind, key]) => {
    const names = asked[kind as UndeclaredKind].filter((name) => !configured[kind as UndeclaredKind].includes(name));
    return names.length === 0 ? [] : [{ key, text: `${kind} ${someNames(names)}` }];
  });
  if (beyond.length === 0) return [];
  return [
    {
      severity: 'warn',
      code: 'not-configured-here',
      message: `only this request declares ${beyond.map(({ text }) => text).join('; ')}: status and verify don't look there`,
      remedy: `set ${beyond.map(({ key }) => key).join(' and ')} where the worker or API runs`,
    },
  ];
}

const keys = {
  databases: 'BUS_DATABASE_NAMES',
  roles: 'BUS_DATABASE_ROLE_NAMES',
  schemas: 'BUS_DATABASE_SCHEMAS',
} as const;

type UndeclaredKind = keyof typeof keys;
