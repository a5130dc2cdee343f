// What is wrong with a value that a schema refused, in words: where, and what was expected. Repeats nothing of the value
// but the names of keys that are unknown. Pure.
import type * as z from 'zod/mini';
import { printable } from './printable.ts';

export interface SchemaFault {
  /** `credentials.admin_dsn_file`; empty for the value as a whole. */
  readonly path: string;
  readonly why: string;
}

/**
 * Every fault that a schema found in a value.
 *
 * @example
 * schemaFaults([{ code: 'invalid_type', expected: 'boolean', path: ['dry_run'] }], { dry_run: 'yes' });
 * // [{ path: 'dry_run', why: 'expected true or false' }]
 */
export function schemaFaults(issues: readonly z.core.$ZodIssue[], value: unknown): readonly SchemaFault[] {
  return issues.map((issue) => ({
    path: issue.path.map(String).join('.'),
    why: `${isMissing(issue.path, value) ? 'missing, ' : ''}${expectation(issue)}`,
  }));
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `unknown key: ${issue.keys.slice(0, 5).map(shownKey).join(', ')}${issue.keys.length > 5 ? ', …' : ''}`;
    case 'invalid_type':
      return `expected ${types[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `expected ${issue.values.map((one) => JSON.stringify(one)).join(' or ')}`;
    case 'too_small':
      return issue.origin === 'array' ? 'expected one or more' : 'expected a text that is not empty';
    case 'too_big':
      return `expected at most ${issue.maximum} ${issue.origin === 'array' ? 'items' : 'characters'}`;
    case 'invalid_format':
      return issue.format === 'datetime'
        ? 'expected a time like 2026-01-31T12:00:00Z'
        : `expected what fits ${issue.pattern ?? issue.format}`;
    default:
      return issue.message;
  }
}

function shownKey(key: string): string {
  return printable(key.length > 60 ? `${key.slice(0, 60)}…` : key);
}

const types: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  string: 'a text',
  array: 'a list',
  object: 'an object',
  number: 'a number',
};

function isMissing(path: readonly PropertyKey[], value: unknown): boolean {
  let at = value;
  for (const key of path) {
    if (at === null || typeof at !== 'object') return false;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return path.length > 0 && at === undefined;
}
