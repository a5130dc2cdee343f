// One pass over the settings in an environment: hands values out and gathers everything that is wrong with them.
// Never shows a value that may hold a secret.

import { OperationError } from '../contract/errors.ts';
import { advise, type Remedy } from '../contract/remedy.ts';
import type { Diagnostic } from '../contract/response.ts';
import { tooLong } from '../model/bounds.ts';
import type { Environment } from '../text/environment.ts';
import { readList } from '../text/list.ts';
import { printable } from '../text/printable.ts';

export interface ConfigurationProblem {
  readonly key: string;
  readonly code:
    | 'missing-key'
    | 'wrong-directory'
    | 'unknown-key'
    | 'empty-key'
    | 'invalid-value'
    | 'conflict'
    | 'not-supported'
    | 'invalid-name'
    | 'too-many';
  readonly message: string;
  readonly remedy: Remedy;
}

export interface SettingsReader {
  /** A key's value; undefined when it isn't set. Set but empty is a problem, and then undefined too. */
  readonly value: (key: string) => string | undefined;
  /** As `value`, but silent about an empty one. */
  readonly peek: (key: string) => string | undefined;
  readonly isSet: (key: string) => boolean;
  /** Items with commas or white space between them; an empty item, a `;` or too many are a problem. Undefined when there is none. */
  readonly list: (key: string) => readonly string[] | undefined;
  /** A file or directory, as written; a URL, or a `~` or `$NAME` that only a shell expands, is a problem. */
  readonly path: (key: string) => string | undefined;
  /** One of a few words, any other is a problem; any word when the words aren't known. */
  readonly choice: (key: string, words: readonly string[] | undefined) => string | undefined;
  readonly refuse: (problem: ConfigurationProblem) => void;
  readonly warn: (code: string, key: string, message: string, remedy?: string) => void;
  /** ` (.env:4)`, or nothing when where the key comes from isn't known. */
  readonly where: (key: string) => string;
  readonly problems: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
}

/**
 * Settings over an environment; `sourceOf` tells which file and line a key comes from.
 *
 * @example
 * createSettings({ A: 'x, y z' }).list('A'); // ['x', 'y', 'z']
 */
export function createSettings(
  env: Environment,
  sourceOf: (key: string) => string | undefined = () => undefined,
): SettingsReader {
  const problems: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  const where = (key: string) => {
    const source = sourceOf(key);
    return source === undefined ? '' : ` (${printable(source)})`;
  };
  const refuse = ({ key, code, message, remedy }: ConfigurationProblem) => {
    problems.push({
      severity: 'fail',
      code,
      message: message + where(key),
      target: key,
      ...advise(remedy),
    });
  };
  const isSet = (key: string) => Object.hasOwn(env, key) && env[key] !== undefined;
  const peek = (key: string) => (isSet(key) ? env[key] || undefined : undefined);
  const value = (key: string) => {
    if (isSet(key) && env[key] === '') {
      refuse({ key, code: 'empty-key', message: `${key} is empty`, remedy: `give ${key} a value, or unset it` });
    }
    return peek(key);
  };
  const list = (key: string) => {
    const text = value(key);
    if (text === undefined) return undefined;
    const { items, fault } = readList(text);
    if (fault !== undefined)
      refuse({ key, code: 'invalid-value', message: `${key} ${fault.seen}`, remedy: fault.remedy });
    else if (items.length === 0)
      refuse({ key, code: 'empty-key', message: `${key} is empty`, remedy: `give ${key} a value, or unset it` });
    const why = tooLong(key, items);
    if (why === undefined) return items;
    // What else is wrong with so many is not told: each item could be a problem.
    refuse({ key, code: 'too-many', message: why, remedy: 'split it into several deployments' });
    return undefined;
  };
  const warn = (code: string, key: string, message: string, remedy?: string) => {
    warnings.push({
      severity: 'warn',
      code,
      message: message + where(key),
      target: key,
      ...(remedy !== undefined && { remedy }),
    });
  };
  const path = (key: string) => {
    const written = value(key);
    const fault = written === undefined ? undefined : pathFault(written);
    if (fault === undefined) return written;
    refuse({ key, code: 'invalid-value', message: `${key} ${fault.seen}`, remedy: fault.remedy });
    return undefined;
  };
  const choice = (key: string, words: readonly string[] | undefined) => {
    const word = value(key);
    if (word === undefined || words === undefined || words.includes(word)) return word;
    const message = `${key} is ${shownValue(word)}, expected ${words.join(', ')}`;
    refuse({ key, code: 'invalid-value', message, remedy: `set ${key} to one of them, or unset it` });
    return undefined;
  };
  return { value, peek, isSet, list, path, choice, refuse, warn, where, problems, warnings };
}

/** A setting's value as a message may show it: short, without raw control characters, and no part of a URL or DSN. */
export function shownValue(value: string): string {
  if (/:\/\/|@|password/i.test(value)) return '(a value that is not shown: it looks like a DSN)';
  return `"${printable(value.length > 80 ? `${value.slice(0, 77)}…` : value)}"`;
}

/**
 * A key's value as a path.
 *
 * @throws OperationError `invalid-request` when it can be none, or holds what only a shell expands
 */
export function requirePath(key: string, path: string): string {
  const fault = pathFault(path);
  if (fault === undefined) return path;
  throw new OperationError('invalid-request', `${key} ${fault.seen}`, {
    code: 'invalid-value',
    target: key,
    remedy: fault.remedy,
  });
}

/** Why a text can be no path, or holds what only a shell expands; undefined when it is one. */
export function pathFault(path: string): { seen: string; remedy: string } | undefined {
  if (path.includes('\0')) return { seen: 'holds a NUL character, which no path can', remedy: 'write the path alone' };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) {
    return { seen: 'holds a URL (not shown), expected a path', remedy: 'name a file' };
  }
  if (path.startsWith('~'))
    return { seen: 'begins with ~, which only a shell expands', remedy: 'write the whole path' };
  if (/\$(?:[A-Za-z_]|\{|\()/.test(path))
    return { seen: 'holds a $, which only a shell expands', remedy: 'write the whole path' };
  return undefined;
}
