// Loaded into the program under test before its own code: numbers every file system call on the DSN files and every
// network write, and ends the process by SIGKILL at one of them. Changes nothing else.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { relative, resolve, sep } from 'node:path';
import type { Point, Watch } from './killed-run.ts';

type AnyFunction = (...values: unknown[]) => unknown;

const { directory, killAt, reportFile } = JSON.parse(process.env.CRASH_WATCH ?? '') as Watch;
// What cleans up after itself must not be counted, so it is taken before anything is replaced.
const { writeFileSync } = fs;
const points: Point[] = [];
const descriptors = new Map<unknown, string>();

for (const [name, original] of Object.entries(fs)) {
  if (typeof original !== 'function' || !/^[a-z]/.test(name)) continue;
  Object.assign(fs, { [name]: counted(name, original as AnyFunction) });
}
for (const [name, original] of Object.entries(fs.promises)) {
  if (typeof original === 'function') Object.assign(fs.promises, { [name]: counted(name, original as AnyFunction) });
}
syncBuiltinESMExports();

// Every chunk goes through one of these two on its way to the system.
const wire = Socket.prototype as unknown as Record<'_write' | '_writev', AnyFunction>;
for (const name of ['_write', '_writev'] as const) {
  const original = wire[name];
  wire[name] = function (this: Socket, ...values: unknown[]) {
    if (!isNetwork(this)) return original.apply(this, values);
    pass({ kind: 'network', at: 'before a write' });
    const result = original.apply(this, values);
    pass({ kind: 'network', at: 'after a write' });
    return result;
  };
}

process.once('exit', () => writeFileSync(reportFile, JSON.stringify({ points })));

function pass(point: Point): void {
  points.push(point);
  if (points.length !== killAt && point.at !== killAt) return;
  writeFileSync(reportFile, JSON.stringify({ points }));
  process.kill(process.pid, 'SIGKILL');
}

function counted(name: string, original: AnyFunction): AnyFunction {
  const replacement = function (this: unknown, ...values: unknown[]) {
    const subject = subjectOf(values[0]);
    if (subject === undefined) return original.apply(this, values);
    pass({ kind: 'file', at: `before ${name} ${subject}` });
    const result = original.apply(this, values);
    if (name === 'openSync') descriptors.set(result, subject);
    if (name === 'closeSync') descriptors.delete(values[0]);
    return result;
  };
  return Object.assign(replacement, original);
}

/** The name, inside the directory, of what a path or descriptor stands for; undefined when it is elsewhere. */
function subjectOf(value: unknown): string | undefined {
  if (typeof value === 'number') return descriptors.get(value);
  if (typeof value !== 'string') return undefined;
  const path = resolve(value);
  if (path === directory) return '.';
  return path.startsWith(directory + sep) ? relative(directory, path) : undefined;
}

/** Pipes to the caller are sockets too, with no address at the other end. */
function isNetwork(socket: Socket): boolean {
  return socket.remoteFamily !== undefined;
}
