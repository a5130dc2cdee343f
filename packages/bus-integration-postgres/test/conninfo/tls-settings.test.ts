import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { usePlace } from '../resolving.ts';

const place = usePlace();
const tcp = 'host=db.example';

describe('TLS', () => {
  it('takes the files in ~/.postgresql when they are there', async () => {
    expect(await place.resolved(tcp)).not.toHaveProperty('sslrootcert');
    for (const name of ['root.crt', 'root.crl', 'postgresql.crt', 'postgresql.key'])
      place.write(`home/.postgresql/${name}`);
    const files = {
      sslrootcert: join(place.home, '.postgresql/root.crt'),
      sslcrl: join(place.home, '.postgresql/root.crl'),
      sslcert: join(place.home, '.postgresql/postgresql.crt'),
      sslkey: join(place.home, '.postgresql/postgresql.key'),
    };
    expect(await place.resolved(tcp)).toMatchObject({ sslmode: 'prefer', ...files });
    for (const target of [await place.resolved(`${tcp} sslmode=disable`), await place.resolved('host=/run/x')]) {
      expect(Object.keys(target).filter((key) => key in files)).toEqual([]);
    }
    expect(await place.resolved('host=/run/x,db.example')).toMatchObject(files);
  });

  it('makes require check the authority once a root certificate is there', async () => {
    expect(await place.resolved(`${tcp} sslmode=require`)).toMatchObject({ sslmode: 'require' });
    place.write('home/.postgresql/root.crt');
    expect(await place.resolved(`${tcp} sslmode=require`)).toMatchObject({ sslmode: 'verify-ca' });
    place.write('ca.crt');
    expect(await place.resolved(`${tcp} sslmode=require sslrootcert=ca.crt`)).toMatchObject({
      sslmode: 'verify-ca',
      sslrootcert: join(place.path, 'ca.crt'),
    });
    expect(await place.resolved(`${tcp} sslmode=allow`)).toMatchObject({ sslmode: 'allow' });
  });

  it('takes sslrootcert=system for verify-full', async () => {
    expect(await place.resolved(`${tcp} sslrootcert=system`)).toMatchObject({
      sslmode: 'verify-full',
      sslrootcert: 'system',
    });
    expect(await place.resolved(tcp, { PGSSLROOTCERT: 'system', PGSSLMODE: 'verify-full' })).toMatchObject({
      sslrootcert: 'system',
    });
    expect(await place.refusal(`${tcp} sslrootcert=system sslmode=require`)).toBe(
      'sslrootcert (from the connection string) as system needs sslmode verify-full',
    );
    expect(await place.refusal(`${tcp} sslrootcert=system`, { PGREQUIRESSL: '1' })).toMatch(
      /needs sslmode verify-full$/,
    );
  });

  it('needs the root certificate only where something is checked over a network', async () => {
    expect(await place.refusal(`${tcp} sslmode=verify-ca`)).toBe(
      'sslrootcert names …/home/.postgresql/root.crt, which is not there; verify-ca needs it',
    );
    expect(await place.refusal(`${tcp} sslmode=verify-full sslrootcert=no`)).toBe(
      'sslrootcert (from the connection string) names …/no, which is not there; verify-full needs it',
    );
    expect(await place.resolved('host=/run/x sslmode=verify-full')).toMatchObject({ sslmode: 'verify-full' });
  });

  it('warns of named files that are not there, where libpq goes on without a word', async () => {
    place.write('ca.crt');
    const warned = (dsn: string) => place.warnings(`${tcp} ${dsn}`);
    expect(await warned('sslrootcert=no')).toEqual([
      "sslrootcert …/no is not there: the server's certificate is not checked",
    ]);
    expect(await warned('sslrootcert=ca.crt sslcrl=no')).toEqual([
      'sslcrl …/no is not there: no revocation is checked',
    ]);
    expect(await warned('sslcert=no')).toEqual(['sslcert …/no is not there: no client certificate is offered']);
  });

  it('needs a safe key beside a certificate', async () => {
    place.write('me.crt');
    const dsn = `${tcp} sslcert=me.crt sslkey=me.key`;
    expect(await place.refusal(dsn)).toBe(
      'sslkey (from the connection string) is …/me.key, which is not there; sslcert needs it',
    );
    expect(await place.refusal(`${tcp} sslcert=me.crt`)).toBe(
      'sslkey is …/home/.postgresql/postgresql.key, which is not there; sslcert needs it',
    );
    expect(await place.refusal(`${tcp} sslcert=me.crt sslkey=home`)).toBe(
      'sslkey (from the connection string) is …/home, which is not a regular file',
    );
    const isRoot = process.getuid?.() === 0;
    for (const mode of [0o600, 0o400, ...(isRoot ? [0o640, 0o440] : [])]) {
      place.write('me.key', '', mode);
      expect(await place.resolved(dsn)).toMatchObject({ sslkey: join(place.path, 'me.key') });
    }
    for (const mode of [0o644, 0o660, 0o650, 0o601, ...(isRoot ? [] : [0o640])]) {
      place.write('me.key', '', mode);
      expect(await place.refusal(dsn)).toBe(
        `sslkey (from the connection string) is …/me.key with mode 0${mode.toString(8)}; at most ${isRoot ? '0640' : '0600'} is safe`,
      );
    }
    expect(await place.resolved(`${dsn} sslcertmode=disable`)).not.toHaveProperty('sslkey');
  });
});
