import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { passwordsOf, usePlace } from '../resolving.ts';

const place = usePlace();

describe('the password file', () => {
  it.each<[string, string, string | undefined]>([
    ['db.example:5432:app:ann:right', '', 'right'],
    ['db.example:5432:app:ann:right\r', '', 'right'],
    ['*:*:*:*:any', '', 'any'],
    ['*:*:*:bob:wrong\n*:*:app:ann:right\n*:*:*:*:late', '', 'right'],
    ['db.example:5433:*:*:wrong', '', undefined],
    ['db.example:5433:*:*:right', 'port=5433', 'right'],
    ['other:*:*:*:wrong', '', undefined],
    ['#*:*:*:*:comment\n\n*:*:*:*:right', '', 'right'],
    ['*:*:*:*:a\\:b\\\\c\\d:rest', '', 'a:b\\cd'],
    ['*:*:*:*:a\\', '', 'a\\'],
    ['*:*:*:*:', '', undefined],
    ['*:*:*:*', '', undefined],
    ['*:*:a\\:b:*:right', "dbname='a:b'", 'right'],
    ['*:*:a:b:*:right', "dbname='a:b'", 'right'],
    ['*:*:a\\\\b:*:right', "dbname='a\\\\b'", 'right'],
    ['*:*:*x:*:wrong\n*:*:\\*:*:right', "dbname='*'", 'right'],
    ['*:*:é漢:*:ключ', 'dbname=é漢', 'ключ'],
  ])('%j speaks for "%s"', async (text, dsn, expected) => {
    place.write('home/.pgpass', text);
    expect(passwordsOf(await place.resolved(`host=db.example dbname=app ${dsn}`))).toEqual([expected]);
  });

  it('has a line for each server, by name, by address, and localhost for the usual socket directory', async () => {
    place.write(
      'home/.pgpass',
      'a:1:*:*:one\nb:2:*:*:two\n10.0.0.9:*:*:*:three\nlocalhost:*:*:*:local\n/run/x:*:*:*:socket\n',
    );
    expect(passwordsOf(await place.resolved('host=a,b,c port=1,2,3'))).toEqual(['one', 'two', undefined]);
    expect(passwordsOf(await place.resolved('host=c hostaddr=10.0.0.9'))).toEqual([undefined]);
    expect(passwordsOf(await place.resolved('hostaddr=10.0.0.9'))).toEqual(['three']);
    expect(passwordsOf(await place.resolved(''))).toEqual(['local']);
    expect(passwordsOf(await place.resolved(`host=${place.path}`))).toEqual(['local']);
    expect(passwordsOf(await place.resolved('host=/run/x'))).toEqual(['socket']);
  });

  it('is not asked when a password is given', async () => {
    place.write('home/.pgpass', '*:*:*:*:filed', 0o644);
    const target = await place.resolved('password=given');
    expect(passwordsOf(target)).toEqual(['given']);
    expect(target.warnings).toEqual([]);
  });

  it('is used through a symbolic link, and with mode 0400', async () => {
    symlinkSync(place.write('real', '*:*:*:*:filed', 0o400), join(place.home, '.pgpass'));
    expect(passwordsOf(await place.resolved(''))).toEqual(['filed']);
  });

  it.each([
    [0o640, 'group or others may use it (0640) | chmod 600 …/home/.pgpass'],
    [0o604, 'group or others may use it (0604) | chmod 600 …/home/.pgpass'],
    [0o610, 'group or others may use it (0610) | chmod 600 …/home/.pgpass'],
  ])('is left alone, with a warning, at mode %o', async (mode, why) => {
    place.write('home/.pgpass', '*:*:*:*:filed', mode);
    const target = await place.resolved('');
    expect(passwordsOf(target)).toEqual([undefined]);
    expect(await place.warnings('')).toEqual([`password file …/home/.pgpass is not used: ${why}`]);
  });

  it.each([
    ['more fields', 'root:x:0:0:root:/root:/bin/sh'],
    ['fewer fields', '# of another program\nhost=a'],
  ])('is no password file: %s', async (_, content) => {
    place.write('other', content, 0o644);
    expect(await place.warnings('passfile=other')).toEqual([
      'password file …/other is not used: group or others may use it (0644) | it does not look like a password file: leave it as it is, and name the right one',
    ]);
  });

  it('warns when it is not a regular file, or is named and absent', async () => {
    const warned = (dsn: string) => place.warnings(dsn);
    expect(await warned('passfile=home')).toEqual(['password file …/home is not used: it is not a regular file']);
    expect(await warned('passfile=no')).toEqual(["password file …/no is not used: it can't be opened (ENOENT)"]);
    expect(await warned('')).toEqual([]);
    spawnSync('mkfifo', ['-m', '600', join(place.path, 'fifo')]);
    expect(await warned('passfile=fifo')).toEqual(['password file …/fifo is not used: it is not a regular file']);
  });

  it('refuses a password that is not UTF-8', async () => {
    place.write('home/.pgpass', Buffer.from('x:*:*:*:\xff\n*:*:*:*:\xfe', 'latin1'));
    expect(await place.refusal('')).toBe('…/home/.pgpass, line 2, has a password that is not UTF-8');
  });
});
