// Every keyword that libpq 18 knows in a connection string, with the environment variable that stands in for it.
// The one list: what is not in it is refused. It says nothing about what we support; conninfo.ts does.
import { editDistance } from 'bus-integration-database';

/**
 * Keyword → environment variable, or null where libpq has none.
 * https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-PARAMKEYWORDS,
 * https://www.postgresql.org/docs/18/libpq-envars.html
 */
export const connectionKeywords = {
  service: 'PGSERVICE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  channel_binding: 'PGCHANNELBINDING',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  dbname: 'PGDATABASE',
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  port: 'PGPORT',
  client_encoding: 'PGCLIENTENCODING',
  options: 'PGOPTIONS',
  application_name: 'PGAPPNAME',
  fallback_application_name: null,
  keepalives: null,
  keepalives_idle: null,
  keepalives_interval: null,
  keepalives_count: null,
  tcp_user_timeout: null,
  sslmode: 'PGSSLMODE',
  sslnegotiation: 'PGSSLNEGOTIATION',
  sslcompression: 'PGSSLCOMPRESSION',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslcertmode: 'PGSSLCERTMODE',
  sslpassword: null,
  sslrootcert: 'PGSSLROOTCERT',
  sslcrl: 'PGSSLCRL',
  sslcrldir: 'PGSSLCRLDIR',
  sslsni: 'PGSSLSNI',
  requirepeer: 'PGREQUIREPEER',
  require_auth: 'PGREQUIREAUTH',
  min_protocol_version: 'PGMINPROTOCOLVERSION',
  max_protocol_version: 'PGMAXPROTOCOLVERSION',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
  gssencmode: 'PGGSSENCMODE',
  krbsrvname: 'PGKRBSRVNAME',
  gsslib: 'PGGSSLIB',
  gssdelegation: 'PGGSSDELEGATION',
  replication: null,
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  load_balance_hosts: 'PGLOADBALANCEHOSTS',
  scram_client_key: null,
  scram_server_key: null,
  oauth_issuer: null,
  oauth_client_id: null,
  oauth_client_secret: null,
  oauth_scope: null,
  sslkeylogfile: null,
} as const satisfies Record<string, string | null>;

export type ConnectionKeyword = keyof typeof connectionKeywords;

/** Whether libpq 18 knows the word; `isConnectionKeyword('sslmode') === true`. */
export function isConnectionKeyword(word: string): word is ConnectionKeyword {
  return Object.hasOwn(connectionKeywords, word);
}

/** The keyword that a word was probably meant for: one or two characters off. */
export function nearestKeyword(word: string): ConnectionKeyword | undefined {
  if (word.length < 4 || word.length > 40) return undefined;
  const near = (limit: number) =>
    (Object.keys(connectionKeywords) as ConnectionKeyword[]).find((keyword) => editDistance(word, keyword) <= limit);
  return near(1) ?? near(2);
}
