import { describe, expect, it } from 'vitest';
import { clockCheck, collationChecks, tlsCheck, versionCheck } from '../../src/doctor/server.ts';

describe('clockCheck', () => {
  it.each([
    ['the same', { clockMs: 1_000_000, askedMs: 999_990, answeredMs: 1_000_010 }, 'ok', /agrees/],
    ['a little off', { clockMs: 1_005_000, askedMs: 1_000_000, answeredMs: 1_000_000 }, 'ok', /agrees/],
    ['ahead', { clockMs: 1_060_000, askedMs: 1_000_000, answeredMs: 1_000_010 }, 'warn', /60 s ahead of/],
    ['behind', { clockMs: 940_000, askedMs: 1_000_000, answeredMs: 1_000_010 }, 'warn', /60 s behind/],
    ['lost in a slow answer', { clockMs: 1_010_000, askedMs: 1_000_000, answeredMs: 1_030_000 }, 'ok', /agrees/],
  ] as const)('%s', (_, times, result, seen) => {
    expect(clockCheck(times)).toMatchObject({ result, seen: expect.stringMatching(seen) });
  });
});

describe('versionCheck', () => {
  it.each([
    [130014, 'fail'],
    [140023, 'warn'],
    [150018, 'ok'],
    [180004, 'ok'],
    [190000, 'warn'],
  ] as const)('%i', (version, result) => {
    expect(versionCheck(version, String(version)).result).toBe(result);
  });
});

describe('tlsCheck', () => {
  const at = (address: string) => ({ tls: null, pinned: { host: 'db.example', address, port: 5432 } });
  it.each([
    ['/run/postgresql', 'ok'],
    ['127.0.0.1', 'info'],
    ['::1', 'info'],
    ['10.0.3.7', 'warn'],
  ] as const)('%s without TLS', (address, result) => {
    expect(tlsCheck(at(address)).result).toBe(result);
  });
});

describe('collationChecks', () => {
  it('a server without any version is told as such', () => {
    const [check] = collationChecks([{ name: 'my app', recorded: '2.36', actual: null }], true, 180000);
    expect(check).toMatchObject({ result: 'warn', seen: expect.stringContaining('database "my app" was made with') });
    expect(check?.seen).toContain('the server has none');
  });

  it('template0 matters only where databases are to be made', () => {
    const drift = [{ name: 'template0', recorded: '1', actual: '2' }];
    expect(collationChecks(drift, true, 180000)[0]?.result).toBe('fail');
    expect(collationChecks(drift, false, 180000)[0]?.result).toBe('warn');
    expect(collationChecks([], true, 150000)[0]?.result).toBe('ok');
    expect(collationChecks([], true, 140012)[0]?.result).toBe('skipped');
  });
});
