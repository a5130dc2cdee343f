import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { usePlace } from '../resolving.ts';

const place = usePlace();

describe('servers', () => {
  it.each<[string, readonly (readonly [string, number, string?])[]]>([
    [
      'host=a,b port=1',
      [
        ['a', 1],
        ['b', 1],
      ],
    ],
    [
      'host=a,b port=1,2',
      [
        ['a', 1],
        ['b', 2],
      ],
    ],
    [
      'host=a,b port=,2',
      [
        ['a', 5432],
        ['b', 2],
      ],
    ],
    [
      'host=a,,b',
      [
        ['a', 5432],
        ['SOCKETS', 5432],
        ['b', 5432],
      ],
    ],
    [
      'host=a,b hostaddr=10.0.0.1,',
      [
        ['a', 5432, '10.0.0.1'],
        ['b', 5432],
      ],
    ],
    [
      'host=,b hostaddr=::1,10.0.0.2',
      [
        ['::1', 5432, '::1'],
        ['b', 5432, '10.0.0.2'],
      ],
    ],
    [
      'hostaddr=10.0.0.1,10.0.0.2 port=7',
      [
        ['10.0.0.1', 7, '10.0.0.1'],
        ['10.0.0.2', 7, '10.0.0.2'],
      ],
    ],
    ['host=/run/x', [['/run/x', 5432]]],
    ['host=@x', [['@x', 5432]]],
    ["port=' +5433 ' host=a", [['a', 5433]]],
    [
      'postgresql://a:1,b:2,c/d',
      [
        ['a', 1],
        ['b', 2],
        ['c', 5432],
      ],
    ],
  ])('%s', async (dsn, expected) => {
    const { addresses } = await place.resolved(dsn);
    const seen = addresses.map(({ host, port, hostaddr }) => [
      host === place.path ? 'SOCKETS' : host,
      port,
      ...(hostaddr === undefined ? [] : [hostaddr]),
    ]);
    expect(seen).toEqual(expected);
  });

  it('falls back to localhost where no server can have put a socket', async () => {
    const { addresses } = await place.resolved(
      '',
      {},
      { socketDirectories: [join(place.path, 'absent'), place.write('file')] },
    );
    expect(addresses).toEqual([{ host: 'localhost', port: 5432 }]);
  });

  it.each([
    ['port=abc', 'port (from the connection string) must be a whole number from 1 to 65535'],
    ['port=0', 'port (from the connection string) must be a whole number from 1 to 65535'],
    ['port=70000', 'port (from the connection string) must be a whole number from 1 to 65535'],
    ['port=-1', 'port (from the connection string) must be a whole number from 1 to 65535'],
    ['port=1e3', 'port (from the connection string) must be a whole number from 1 to 65535'],
    ['postgresql://u:pa/ss@h/d', 'port (from the connection string) must be a whole number from 1 to 65535'],
    ['host=a,b port=1,2,3', 'port (from the connection string) names 3 ports for 2 hosts; give one, or one for each'],
    [
      'host=a,b hostaddr=10.0.0.1',
      'host (from the connection string) names 2 and hostaddr 1 servers; give as many addresses as names',
    ],
    ['hostaddr=db.example', 'hostaddr (from the connection string) must hold IP addresses; names belong into host'],
    [
      `host=/${'x'.repeat(120)}`,
      'host (from the connection string) names a socket directory that is too long: at most 107 bytes with /.s.PGSQL.5432 added',
    ],
  ])('refuses %s', async (dsn, message) => {
    expect(await place.refusal(dsn)).toBe(message);
  });

  it('tells what the environment broke', async () => {
    expect(await place.refusal('host=a', { PGPORT: 'x' })).toBe(
      'port (from PGPORT) must be a whole number from 1 to 65535',
    );
    expect(await place.refusal('host=a,b', { PGHOSTADDR: '10.0.0.1' })).toMatch(
      /^host .* names 2 and hostaddr 1 servers/,
    );
  });
});
