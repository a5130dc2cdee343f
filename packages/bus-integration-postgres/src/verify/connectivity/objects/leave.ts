// The statement that takes a membership. Pure.
import { identifier } from '../../../text/sql-text.ts';
import type { PassedOn } from './declared-objects.ts';

/** From 16 on a superuser takes what its first one granted, unless the statement names who did. */
export function leave({ group, holder, grantor }: Omit<PassedOn, 'isMember'>, what = ''): string {
  const by = grantor === null ? '' : ` GRANTED BY ${identifier(grantor)}`;
  return `REVOKE ${what}${identifier(group)} FROM ${identifier(holder)}${by};`;
}
