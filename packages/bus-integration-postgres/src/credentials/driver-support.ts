// Which of the common drivers fail at, or pass over, what a DSN may say: as measured, see docs/dsn-clients.md. Pure.
// libpq, and with it psql, psycopg and SQLAlchemy, reads every keyword that its release knows.

const strict = ['postgres.js', 'asyncpg', 'lib/pq', 'pgx'] as const;
type Strict = (typeof strict)[number];

/** Those of them that read the keyword, or hand it to the server, which knows it. Unlisted ones end the connection. */
const readers: Readonly<Record<string, readonly Strict[]>> = {
  application_name: strict,
  client_encoding: strict,
  options: strict,
  replication: strict,
  tcp_user_timeout: strict,
  connect_timeout: ['postgres.js', 'lib/pq', 'pgx'],
  fallback_application_name: ['lib/pq'],
  krbsrvname: ['lib/pq'],
  ssl_max_protocol_version: ['asyncpg'],
  ssl_min_protocol_version: ['asyncpg'],
  sslcert: ['asyncpg', 'lib/pq', 'pgx'],
  sslcrl: ['asyncpg'],
  sslrootcert: ['asyncpg', 'lib/pq', 'pgx'],
  sslsni: ['lib/pq'],
  target_session_attrs: ['postgres.js', 'pgx'],
};

/** What `pg` reads; it passes over everything else. */
const readByPg = [
  'application_name',
  'client_encoding',
  'connect_timeout',
  'fallback_application_name',
  'options',
  'replication',
  'sslcert',
  'sslrootcert',
];

/**
 * What is to be known of a keyword in a DSN; undefined where every driver reads it.
 *
 * @example
 * driverSupport('connect_timeout'); // 'connect_timeout: asyncpg does not connect with it'
 */
export function driverSupport(keyword: string, value: string): string | undefined {
  const failing: string[] = strict.filter((driver) => !readers[keyword]?.includes(driver));
  if (keyword === 'sslrootcert' && value === 'system') failing.push('pg', 'asyncpg', 'lib/pq');
  if (keyword === 'sslmode') return modeSupport(value);
  if (keyword === 'host') return hostSupport(value);
  if (keyword === 'port') return undefined;
  const parts = [
    ...(failing.length === 0
      ? []
      : [`${[...new Set(failing)].join(', ')} do${failing.length === 1 ? 'es' : ''} not connect with it`]),
    ...(readByPg.includes(keyword) ? [] : ['pg passes over it']),
  ];
  return parts.length === 0 ? undefined : `${keyword}: ${parts.join('; ')}`;
}

function modeSupport(sslmode: string): string | undefined {
  switch (sslmode) {
    case 'allow':
    case 'prefer':
      return `sslmode=${sslmode}: lib/pq does not connect with it, and pg takes it for verify-full`;
    case 'require':
    case 'verify-ca':
      return `sslmode=${sslmode}: pg takes it for verify-full, so the server's certificate must be of a CA that Node.js trusts (NODE_EXTRA_CA_CERTS), or sslrootcert names it`;
    default:
      return undefined;
  }
}

function hostSupport(host: string): string | undefined {
  if (host.includes(',')) return 'a list of hosts: pg, lib/pq and SQLAlchemy do not connect with it';
  return host.startsWith('/') || host.startsWith('@')
    ? 'a Unix-domain socket: postgres.js does not connect with it (give it the directory in its own option host)'
    : undefined;
}
