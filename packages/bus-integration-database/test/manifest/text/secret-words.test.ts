import { describe, expect, it } from 'vitest';
import { holdsSecret, isSecretKey } from '../../../src/manifest/text/secret-words.ts';

describe('a key', () => {
  it.each([
    'password',
    'PASSWORD',
    'adminPassword',
    'db_pass',
    'pasword',
    'passwrd',
    'api-token',
    'client.secret',
    'pwd',
    'dsn',
  ])('%s is one of secrets', (key) => expect(isSecretKey(key)).toBe(true));
  it.each(['passenger_count', 'connections', 'login', 'compass', 'deployment', 'owner', 'keyword', 'words'])(
    '%s is none',
    (key) => expect(isSecretKey(key)).toBe(false),
  );
});

describe('a value', () => {
  it.each([
    'postgres://app:hunter2@10.0.3.7/orders',
    'mysql+ssl://:hunter2@host',
    'jdbc:x://h/d?user=u&password=hunter2',
    'host=h user=u password=hunter2',
    'password = hunter2 dbname=d',
    "ALTER ROLE app PASSWORD 'hunter2'",
    '-----BEGIN RSA PRIVATE KEY-----',
    'SCRAM-SHA-256$4096:c2FsdA==$x:y',
    `md5${'0'.repeat(32)}`,
  ])('%s holds a secret', (value) => expect(holdsSecret(value)).toBe(true));
  it.each([
    'postgres://app@10.0.3.7/orders',
    'https://example.org:8080/a',
    'SELECT password FROM app.users',
    'pgbouncer.internal:6432',
    'local/dsn/{database}.{role}.dsn',
  ])('%s holds none', (value) => expect(holdsSecret(value)).toBe(false));
  it('is judged in a time that grows as it does', () => {
    const begun = process.cpuUsage();
    for (const text of ['://a:b', 'password ', 'host=', 'password=', '-----BEGIN A', 'a.b+c'])
      holdsSecret(text.repeat(Math.floor(1_000_000 / text.length)));
    expect(process.cpuUsage(begun).user).toBeLessThan(10_000_000);
  });
});
