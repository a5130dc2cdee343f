// The executables for other machines, as far as this one can judge them: what kind of file each is, that the signature of the one
// for macOS on arm64 holds for what is in it, and, where qemu and an arm64 C library are installed, that the one for Linux arm64 works.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startServer } from 'embedded';
import { describe, expect, test } from 'vitest';
import { version } from '../packages/bus-operator-database/src/command-line/version.ts';
import { makeDeployment } from './deployment.ts';
import { executables } from './programs.ts';

const release = dirname(executables ?? '/none/bin');
const fileFor = (platform: string) => join(release, `bus-operator-database-${platform}`);
const isMade = (platform: string) => executables !== undefined && existsSync(fileFor(platform));
const emulator = onPath('qemu-aarch64-static') ?? onPath('qemu-aarch64');
/** Debian's libc6-arm64-cross. */
const libraries = process.env.QEMU_LD_PREFIX ?? '/usr/aarch64-linux-gnu';
const isEmulated = emulator !== undefined && existsSync(join(libraries, 'lib/ld-linux-aarch64.so.1'));

const kinds = [
  { platform: 'linux-x64', machine: 0x3e },
  { platform: 'linux-arm64', machine: 0xb7 },
  { platform: 'darwin-x64', machine: 0x0100_0007 },
  { platform: 'darwin-arm64', machine: 0x0100_000c },
];
const missing = kinds.map(({ platform }) => platform).filter((platform) => !isMade(platform));
if (missing.length > 0)
  console.log(
    `executables for other machines: skipped: ${missing.join(', ')}: ${executables === undefined ? 'tried by npm run test:executable alone' : 'not made (npm run package makes all)'}`,
  );
if (isMade('linux-arm64') && !isEmulated)
  console.log(
    'the executable for Linux arm64: not run: no emulator (Debian: apt-get install qemu-user-static libc6-arm64-cross)',
  );

describe.each(kinds.filter(({ platform }) => isMade(platform)))('$platform', ({ platform, machine }) => {
  test('is an executable of its system and processor, with ours inside', () => {
    const content = readFileSync(fileFor(platform));
    const isLinux = platform.startsWith('linux');
    expect(content.subarray(0, 4).toString('hex')).toBe(isLinux ? '7f454c46' : 'cffaedfe');
    expect(isLinux ? content.readUInt16LE(18) : content.readUInt32LE(4)).toBe(machine);
    // 2: an executable, for both.
    expect(isLinux ? content.readUInt16LE(16) : content.readUInt32LE(12)).toBe(2);
    expect(content.includes('bus operator database')).toBe(true);
  });

  // macOS asks for one on arm64 alone; the other has what is left of the runtime's, docs/executable.md says what to do.
  if (platform !== 'darwin-arm64') return;
  test('has a signature that holds for each of its pages', () => {
    const content = readFileSync(fileFor(platform));
    const directory = codeDirectory(content);
    // https://opensource.apple.com/source/xnu: bsd/sys/codesign.h and osfmk/kern/cs_blobs.h
    const [hashOffset, slots, limit] = [16, 28, 32].map((at) => directory.readUInt32BE(at)) as [number, number, number];
    const isAdHoc = (directory.readUInt32BE(12) & 0x2) !== 0;
    const [hashSize, hashType, , pageBits] = directory.subarray(36, 40) as unknown as [number, number, number, number];
    expect({ isAdHoc, hashSize, hashType }).toEqual({ isAdHoc: true, hashSize: 32, hashType: 2 });
    const pageSize = 2 ** pageBits;
    expect(slots).toBe(Math.ceil(limit / pageSize));
    const wrong = Array.from({ length: slots }, (_, slot) => slot).filter((slot) => {
      const page = content.subarray(slot * pageSize, Math.min(limit, (slot + 1) * pageSize));
      const at = hashOffset + slot * hashSize;
      return !createHash('sha256')
        .update(page)
        .digest()
        .equals(directory.subarray(at, at + hashSize));
    });
    expect(wrong).toEqual([]);
  });
});

test.skipIf(!isMade('linux-arm64') || !isEmulated)(
  'the one for Linux arm64 plans, applies, and verifies, emulated',
  { timeout: 600_000 },
  async () => {
    await using server = await startServer();
    using deployment = makeDeployment({ adminDsn: server.dsn() });
    deployment.write(
      'all.env',
      Object.entries(deployment.keys)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    );
    const run = (...args: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync(
        emulator ?? '',
        ['-L', libraries, '-0', 'bus-operator-database', fileFor('linux-arm64'), ...args],
        { cwd: deployment.directory, env: { PATH: '/usr/bin:/bin', HOME: deployment.directory }, encoding: 'utf8' },
      );
      return { status, said: stdout + stderr };
    };
    expect(run('--version')).toEqual({ status: 0, said: `bus-operator-database ${version}\n` });
    for (const args of [['plan'], ['apply'], ['verify'], ['plan', '--check']]) {
      const { status, said } = run(...args, '--env-file', 'all.env');
      expect(status, said).toBe(0);
    }
  },
);

/** The part of a Mach-O file that says what its pages have to be. */
function codeDirectory(content: Buffer): Buffer {
  let at = 32;
  for (let left = content.readUInt32LE(16); left > 0; left -= 1) {
    const [command, size] = [content.readUInt32LE(at), content.readUInt32LE(at + 4)];
    // LC_CODE_SIGNATURE
    if (command === 0x1d) {
      const signature = content.subarray(content.readUInt32LE(at + 8));
      expect(signature.readUInt32BE(0).toString(16)).toBe('fade0cc0');
      for (let index = 0; index < signature.readUInt32BE(8); index += 1) {
        const part = signature.subarray(signature.readUInt32BE(16 + index * 8));
        if (part.readUInt32BE(0) === 0xfade0c02) return part.subarray(0, part.readUInt32BE(4));
      }
    }
    at += size;
  }
  throw new Error('it has no signature');
}

function onPath(name: string): string | undefined {
  try {
    return execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}
