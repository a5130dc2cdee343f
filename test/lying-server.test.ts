// The built command before a server that keeps sending: the run ends in an error that names the server, long before its
// memory does.
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { authentication, message, scriptedServer } from '../packages/bus-integration-postgres/test/scripted-server.ts';
import { makeDeployment } from './deployment.ts';

const ready = message('Z', 'I');
const started = Buffer.concat([
  authentication(0),
  message('S', 'server_version\0', '18.4\0'),
  message('K', Buffer.alloc(8)),
  ready,
]);
const number = (value: number, bytes: 2 | 4) => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntBE(value, 0, bytes);
  return buffer;
};
/** The beginning of a message that says that it is 2 GB long. */
const endless = (type: string) => Buffer.concat([Buffer.from(type), number(0x7fff_ffff, 4)]);
const column = message('T', number(1, 2), 'server\0', number(0, 4), number(0, 2), number(114, 4), Buffer.alloc(8));
const wide = Buffer.alloc(1024 * 1024, 'x');
const notice = message('N', 'SNOTICE\0C00000\0M', wide.subarray(0, 20_000), '\0\0');
let names = 0;
const parameter = () => {
  names += 1;
  return message('S', `name${names}\0`, `${'x'.repeat(10_000)}\0`);
};
const row = (...fields: readonly (readonly [length: number, text: string])[]) =>
  message('D', number(fields.length, 2), ...fields.flatMap(([length, text]) => [number(length, 4), text]));

/** Writes what `next` gives for as long as the other side takes it. */
function flood(socket: Socket, next: () => Buffer): void {
  const more = () => {
    while (!socket.destroyed && socket.write(next()));
  };
  socket.on('drain', more);
  more();
}

/** Lets in whoever comes, and answers the first statement so. */
const whenAsked = (answer: (socket: Socket) => void) => (socket: Socket) => {
  socket.write(started);
  socket.once('data', () => answer(socket));
};

test.each<[what: string, script: (socket: Socket) => void, says: RegExp]>([
  [
    'a request to authenticate of 2 GB',
    (socket) => {
      socket.write(Buffer.concat([endless('R').subarray(0, 1), number(29_000, 4), number(10, 4)]));
      flood(socket, () => wide);
    },
    /a message "R" says that it is 29000 bytes long; expected 4 to 2000/,
  ],
  [
    'mechanisms without end, in pieces',
    (socket) => {
      socket.write(authentication(10, 'SCRAM-SHA-256\0\0'));
      socket.once('data', () => {
        socket.write(endless('R'));
        flood(socket, () => wide);
      });
    },
    /a message "R" says that it is 2147483647 bytes long; expected 4 to 2000/,
  ],
  [
    'notices before authentication',
    (socket) => {
      socket.write(authentication(10, 'SCRAM-SHA-256\0\0'));
      socket.once('data', () => flood(socket, () => notice));
    },
    /a message "N" came before the end of authentication/,
  ],
  [
    'parameters without end',
    (socket) => {
      socket.write(authentication(0));
      flood(socket, parameter);
    },
    /an answer is larger than 64 MiB/,
  ],
  [
    'a parameter of 2 GB',
    (socket) => {
      socket.write(Buffer.concat([authentication(0), endless('S')]));
      flood(socket, () => wide);
    },
    /a message "S" says that it is 2147483647 bytes long; expected 4 to 30000/,
  ],
  ['notices without end', whenAsked((socket) => flood(socket, () => notice)), /an answer is larger than 64 MiB/],
  [
    'rows without end',
    whenAsked((socket) => {
      socket.write(column);
      flood(socket, () => Buffer.concat(Array.from({ length: 1_000 }, () => row([1, 'x']))));
    }),
    /an answer is larger than 64 MiB/,
  ],
  [
    'a row of 2 GB',
    whenAsked((socket) => {
      socket.write(Buffer.concat([column, endless('D')]));
      flood(socket, () => wide);
    }),
    /"D" says that it is 2147483647 bytes long|an answer is larger than 64 MiB/,
  ],
  [
    'a field that begins again and again',
    whenAsked((socket) => {
      const again = Array.from({ length: 10_000 }, () => [-4, ''] as const);
      socket.write(Buffer.concat([column, row([10_000_000, 'x'.repeat(10_000_000)], ...again), ready]));
    }),
    /a field says that it is -4 bytes long/,
  ],
  [
    'an error that has no end',
    whenAsked((socket) => void socket.write(message('E', 'SERROR\0VERROR\0C42601\0Mno end\0'))),
    /an error or notice has no end/,
  ],
])(
  '%s',
  async (_, script, says) => {
    await using server = await scriptedServer(script);
    const adminDsn = `postgresql://admin:a-secret-pencil@127.0.0.1:${server.port}/postgres?sslmode=disable`;
    using deployment = makeDeployment({ adminDsn });
    const running = deployment.start(['plan'], { timeoutMs: 20_000 });
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, peakMemoryMb(running.pid) ?? 0);
    }, 20);
    const { exit, stdout, stderr } = await running.answer.finally(() => clearInterval(watch));
    expect(exit).toBe(1);
    expect(stdout + stderr).toMatch(says);
    expect(stdout + stderr).toContain(`127.0.0.1:${server.port}`);
    expect(peak).toBeGreaterThan(20);
    expect(peak).toBeLessThan(500);
  },
  30_000,
);

function peakMemoryMb(pid: number): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}
