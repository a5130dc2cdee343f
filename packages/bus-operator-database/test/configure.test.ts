import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessContext } from 'bus-integration-database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configure } from '../src/configure.ts';
import { flagsOf } from './examples.ts';
import { captured, environment, fakeRoot } from './fake-provider.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'operator-configure-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const roots = [
  fakeRoot(() => {
    throw new Error('nothing is asked here');
  }),
];

function read(argv: string[], env: ProcessContext['env'] = environment, more: Partial<ProcessContext> = {}) {
  const { processContext } = captured(directory, env, more);
  return configure({ flags: flagsOf('plan', ...argv), processContext, cwd: directory }, roots, 'plan');
}

const envFile = (text: string) => writeFileSync(join(directory, 'staging.env'), text, { mode: 0o600 });

describe('configure', () => {
  it('says where the keys came from', async () => {
    expect((await read([])).origin).toBe('5 keys from the environment');
    const dotenv = { path: './.env', lines: { BUS_DEPLOYMENT_ID: 1, BUS_DATABASE_NAMES: 2, PATH: 3 } };
    expect((await read([], environment, { dotenv })).origin).toBe('2 keys from ./.env, 3 from the environment');
  });

  it('judges the env file of the directory that -C names, not of the one where it was started', async () => {
    writeFileSync(join(directory, '.env'), 'BUS_FAKE_DSN=x\n', { mode: 0o640 });
    chmodSync(join(directory, '.env'), 0o640);
    const dotenv = { path: '.env', lines: { BUS_FAKE_DSN: 1 } };
    await expect(read([], environment, { dotenv, cwd: tmpdir() })).rejects.toThrow('.env is readable by group (0640)');
    chmodSync(join(directory, '.env'), 0o600);
    expect((await read([], environment, { dotenv, cwd: tmpdir() })).warnings).toEqual([]);
  });

  it('lets the values of --env-file win, and names what they override, never its value', async () => {
    envFile("BUS_DATABASE_NAMES=other\nBUS_FAKE_DSN='fake://x:s3cret@y'\nBUS_DEPLOYMENT_ID=example-dev\nNEW=1\n");
    const { configuration, env, warnings } = await read(['--env-file', 'staging.env']);
    expect(configuration.desired.lists?.databases).toEqual(['other']);
    expect(env.NEW).toBe('1');
    expect(warnings).toEqual([
      {
        severity: 'warn',
        code: 'overridden',
        message: '--env-file staging.env overrides 2 variables of the environment: BUS_DATABASE_NAMES, BUS_FAKE_DSN',
        target: 'staging.env',
      },
    ]);
    expect(JSON.stringify(warnings)).not.toMatch(/other|s3cret|hunter2/);
  });

  it('points at the line of a bad value', async () => {
    envFile('\nBUS_DATABASE_NAMES=a,,b\n');
    await expect(read(['--env-file', 'staging.env'])).rejects.toThrow(
      'BUS_DATABASE_NAMES has an empty item (staging.env:2)',
    );
  });

  it('IN-06 refuses a missing env file, and takes NODE_OPTIONS in one for text', async () => {
    await expect(read(['--env-file', 'absent.env'])).rejects.toMatchObject({ errorClass: 'invalid-request' });
    envFile('NODE_OPTIONS=--require=./evil.js\n');
    expect((await read(['--env-file', 'staging.env'])).env.NODE_OPTIONS).toBe('--require=./evil.js');
    expect(process.env.NODE_OPTIONS ?? '').not.toContain('evil');
  });

  it('IN-05 refuses a provider that the environment contradicts', async () => {
    await expect(read(['--provider', 'other'])).rejects.toThrow(
      '--provider is "other", but BUS_DATABASE_PROVIDER is "fake"',
    );
  });

  it('warns of a token that leaves this machine in plaintext', async () => {
    const codes = async (...argv: string[]) => (await read(argv)).warnings.map(({ code }) => code);
    expect(await codes('--api-url', 'http://bus.example.com', '--token-file', 't')).toContain('token-in-clear');
    expect(await codes('--api-url', 'http://[::1]:8092', '--token-file', 't')).not.toContain('token-in-clear');
    expect(await codes('--api-url', 'https://bus.example.com', '--token-file', 't')).not.toContain('token-in-clear');
    expect(await codes('--api-url', 'http://bus.example.com')).not.toContain('token-in-clear');
    for (const key of ['BUS_OPERATOR_TOKEN', 'BUS_INTERNAL_TOKEN']) {
      const { warnings } = await read(['--api-url', 'http://bus.example.com'], { ...environment, [key]: 't' });
      expect(
        warnings.map(({ code }) => code),
        key,
      ).toContain('token-in-clear');
    }
  });

  it('IN-01 tells who stands in the wrong folder', async () => {
    await expect(read([], {})).rejects.toThrow('no ./.env here and no BUS_DEPLOYMENT_ID');
    writeFileSync(join(directory, '.env'), '');
    await expect(read([], {})).rejects.toThrow('./.env was not read: only the bus dispatcher reads it');
  });
});
