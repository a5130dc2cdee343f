import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OperationError } from '../../src/contract/errors.ts';
import { examineOpen, judgeSecretFile, openSecretFile, readSecretFile } from '../../src/secrets/secret-file.ts';
import { namedPipe } from '../named-pipe.ts';

const uid = process.getuid?.() ?? 0;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secret-file-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const place = (name: string) => join(folder, name);

function file(name: string, content: string | Uint8Array, mode = 0o600): string {
  writeFileSync(place(name), content);
  chmodSync(place(name), mode);
  return place(name);
}

function refusalOf(
  path: string,
  options = { uid },
): { message: string; remedy: string | undefined; errorClass: string } {
  try {
    readSecretFile(path, options);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return {
      message: error.message.replace(`${folder}/`, ''),
      remedy: error.diagnostics[0]?.remedy,
      errorClass: error.errorClass,
    };
  }
  throw new Error('nothing was refused');
}

test('the line of a private file is read, and prints as ***', () => {
  const { secret, warnings } = readSecretFile(file('good', 'postgres://u:p%20w@h/d'), { uid });
  expect(secret.reveal()).toBe('postgres://u:p%20w@h/d');
  expect(JSON.stringify({ secret })).toBe('{"secret":"***"}');
  expect(warnings).toEqual([]);
  expect(judgeSecretFile(place('good'), { uid })).toEqual([]);
});

test('IN-15 a line end is no part of the secret, blanks are', () => {
  expect(readSecretFile(file('lf', 'a b \n'), { uid }).secret.reveal()).toBe('a b ');
  expect(readSecretFile(file('crlf', 'ab\r\n'), { uid }).secret.reveal()).toBe('ab');
  expect(readSecretFile(file('read-only', 'ab', 0o400), { uid }).secret.reveal()).toBe('ab');
});

describe('IN-07 modes that let others in', () => {
  test.each([
    [0o644, 'is readable by group and others (0644)'],
    [0o640, 'is readable by group (0640)'],
    [0o604, 'is readable by others (0604)'],
    [0o620, 'is writable by group (0620)'],
    [0o666, 'is readable by group and others, writable by group and others (0666)'],
    [0o611, 'is executable by group and others (0611)'],
  ])('%s', (mode, seen) => {
    expect(refusalOf(file('open', 'hunter2', mode))).toEqual({
      message: `open ${seen}`,
      remedy: `chmod 600 ${place('open')}`,
      errorClass: 'invalid-request',
    });
  });

  test('the remedy can be copied whatever the name', () => {
    const path = file("it's open", 'hunter2', 0o644);
    const { remedy } = refusalOf(path);
    execFileSync('sh', ['-c', remedy ?? 'false']);
    expect(readSecretFile(path, { uid }).secret.reveal()).toBe('hunter2');
    expect(judgeSecretFile('-x', { uid })[0]?.remedy).toContain('./-x');
  });
});

describe('IN-08 owners', () => {
  test("somebody else's file is refused, whoever we are", () => {
    const path = file('foreign', 'hunter2');
    if (uid === 0) {
      chownSync(path, 65534, 65534);
      expect(refusalOf(path)).toMatchObject({
        message: 'foreign belongs to user 65534, expected root',
        remedy: `chown 0 ${path}`,
      });
    } else {
      expect(refusalOf(path, { uid: uid + 1 })).toMatchObject({
        message: `foreign belongs to user ${uid}, expected user ${uid + 1} or root`,
        remedy: `sudo chown ${uid + 1} ${path}`,
      });
    }
  });

  test("root's file is trusted by everybody", () => {
    const trusted = uid === 0 ? file('of-root', 'x') : '/etc/hostname';
    const findings = judgeSecretFile(trusted, { uid: uid + 1 }).map(({ message }) => message);
    expect(findings.join()).not.toContain('belongs to user 0');
  });
});

describe('what is not a regular file', () => {
  test('IN-09 a directory', () => {
    mkdirSync(place('directory'), { mode: 0o700 });
    expect(refusalOf(place('directory')).message).toBe('directory is a directory, expected a regular file');
  });

  test('IN-10 a named pipe, without waiting', () => {
    using pipe = namedPipe(place('pipe'));
    expect(refusalOf(place('pipe')).message).toBe('pipe is a named pipe, expected a regular file');
    expect(pipe.wasWaitedFor()).toBe(false);
  });

  test('a socket and a device', async () => {
    const server = createServer().listen(place('socket'));
    await new Promise((settle) => server.once('listening', settle));
    expect(refusalOf(place('socket')).message).toBe('socket is a socket or a device, expected a regular file');
    server.close();
    expect(refusalOf('/dev/null').message).toBe('/dev/null is a device, expected a regular file');
  });

  test('IN-11 a symbolic link, and IN-12 one that dangles', () => {
    file('target', 'hunter2');
    symlinkSync('target', place('link'));
    symlinkSync('nowhere', place('dangling'));
    expect(refusalOf(place('link')).message).toBe('link is a symbolic link to target; expected the file itself');
    expect(refusalOf(place('dangling')).message).toBe(
      "dangling is a symbolic link to nowhere, which doesn't exist; expected the file itself",
    );
  });

  test('a missing one', () => {
    expect(refusalOf(place('none'))).toEqual({
      message: "none doesn't exist",
      remedy: `(umask 077; cat > ${place('none')}), paste the line, end with Ctrl-D`,
      errorClass: 'not-configured',
    });
    expect(refusalOf(join(file('a-file', ''), 'x')).message).toBe(
      "a-file/x doesn't exist: part of its path is not a directory",
    );
    expect(refusalOf('a\0b').message).toBe('a\\u0000b is not a path: it holds a NUL character');
  });
});

describe('content that is not a single line', () => {
  test.each([
    ['IN-13 empty', '', 'is empty, expected one line'],
    ['IN-13 only a line end', '\n', 'is empty, expected one line'],
    ['IN-13 only blanks', '  \r\n', 'is empty, expected one line'],
    ['IN-14 two lines', 'hunter2\nhunter3', 'holds 2 lines, expected one'],
    ['IN-14 an empty second line', 'hunter2\n\n', 'holds 2 lines, expected one'],
    ['IN-14 an empty first line', '\nhunter2\n', 'holds 2 lines, expected one'],
    ['a lone carriage return', 'hunter2\rhunter3', 'holds 2 lines, expected one'],
    ['NUL', 'hunter2\0', 'holds a NUL character'],
    ['a byte order mark', '\ufeffhunter2', 'begins with a byte order mark'],
    ['Latin-1', Buffer.from('hunter2å', 'latin1'), 'holds bytes that are not valid UTF-8'],
    ['too much', 'hunter2'.repeat(10_000), 'is larger than 64 KiB, expected one line'],
  ])('%s', (_, content, seen) => {
    const { message, errorClass } = refusalOf(file('content', content));
    expect({ message, errorClass }).toEqual({ message: `content ${seen}`, errorClass: 'invalid-request' });
  });

  test('an env file with a secret in it may have many', () => {
    expect(judgeSecretFile(file('.env', 'A=1\nB=2\n'), { uid, content: 'any' })).toEqual([]);
    expect(judgeSecretFile(file('.env', 'A=1\nB=2\n', 0o644), { uid, content: 'any' })[0]).toMatchObject({
      severity: 'fail',
      remedy: `chmod 600 ${place('.env')}`,
    });
  });
});

describe('IN-16 swapped between check and use', () => {
  test('what was opened is judged and read, whatever the path names by then', () => {
    const path = file('swapped', 'the good one');
    const good = openSecretFile({ path, shownAs: path }) as number;
    renameSync(file('evil', 'the evil one', 0o644), path);
    expect(examineOpen({ path, shownAs: path }, good, { uid }, true).secret?.reveal()).toBe('the good one');
    closeSync(good);

    const evil = openSecretFile({ path, shownAs: path }) as number;
    renameSync(file('good-again', 'the good one'), path);
    expect(examineOpen({ path, shownAs: path }, evil, { uid }, true).findings[0]?.message).toContain(
      'is readable by group and others (0644)',
    );
    closeSync(evil);
  });

  test('a process that swaps as fast as it can never gets its content read', async () => {
    const path = file('race', 'good');
    const swapper = spawn(process.execPath, ['-e', swapperSource, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await new Promise((settle) => swapper.stdout.once('data', settle));
      const seen = { read: 0, refused: 0 };
      const end = performance.now() + 1000;
      while (performance.now() < end) {
        try {
          expect(readSecretFile(path, { uid }).secret.reveal()).toBe('good');
          seen.read++;
        } catch (error) {
          if (!(error instanceof OperationError)) throw error;
          seen.refused++;
        }
      }
      expect(seen.read).toBeGreaterThan(0);
      expect(seen.refused).toBeGreaterThan(0);
    } finally {
      swapper.kill();
    }
  });
});

const swapperSource = `
const fs = require('node:fs');
const path = process.argv[1];
const put = (content, mode) => {
  fs.writeFileSync(path + '.next', content, { mode });
  fs.renameSync(path + '.next', path);
};
process.umask(0);
process.stdout.write('begun');
for (;;) {
  put('evil', 0o644);
  put('good', 0o600);
  fs.symlinkSync('/etc/hostname', path + '.link');
  fs.renameSync(path + '.link', path);
  put('good', 0o600);
}
`;

test('a directory that others may write is a warning, unless it is sticky', () => {
  mkdirSync(place('shared'));
  chmodSync(place('shared'), 0o777);
  const path = file('shared/secret', 'x');
  const { secret, warnings } = readSecretFile(path, { uid });
  expect(secret.reveal()).toBe('x');
  expect(warnings).toEqual([
    {
      severity: 'warn',
      code: 'secret-file-directory',
      message: `${place('shared')}, which holds ${path}, is writable by others (0777)`,
      parts: [{ path: place('shared') }, ', which holds ', { path }, ', is writable by others (0777)'],
      target: path,
      remedy: `chmod go-w ${place('shared')}`,
      advice: [{ kind: 'command', argv: ['chmod', 'go-w', { path: place('shared') }] }],
    },
  ]);
  chmodSync(place('shared'), 0o1777);
  expect(judgeSecretFile(path, { uid })).toEqual([]);
});

test.skipIf(uid !== 0)("a service's credential as systemd lays it out is read by the service alone", () => {
  const credential = file('credential', 'postgres://u:pw@h/d', 0o440);
  chownSync(credential, 0, 0);
  expect(readSecretFile(credential, { uid: 61_000 }).warnings).toEqual([]);
  expect(refusalOf(credential, { uid: 0 }).message).toBe('credential is readable by group (0440)');
  for (const [mode, owner, group] of [
    [0o440, 0, 61_000],
    [0o440, 61_000, 0],
    [0o444, 0, 0],
    [0o460, 0, 0],
  ] as const) {
    chmodSync(credential, mode);
    chownSync(credential, owner, group);
    expect(refusalOf(credential, { uid: 61_000 }).message).toMatch(/^credential is (readable|writable)/);
  }
});

test('of a text whose last character was cut off the rest is read, of other bytes nothing', () => {
  const bytes = Buffer.from('a=1\nbücher');
  const cut = file('cut', bytes.subarray(0, bytes.indexOf('cher') - 1));
  expect(readSecretFile(cut, { uid, shownAs: 'f', holds: 'text' }).secret.reveal()).toBe('a=1\nb');
  const odd = file('odd', Buffer.concat([Buffer.from([0xff]), bytes]));
  expect(() => readSecretFile(odd, { uid, shownAs: 'f', holds: 'text' })).toThrow('not valid UTF-8');
});
