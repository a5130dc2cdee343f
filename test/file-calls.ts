// Loaded into a program under test before its own code: tells every file system call on the DSN files before it is made,
// however they are named. Changes nothing itself.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { relative, resolve, sep } from 'node:path';

type AnyFunction = (...values: unknown[]) => unknown;

/** Calls `onCall` with the function's name and the file's name inside the directory, `.` for itself; it may throw. */
export function watchFileCalls(directory: string, onCall: (name: string, subject: string) => void): void {
  const descriptors = new Map<unknown, string>();
  for (const [name, original] of Object.entries(fs)) {
    if (typeof original !== 'function' || !/^[a-z]/.test(name)) continue;
    Object.assign(fs, { [name]: watched(name, original as AnyFunction) });
  }
  for (const [name, original] of Object.entries(fs.promises)) {
    if (typeof original === 'function') Object.assign(fs.promises, { [name]: watched(name, original as AnyFunction) });
  }
  syncBuiltinESMExports();

  function watched(name: string, original: AnyFunction): AnyFunction {
    const replacement = function (this: unknown, ...values: unknown[]) {
      const subject = subjectOf(values[0]);
      if (subject === undefined) return original.apply(this, values);
      onCall(name, subject);
      const result = original.apply(this, values);
      if (name === 'openSync') descriptors.set(result, subject);
      if (name === 'closeSync') descriptors.delete(values[0]);
      return result;
    };
    return Object.assign(replacement, original);
  }

  /** What a path or descriptor stands for; undefined when it is elsewhere. */
  function subjectOf(value: unknown): string | undefined {
    if (typeof value === 'number') return descriptors.get(value);
    if (typeof value !== 'string') return undefined;
    const [, held, name = '.'] = /^\/proc\/self\/fd\/(\d+)(?:\/(.+))?$/.exec(value) ?? [];
    if (held !== undefined) return descriptors.get(Number(held)) === '.' ? name : undefined;
    const path = resolve(value);
    if (path === directory) return '.';
    return path.startsWith(directory + sep) ? relative(directory, path) : undefined;
  }
}
