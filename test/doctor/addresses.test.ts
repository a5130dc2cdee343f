// A name with two addresses, another server at each. No machine here has such a name, so the name service's answer is
// made up; the servers are real.
import { startServer } from 'embedded';
import { expect, it, vi } from 'vitest';
import { checkOf, examine } from './examined.ts';
import { startForwarder } from './forwarder.ts';

vi.mock('node:dns/promises', async (original) => ({
  ...(await original<typeof import('node:dns/promises')>()),
  lookup: async () => [
    { address: '127.0.0.1', family: 4 },
    { address: '127.0.0.2', family: 4 },
  ],
}));

it('doctor looks at the second address of a name too', async () => {
  await using one = await startServer();
  await using other = await startServer();
  for (const server of [one, other]) await server.query(`CREATE ROLE same LOGIN CREATEDB CREATEROLE PASSWORD 'same'`);
  const dsn = `postgresql://same:same@db.test:${one.port}/postgres`;
  // Nobody serves the second address: every client passes it over.
  expect(checkOf(await examine(dsn), 'several-servers').result).toBe('ok');
  {
    await using _same = await startForwarder([one], { host: '127.0.0.2', port: one.port });
    expect(checkOf(await examine(dsn), 'several-servers').result).toBe('ok');
  }
  await using _other = await startForwarder([other], { host: '127.0.0.2', port: one.port });
  expect(checkOf(await examine(dsn), 'several-servers')).toMatchObject({
    result: 'fail',
    seen: expect.stringContaining(
      `db.test:${one.port} (127.0.0.1) and db.test:${one.port} (127.0.0.2) reached two servers`,
    ),
  });
});
