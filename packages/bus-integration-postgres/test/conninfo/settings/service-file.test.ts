import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { usePlace } from '../../resolving.ts';

const place = usePlace();

describe('services', () => {
  const file =
    '# é in Latin-1: \xe9\n[other]\nhost=wrong\n\n  [app] \n\thost=sh\nport=7000\r\nuser=su\nhost=second\nsslmode=allow\n[app2]\nhost=wrong\n';

  it('fills what the connection string leaves, before the environment does', async () => {
    place.write('home/.pg_service.conf', Buffer.from(file, 'latin1'));
    const target = await place.resolved('service=app user=du', {
      PGPORT: '1',
      PGUSER: 'eu',
      PGDATABASE: 'ed',
      PGSSLMODE: 'bogus',
    });
    expect(target).toMatchObject({
      addresses: [{ host: 'sh', port: 7000 }],
      user: 'du',
      database: 'ed',
      sslmode: 'allow',
    });
  });

  it('is found by PGSERVICE, PGSERVICEFILE and PGSYSCONFDIR', async () => {
    mkdirSync(join(place.path, 'etc'));
    place.write('etc/pg_service.conf', '[app]\nhost=system\n[only]\nhost=only\n');
    expect(await place.resolved('', { PGSERVICE: 'app' })).toMatchObject({ addresses: [{ host: 'system' }] });
    place.write('home/.pg_service.conf', '[app]\nhost=home\n');
    expect(await place.resolved('', { PGSERVICE: 'app' })).toMatchObject({ addresses: [{ host: 'home' }] });
    place.write('mine', '[app]\nhost=mine\n');
    const env = { PGSERVICE: 'app', PGSERVICEFILE: 'mine' };
    expect(await place.resolved('', env)).toMatchObject({ addresses: [{ host: 'mine' }] });
    expect(await place.resolved('service=only', env)).toMatchObject({ addresses: [{ host: 'only' }] });
  });

  it('keeps a value as it stands behind the "="', async () => {
    place.write('home/.pg_service.conf', "[app]\nhost=h\ndbname= é=#\\x'y\n");
    expect(await place.resolved('service=app')).toMatchObject({ database: " é=#\\x'y" });
  });

  it.each<[string, string]>([
    ['[other]\nhost=h\n', 'the service is defined in none of …/home/.pg_service.conf, …/etc/pg_service.conf'],
    [
      '[app]\nhost = h\n',
      '…/home/.pg_service.conf, line 2, must be a keyword of libpq other than service, "=" at once after it, and a value',
    ],
    [
      '[app]\nhush\n',
      '…/home/.pg_service.conf, line 2, must be a keyword of libpq other than service, "=" at once after it, and a value',
    ],
    [
      '[app]\nservice=x\n',
      '…/home/.pg_service.conf, line 2, must be a keyword of libpq other than service, "=" at once after it, and a value',
    ],
    ['[app]\nldap://hush\n', '…/home/.pg_service.conf, line 2, asks an LDAP server, which is not supported'],
    [`[app]\n#${'x'.repeat(1021)}\n`, '…/home/.pg_service.conf, line 2, is longer than 1021 bytes'],
    ['[app]\nuser=\xff\n', '…/home/.pg_service.conf, line 2, has a value that is not UTF-8'],
    [
      '[app]\nsslmode=hush\n',
      'sslmode (from …/home/.pg_service.conf, line 2) must be disable, allow, prefer, require, verify-ca or verify-full',
    ],
  ])('refuses %j', async (text, message) => {
    place.write('home/.pg_service.conf', Buffer.from(text, 'latin1'));
    expect(await place.refusal('service=app')).toBe(message);
  });

  it('refuses a named file that is absent, a directory or a fifo', async () => {
    expect(await place.refusal('service=x', { PGSERVICEFILE: 'no' })).toBe("service file …/no can't be opened: ENOENT");
    expect(await place.refusal('service=x', { PGSERVICEFILE: 'home' })).toBe(
      'service file …/home is not a regular file',
    );
    spawnSync('mkfifo', [join(place.path, 'fifo')]);
    expect(await place.refusal('service=x', { PGSERVICEFILE: 'fifo' })).toBe(
      'service file …/fifo is not a regular file',
    );
    expect(await place.refusal('', { PGSERVICE: '' })).toMatch(/^the service is defined in none of /);
  });
});
