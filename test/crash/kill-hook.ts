// Loaded into the program under test before its own code: numbers every file system call on the DSN files and every
// network write, and ends the process by SIGKILL at one of them. Changes nothing else.
import fs from 'node:fs';
import { Socket } from 'node:net';
import { watchFileCalls } from '../file-calls.ts';
import type { Point, Watch } from './killed-run.ts';

type AnyFunction = (...values: unknown[]) => unknown;

const { directory, killAt, reportFile } = JSON.parse(process.env.CRASH_WATCH ?? '') as Watch;
// What cleans up after itself must not be counted, so it is taken before anything is replaced.
const { writeFileSync } = fs;
const points: Point[] = [];

watchFileCalls(directory, (name, subject) => pass({ kind: 'file', at: `before ${name} ${subject}` }));

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

/** Pipes to the caller are sockets too, with no address at the other end. */
function isNetwork(socket: Socket): boolean {
  return socket.remoteFamily !== undefined;
}
