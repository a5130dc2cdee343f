// What a plan is allowed, as the flags that say so. Pure.

import type { Allowed } from '../contract/response.ts';
import { adoptedFrom } from './adopt-from.ts';

/**
 * Flags of `plan` and `apply`, not yet quoted for a shell.
 *
 * @example
 * allowedFlags({ allow: ['revoke', 'grant'], adopt: true, rotate: ['app'] });
 * // ['--allow', 'revoke,grant', '--adopt', '--rotate', 'app']
 */
export function allowedFlags({ allow, adopt, adopt_from, rotate }: Allowed): string[] {
  return [
    ...(allow.length === 0 ? [] : ['--allow', allow.join(',')]),
    ...(adopt ? ['--adopt'] : []),
    ...adoptedFrom(adopt_from).flatMap((id) => flag('--adopt-from', id)),
    ...rotate.flatMap((role) => flag('--rotate', role)),
  ];
}

/** A value that begins with a hyphen would be taken for a flag. */
function flag(name: string, value: string): string[] {
  return value.startsWith('-') ? [`${name}=${value}`] : [name, value];
}
