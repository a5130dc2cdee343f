import { describe, expect, it } from 'vitest';
import { usePlace } from '../../resolving.ts';

const place = usePlace();

describe('values', () => {
  const words = (list: string) => `(from the connection string) must be ${list}`;

  it.each([
    ['sslmode=bogus', `sslmode ${words('disable, allow, prefer, require, verify-ca or verify-full')}`],
    ["sslmode=''", `sslmode ${words('disable, allow, prefer, require, verify-ca or verify-full')}`],
    ['sslmode=REQUIRE', `sslmode ${words('disable, allow, prefer, require, verify-ca or verify-full')}`],
    ['sslnegotiation=x', `sslnegotiation ${words('postgres or direct')}`],
    [
      'sslnegotiation=direct',
      'sslnegotiation (from the connection string) as direct needs sslmode require, verify-ca or verify-full',
    ],
    ['sslsni=yes', `sslsni ${words('0 or 1')}`],
    ['sslcertmode=x', `sslcertmode ${words('disable, allow or require')}`],
    ['ssl_min_protocol_version=SSLv3', `ssl_min_protocol_version ${words('one of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3')}`],
    [
      'ssl_max_protocol_version=TLSv1.1',
      'ssl_max_protocol_version (from the connection string) is older than ssl_min_protocol_version (TLSv1.2 unless set)',
    ],
    ['channel_binding=x', `channel_binding ${words('disable, prefer or require')}`],
    [
      'target_session_attrs=x',
      `target_session_attrs ${words('any, read-write, read-only, primary, standby or prefer-standby')}`,
    ],
    ['load_balance_hosts=x', `load_balance_hosts ${words('disable or random')}`],
    ['gssencmode=x', `gssencmode ${words('disable, prefer or require')}`],
    ['connect_timeout=x', `connect_timeout ${words('a whole number')}`],
    ["connect_timeout=''", `connect_timeout ${words('a whole number')}`],
    ['connect_timeout=99999999999', `connect_timeout ${words('a whole number')}`],
    ['keepalives=x', `keepalives ${words('a whole number')}`],
    ['keepalives_idle=x', `keepalives_idle ${words('a whole number')}`],
    ['keepalives_interval=x', `keepalives_interval ${words('a whole number')}`],
    ['keepalives_count=x', `keepalives_count ${words('a whole number')}`],
    ['tcp_user_timeout=x', `tcp_user_timeout ${words('a whole number')}`],
    ['min_protocol_version=3.1', `min_protocol_version ${words('3.0, 3.2 or latest')}`],
    ['max_protocol_version=2.0', `max_protocol_version ${words('3.0, 3.2 or latest')}`],
    [
      'require_auth=scram',
      `require_auth ${words('a list, with commas and no blanks, of password, md5, gss, sspi, scram-sha-256, oauth, none, or of these with "!" before each')}`,
    ],
    [
      'require_auth=md5,',
      `require_auth ${words('a list, with commas and no blanks, of password, md5, gss, sspi, scram-sha-256, oauth, none, or of these with "!" before each')}`,
    ],
    [
      'require_auth=md5,!password',
      'require_auth (from the connection string) mixes methods with and without "!"; write all of them one way',
    ],
    [
      'require_auth=!md5,password',
      'require_auth (from the connection string) mixes methods with and without "!"; write all of them one way',
    ],
    ['require_auth=md5,none,md5', 'require_auth (from the connection string) names a method more than once'],
    [
      'require_auth=gss',
      'require_auth (from the connection string) leaves none of the methods that are supported here: password, md5, scram-sha-256, none',
    ],
    [
      'require_auth=gss,sspi,oauth',
      'require_auth (from the connection string) leaves none of the methods that are supported here: password, md5, scram-sha-256, none',
    ],
    [
      'require_auth=!password,!md5,!scram-sha-256,!none',
      'require_auth (from the connection string) leaves none of the methods that are supported here: password, md5, scram-sha-256, none',
    ],
    ...['', ' host=/run/postgresql', ' host=@abstract', ' host=,'].map((host): [string, string] => [
      `sslmode=verify-full sslrootcert=system hostaddr=10.0.0.1${host === ' host=,' ? ',10.0.0.2' : ''}${host}`,
      'hostaddr (from the connection string) without a name in host gives sslmode verify-full nothing to check',
    ]),
  ])('refuses %s', async (dsn, message) => {
    expect(await place.refusal(dsn)).toBe(message);
  });

  it.each([
    [
      'gssencmode=require',
      'gssencmode (from the connection string) is not supported: GSSAPI encryption is not built in; use TLS with sslmode',
    ],
    [
      'sslcertmode=require',
      "sslcertmode (from the connection string) as require is not supported: a server's demand can't be seen; use allow",
    ],
    ['sslcrldir=x', 'sslcrldir (from the connection string) is not supported: name one file with sslcrl'],
    [
      'sslkeylogfile=x',
      'sslkeylogfile (from the connection string) is not supported: session keys are never written down',
    ],
    [
      'requirepeer=x',
      "requirepeer (from the connection string) is not supported: the owner of a socket's other end can't be seen here",
    ],
    [
      'replication=database',
      'replication (from the connection string) is not supported: only ordinary sessions are opened',
    ],
    ['min_protocol_version=3.2', 'min_protocol_version (from the connection string) above 3.0 is not supported'],
    ['oauth_issuer=x', 'oauth_issuer (from the connection string) is not supported: OAuth logins are not built in'],
    [
      'oauth_client_id=x',
      'oauth_client_id (from the connection string) is not supported: OAuth logins are not built in',
    ],
    [
      'oauth_client_secret=x',
      'oauth_client_secret (from the connection string) is not supported: OAuth logins are not built in',
    ],
    ['oauth_scope=x', 'oauth_scope (from the connection string) is not supported: OAuth logins are not built in'],
    ['scram_client_key=x', 'scram_client_key (from the connection string) is not supported: give the password itself'],
    ['scram_server_key=x', 'scram_server_key (from the connection string) is not supported: give the password itself'],
  ])('does not support %s, and says so', async (dsn, message) => {
    expect(await place.refusal(dsn)).toBe(message);
  });

  it.each([
    ['PGSSLCRLDIR', /^sslcrldir \(from PGSSLCRLDIR\)/],
    ['PGREQUIREPEER', /^requirepeer \(from PGREQUIREPEER\)/],
  ])('refuses %s too', async (variable, message) => {
    expect(await place.refusal('', { [variable]: 'x' })).toMatch(message);
  });

  it.each([
    'replication=off',
    'requirepeer=x host=db.example',
    "sslcrldir='' oauth_issuer='' scram_client_key=''",
    'require_auth=none,gss',
    'require_auth=!none',
    'gssencmode=prefer',
    'keepalives=0 keepalives_idle=1 tcp_user_timeout=5',
  ])('accepts %s', async (dsn) => {
    expect((await place.resolved(dsn)).warnings).toEqual([]);
  });

  it.each([
    ['', undefined],
    ['connect_timeout=0', undefined],
    ['connect_timeout=-5', undefined],
    ['connect_timeout=1', 1000],
    ['connect_timeout=2147483647', 2 ** 31 - 1],
  ])('"%s" gives a limit of %s ms', async (dsn, expected) => {
    expect((await place.resolved(dsn)).connectTimeoutMs).toBe(expected);
  });
});
