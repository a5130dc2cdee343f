import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { preparePrivateFile } from '../../src/output/private-file.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'private-file-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const own = { what: 'ours', isOurs: () => true };

describe('preparePrivateFile', () => {
  it('makes a file that only its owner may read', async () => {
    const path = join(directory, 'plan.json');
    const file = await preparePrivateFile(path, './plan.json', own);
    await file.write('{}\n');
    expect(readFileSync(path, 'utf8')).toBe('{}\n');
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['plan.json']);
  });

  it('replaces a file that others may read by one that they may not', async () => {
    const path = join(directory, 'plan.json');
    writeFileSync(path, 'old', { mode: 0o644 });
    const file = await preparePrivateFile(path, './plan.json', own);
    expect(readFileSync(path, 'utf8')).toBe('old');
    await file.write('new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
  });

  it('makes nothing before it is written, and leaves nothing behind when that fails', async () => {
    const path = join(directory, 'plan.json');
    const file = await preparePrivateFile(path, './plan.json', own);
    expect(readdirSync(directory)).toEqual([]);
    mkdirSync(path);
    await expect(file.write('{}')).rejects.toThrow("./plan.json can't be written (a directory, expected a file)");
    expect(readdirSync(directory)).toEqual(['plan.json']);
  });

  it('never goes through a symbolic link, neither one that is there nor one that appears', async () => {
    const victim = join(directory, 'victim');
    writeFileSync(victim, 'precious');
    const path = join(directory, 'link');
    symlinkSync(victim, path);
    await expect(preparePrivateFile(path, './link', own)).rejects.toThrow('./link is a symbolic link, expected a file');
    const late = join(directory, 'late');
    const file = await preparePrivateFile(late, './late', own);
    symlinkSync(victim, late);
    await file.write('plan');
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(lstatSync(late).isFile()).toBe(true);
  });

  it('says why a file cannot be written', async () => {
    await expect(preparePrivateFile(join(directory, 'no', 'plan'), './no/plan', own)).rejects.toThrow(
      "./no/plan can't be written (its directory does not exist)",
    );
    mkdirSync(join(directory, 'd'));
    await expect(preparePrivateFile(join(directory, 'd'), './d', own)).rejects.toThrow(
      './d is a directory, expected a file',
    );
    writeFileSync(join(directory, 'f'), '');
    await expect(preparePrivateFile(join(directory, 'f', 'x'), './f/x', own)).rejects.toThrow(
      'its directory is not a directory',
    );
  });

  it('takes a name of 255 bytes, and says of a longer one that it is too long', async () => {
    const name = '日'.repeat(85);
    const file = await preparePrivateFile(join(directory, name), name, own);
    await file.write('x');
    expect(readdirSync(directory)).toEqual([name]);
    await expect(preparePrivateFile(join(directory, `${name}x`), 'long', own)).rejects.toThrow(
      "long can't be written (its name is too long; expected at most 255 bytes)",
    );
  });

  it('writes to an open descriptor where it stands, without touching what is there', async () => {
    const path = join(directory, 'log');
    const descriptor = openSync(path, 'w');
    writeSync(descriptor, 'before\n');
    await (await preparePrivateFile(`/proc/self/fd/${descriptor}`, 'fd', own)).write('plan\n');
    writeSync(descriptor, 'after\n');
    closeSync(descriptor);
    expect(readFileSync(path, 'utf8')).toBe('before\nplan\nafter\n');
  });

  it('writes to a named pipe that somebody reads, and gives up on one that nobody does', {
    timeout: 20_000,
  }, async () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reader = spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'inherit'] });
    const read = text(reader.stdout);
    const long = 'x'.repeat(300_000);
    await (await preparePrivateFile(pipe, './pipe', own)).write(long);
    expect(await read).toBe(long);
    const unread = await preparePrivateFile(pipe, './pipe', own);
    await expect(unread.write('x')).rejects.toThrow("./pipe can't be written (nobody reads it)");
  });

  it('writes to a device as it is', async () => {
    await (await preparePrivateFile('/dev/null', '/dev/null', own)).write('gone');
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
    const full = await preparePrivateFile('/dev/full', '/dev/full', own);
    await expect(full.write('x')).rejects.toThrow("/dev/full can't be written (the disk is full)");
  });
});
