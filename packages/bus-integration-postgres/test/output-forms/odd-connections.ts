// Connections with the names and passwords that trip readers, at random by a seed.
import type { ConnectionString, Output } from 'bus-integration-database';

const sharp = [
  ...':/?#[]@!$&\'()*+,;=%\\"`{}|^~<> -_.\t',
  '%41',
  'é',
  'e\u0301',
  '漢',
  '🐘',
  '\u202e',
  '\ufeff',
  '\u0085',
  'a',
  'Z',
  '9',
];

export interface OddConnections {
  readonly random: () => number;
  text(): string;
  connection(): ConnectionString;
}

export function oddConnections(seed: number): OddConnections {
  const random = seededRandom(seed);
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const text = () => Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(sharp)).join('');
  const connection = () => ({
    user: pick([text(), 'shop_app', '*', '#x']),
    password: pick([text(), text(), 'Zm9vYmFy-_09', ' x ', "it's", '*']),
    database: pick([text(), 'orders', '*']),
    endpoint: {
      host: pick(['db.example', '10.0.0.1', '::1', 'a.example,b.example', '/tmp', '/var/run/postgresql', '/run/x']),
      port: '5433',
      sslmode: pick(['disable', 'require', 'verify-full']),
      ...pick([{}, { sslrootcert: '/etc/ca &.crt' }, { options: '-c search_path=app,public', connect_timeout: '10' }]),
      ...pick([{}, { target_session_attrs: 'read-write' }, { application_name: text() }, { keepalives_idle: '30' }]),
    },
  });
  return {
    random,
    text,
    connection: () => {
      const made = connection();
      const { host } = made.endpoint;
      return { ...made, endpoint: { ...made.endpoint, port: host.includes(',') ? '5433,5434' : '5433' } };
    },
  };
}

/** The output that holds these connections, each with a variable of its own where it is to have one. */
export function outputOf(form: string, held: readonly ConnectionString[], hasVariables = false): Output {
  return {
    file: './k8s/orders-app.yaml',
    form,
    connections: held.map(({ user: role, database }, index) => ({
      role,
      database,
      ...(hasVariables && { variable: `URL_${index}` }),
    })),
    ...(form === 'secret' && { settings: { namespace: 'shop', pooler: { host: 'pool.example', port: '6432' } } }),
  };
}

/** Mulberry32: small, good enough to pick test data, and the same for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
