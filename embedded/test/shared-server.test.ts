import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { sharedServer } from '../src/index.ts';
import { ownSharedServers } from '../src/shared-server.ts';

describe('sharedServer', () => {
  const outer = process.env.BUS_EMBEDDED_SHARED;
  afterEach(() => {
    if (outer !== undefined) process.env.BUS_EMBEDDED_SHARED = outer;
  });

  it('is one server for all who ask, until its owner ends it', async () => {
    const end = await ownSharedServers();
    const [first, second] = await Promise.all([sharedServer(18), sharedServer(18)]);
    expect(first.port).toBe(second.port);
    await first[Symbol.asyncDispose]();
    expect(await second.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await expect(sharedServer(13 as 14)).rejects.toThrow('no major version of PostgreSQL: 13');
    await end();
    expect(existsSync(first.dataDirectory)).toBe(false);
  });

  it('is a server of its own where nobody owns shared ones', async () => {
    delete process.env.BUS_EMBEDDED_SHARED;
    const [first, second] = await Promise.all([sharedServer(18), sharedServer(18)]);
    expect(first.port).not.toBe(second.port);
    await Promise.all([first[Symbol.asyncDispose](), second[Symbol.asyncDispose]()]);
    expect(existsSync(first.dataDirectory)).toBe(false);
  });
});
