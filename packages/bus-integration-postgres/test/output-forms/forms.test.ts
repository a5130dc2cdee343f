import { type ConnectionString, OperationError, type Output, Secret } from 'bus-integration-database';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readOutput, wantedEndpoint, writeOutput } from '../../src/output-forms/index.ts';
import { serviceName } from '../../src/output-forms/service.ts';
import { oddConnections, outputOf } from './odd-connections.ts';

const app: ConnectionString = {
  user: 'shop_app',
  password: 'pa5s-word',
  database: 'orders',
  endpoint: { host: 'db.example', port: '5432', sslmode: 'verify-full' },
};
const billing: ConnectionString = { ...app, database: 'billing' };
const absent = { state: 'absent' } as const;

const read = (output: Output, text: string) => readOutput(new Secret(text), output);

/** What a form says of a connection. */
function said(output: Output, connection: ConnectionString): ConnectionString {
  return { ...connection, endpoint: wantedEndpoint(output, connection.endpoint, absent) };
}

function written(output: Output, held: readonly ConnectionString[]): string | undefined {
  try {
    return writeOutput(output, held);
  } catch (error) {
    if (error instanceof OperationError && error.diagnostics[0]?.code === 'output-form') return undefined;
    throw error;
  }
}

describe.each(['uri', 'env', 'env with variables', 'pgpass', 'service', 'jdbc', 'secret'])('form %s', (title) => {
  const form = title.replace(' with variables', '');
  const gathers = ['env with variables', 'pgpass', 'service'].includes(title);

  it('is read back as it was written, or not written at all', () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const odd = oddConnections(seed);
    let count = 0;
    for (let turn = 0; turn < 500; turn += 1) {
      const held = Array.from({ length: gathers ? 1 + Math.floor(odd.random() * 3) : 1 }, () => odd.connection());
      const isTwice = new Set(held.map(({ user, database }) => JSON.stringify([user, database]))).size < held.length;
      if (isTwice) continue;
      const output = outputOf(form, held, title.includes('variables'));
      const saying = held.map((one) => said(output, one));
      const text = written(output, saying);
      if (text === undefined) continue;
      count += 1;
      expect({ seed, turn, text, found: read(output, text) }).toEqual({
        seed,
        turn,
        text,
        found: saying.map(({ endpoint, password }) => ({ state: 'present', endpoint, password: new Secret(password) })),
      });
      const passwords = read(output, text).map((one) => (one.state === 'present' ? one.password.reveal() : ''));
      expect({ seed, turn, passwords }).toEqual({ seed, turn, passwords: held.map(({ password }) => password) });
    }
    expect(count).toBeGreaterThan(100);
  });

  it('names no value in what it refuses', () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const odd = oddConnections(seed);
    for (let turn = 0; turn < 500; turn += 1) {
      const one = { ...odd.connection(), password: `hush'$\\"${odd.text()}\n ` };
      try {
        writeOutput(outputOf(form, [one]), [one]);
      } catch (error) {
        expect({ seed, message: JSON.stringify((error as OperationError).diagnostics) }).not.toMatchObject({
          message: expect.stringContaining('hush'),
        });
      }
    }
  });

  it('tells what is not a file of it', () => {
    if (form === 'uri') return;
    const output = outputOf(form, [app], title.includes('variables'));
    expect(read(output, '<html>')[0]?.state).toBe('broken');
  });

  it('holds a password and an address that others wrote', () => {
    if (form === 'uri') return;
    const output = outputOf(form, [app], title.includes('variables'));
    const text = writeOutput(output, [said(output, { ...app, password: 'another' })]).replaceAll('db.example', 'other');
    expect(read(output, text)).toMatchObject([{ state: 'present', endpoint: { host: 'other' } }]);
    expect(read(output, text)[0]).not.toHaveProperty('hasOldForm');
  });
});

describe('what else a file holds', () => {
  it.each(['env', 'pgpass', 'service'])('is told of form %s, and nothing is where the password stays', (form) => {
    const output = outputOf(form, [app], form === 'env');
    const both = writeOutput(outputOf(form, [app, billing], form === 'env'), [app, billing]);
    expect(read(output, both)).toMatchObject([{ state: 'present', hasOldForm: true }]);
    expect(read(output, both)[0]).not.toHaveProperty('displaces');
    const other = { ...billing, user: 'somebody', password: 'else' };
    const foreign = writeOutput(outputOf(form, [app, other], form === 'env'), [app, other]);
    expect(read(output, foreign)).toMatchObject([{ state: 'present', displaces: 'somebody@billing' }]);
    const alone = writeOutput(outputOf(form, [other], form === 'env'), [other]);
    expect(read(output, alone)).toEqual([
      { state: 'broken', reason: 'it does not hold this connection', holder: 'somebody@billing' },
    ]);
  });

  it('is a line that is nobody’s', () => {
    expect(
      read(outputOf('env', [app], true), `${writeOutput(outputOf('env', [app], true), [app])}\nTZ=UTC`),
    ).toMatchObject([{ displaces: 'TZ' }]);
    expect(
      read(outputOf('pgpass', [app]), `${writeOutput(outputOf('pgpass', [app]), [app])}\n*:*:*:*:x`),
    ).toMatchObject([{ displaces: 'a line with *' }]);
  });

  it.each(['pgpass', 'service'])('is a second password of the same login, of which form %s takes the first', (form) => {
    const output = outputOf(form, [app]);
    const twice = [app, { ...app, password: 'second' }].map((one) => writeOutput(output, [one])).join('\n');
    const [reading] = read(output, twice);
    expect(reading).toMatchObject({ state: 'present', displaces: 'shop_app@orders' });
    expect(reading?.state === 'present' && reading.password.reveal()).toBe(app.password);
  });

  it('is written in the order of the output, whatever order it comes in', () => {
    const output = outputOf('pgpass', [app, billing]);
    expect(writeOutput(output, [billing, app])).toBe(writeOutput(output, [app, billing]));
  });

  it('lacks one of its connections, and keeps the other', () => {
    const output = outputOf('pgpass', [app, billing]);
    expect(read(output, writeOutput(output, [app]))).toMatchObject([{ state: 'present' }, { state: 'broken' }]);
  });
});

describe('env', () => {
  it.each<[string, string]>([
    ['Zm9v-_09', 'PGPASSWORD=Zm9v-_09'],
    ['a b', "PGPASSWORD='a b'"],
    ['$HOME', "PGPASSWORD='$HOME'"],
    ['#', "PGPASSWORD='#'"],
    ['~', "PGPASSWORD='~'"],
    ["it's", 'PGPASSWORD="it\'s"'],
    ['a"b', "PGPASSWORD='a\"b'"],
    ['a\\b', "PGPASSWORD='a\\b'"],
  ])('writes %j as all three readers take it', (password, line) => {
    expect(writeOutput(outputOf('env', [app]), [{ ...app, password }]).split('\n')).toContain(line);
  });

  it.each(['a\\', `'"`, `'\\x`, `'$x`, "'`x", 'a\nb'])('refuses %j, which they read differently', (password) => {
    expect(written(outputOf('env', [app]), [{ ...app, password }])).toBeUndefined();
  });

  it('has what libpq reads, or one variable with the URI', () => {
    expect(writeOutput(outputOf('env', [app]), [app])).toMatchInlineSnapshot(`
      "PGHOST=db.example
      PGPORT=5432
      PGDATABASE=orders
      PGUSER=shop_app
      PGPASSWORD=pa5s-word
      PGSSLMODE=verify-full"
    `);
    expect(writeOutput(outputOf('env', [app, billing], true), [app, billing])).toMatchInlineSnapshot(`
      "URL_0=postgresql://shop_app:pa5s-word@db.example:5432/orders?sslmode=verify-full
      URL_1=postgresql://shop_app:pa5s-word@db.example:5432/billing?sslmode=verify-full"
    `);
  });
});

describe('service', () => {
  it('is a section with the password in it', () => {
    expect(writeOutput(outputOf('service', [app, billing]), [app, billing])).toMatchInlineSnapshot(`
      "[orders.shop_app]
      host=db.example
      port=5432
      dbname=orders
      user=shop_app
      password=pa5s-word
      sslmode=verify-full

      [billing.shop_app]
      host=db.example
      port=5432
      dbname=billing
      user=shop_app
      password=pa5s-word
      sslmode=verify-full"
    `);
    expect(serviceName({ database: 'or ders', user: '[x].y' })).toBe('or%20ders.%5Bx%5D%2Ey');
  });
});

describe('pgpass', () => {
  it('has a line for each server, and one for localhost where libpq may look for that', () => {
    const [list, socket] = ['a,b', '/tmp'].map((host) => ({ ...app, endpoint: { host, port: '1,2' } }));
    expect(writeOutput(outputOf('pgpass', [app]), [list as ConnectionString]).split('\n')).toEqual([
      'a:1:orders:shop_app:pa5s-word',
      'b:2:orders:shop_app:pa5s-word',
    ]);
    expect(writeOutput(outputOf('pgpass', [app]), [socket as ConnectionString]).split('\n')).toEqual([
      '/tmp:1:orders:shop_app:pa5s-word',
      'localhost:1:orders:shop_app:pa5s-word',
    ]);
  });
});

describe('secret', () => {
  it('has the keys of CloudNativePG and of service bindings, as a YAML reader finds them', () => {
    const odd = oddConnections(Math.floor(Math.random() * 2 ** 31));
    for (let turn = 0; turn < 300; turn += 1) {
      const one = odd.connection();
      const text = written(outputOf('secret', [one]), [one]);
      if (text === undefined) continue;
      expect(parse(text)).toMatchObject({
        metadata: { name: 'orders-app', namespace: 'shop' },
        stringData: { username: one.user, password: one.password, dbname: one.database, host: one.endpoint.host },
      });
    }
    expect(writeOutput(outputOf('secret', [app]), [app])).toMatchInlineSnapshot(`
      "apiVersion: v1
      kind: Secret
      metadata:
        name: "orders-app"
        namespace: "shop"
      type: servicebinding.io/postgresql
      stringData:
        type: "postgresql"
        provider: "bus"
        username: "shop_app"
        password: "pa5s-word"
        host: "db.example"
        port: "5432"
        database: "orders"
        dbname: "orders"
        uri: "postgresql://shop_app:pa5s-word@db.example:5432/orders?sslmode=verify-full"
        jdbc-uri: "jdbc:postgresql://db.example:5432/orders?user=shop_app&password=pa5s-word&sslmode=verify-full"
        pgpass: "db.example:5432:orders:shop_app:pa5s-word\\n"
        pooler-uri: "postgresql://shop_app:pa5s-word@pool.example:6432/orders?sslmode=verify-full""
    `);
  });

  it('is read however tools have written it anew', () => {
    const output = outputOf('secret', [app]);
    const text = writeOutput(output, [app]);
    const encoded = text
      .replace('stringData:', 'data:')
      .replace(/^ {2}([\w-]+): (".*")$/gm, (line, key: string, value: string) =>
        ['name', 'namespace'].includes(key) ? line : `  ${key}: ${Buffer.from(JSON.parse(value)).toString('base64')}`,
      );
    for (const other of [encoded, text.replaceAll('"', "'"), text.replace(/"(\w+)"/g, '$1')])
      expect(read(output, other)).toMatchObject([{ state: 'present', endpoint: app.endpoint, hasOldForm: true }]);
    expect(read(output, text.replace('password: "pa5s-word"', 'password: "other"'))).toMatchObject([
      { state: 'broken' },
    ]);
    expect(read(output, text.replace('jdbc-uri: "', 'jdbc-uri: "x'))).toMatchObject([{ hasOldForm: true }]);
  });

  it.each([
    ['./k8s/Orders_app.yaml', 'orders-app'],
    ['/srv/x/-a..b-.yml', 'a.b'],
    ['./%2E%2E%2Fx-app.yaml', '2e-2e-2fx-app'],
  ])('in %s is called %s', (file, name) => {
    expect(parse(writeOutput({ ...outputOf('secret', [app]), file }, [app])).metadata.name).toBe(name);
  });

  it('has no name in a file without a letter', () => {
    expect(written({ ...outputOf('secret', [app]), file: './_.yaml' }, [app])).toBeUndefined();
  });
});
