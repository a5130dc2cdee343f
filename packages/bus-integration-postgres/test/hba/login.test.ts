import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { createCertificateAuthority, type Server, startServer } from 'embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HbaAnswer, type HbaClient, matchHba, parseHba } from '../../src/index.ts';
import { type LoginKeys, login, type Outcome } from '../hba-login.ts';

const password = 'hba-test';
const long = 'l'.repeat(63);
const users = ['app', 'boss', 'nested', 'grp', 'all', '+grp', 'App', 'é', 'replication', 'a"b', 'a b', '/x', long];
const databases = ['shop', 'app', 'all', 'sameuser', 'replication', 'grp', 'é', 'a,b', 'Shop'];
const groups: Readonly<Record<string, readonly string[]>> = { app: ['grp'], nested: ['mid', 'grp'] };
const own = Object.values(networkInterfaces()).flatMap((all = []) =>
  all.map(({ cidr }) => cidr).filter((cidr) => cidr !== null),
);
const hasIpv6 = own.some((cidr) => cidr.startsWith('::1/'));

function client(user: string, database: string, way: string): HbaClient {
  const [address = '', ...words] = way.split(' ');
  const isUnix = address === 'unix';
  return {
    user,
    database,
    transport: isUnix ? 'unix' : 'tcp',
    ...(!isUnix && { address }),
    tls: words.includes('tls'),
    replication: words.includes('physical') ? 'physical' : words.includes('logical') ? 'logical' : 'none',
    memberOf: groups[user] ?? [],
    exists: user !== 'nobody',
    serverAddresses: own,
  };
}

const everybody: readonly HbaClient[] = [
  client('app', 'shop', 'unix'),
  client('app', 'shop', '127.0.0.1'),
  client('app', 'shop', '127.0.0.1 tls'),
  client('app', 'app', '127.0.0.2'),
  client('boss', 'shop', '127.0.0.1'),
  client('boss', 'grp', '127.3.0.9 tls'),
  client('nested', 'grp', '127.0.0.1'),
  client('grp', 'grp', 'unix'),
  client('all', 'all', '127.0.0.1'),
  client('+grp', 'sameuser', '127.0.0.2 tls'),
  client('App', 'Shop', '127.0.0.1'),
  client('é', 'é', '127.0.0.1'),
  client('replication', 'replication', '127.0.0.1'),
  client('app', 'shop', '127.0.0.1 physical'),
  client('replication', 'replication', 'unix physical'),
  client('app', 'replication', '127.0.0.1 logical'),
  client('app', 'shop', '127.0.0.1 tls logical'),
  client('a"b', 'a,b', '127.0.0.2'),
  client('a b', 'shop', '127.0.0.2'),
  client('nobody', 'shop', '127.0.0.1'),
  client(long, 'shop', '127.0.0.1'),
  ...(hasIpv6
    ? [client('app', 'shop', '::1'), client('boss', 'app', '::1 tls'), client('app', 'shop', '::1 physical')]
    : []),
];

/** Name → text of pg_hba.conf, and files beside it. `scram` is short for the method that the log names a line for. */
const ruleFiles: Readonly<Record<string, { text: string; files?: Readonly<Record<string, string>>; since?: number }>> =
  {
    order: {
      text: 'host all all 127.0.0.1/32 reject\nhost all all all scram\nlocal all all scram\nlocal all all trust',
    },
    'nothing for most': { text: 'hostssl shop app 127.0.0.1/32 scram' },
    keywords: {
      text: [
        ...[
          'host "all" all all scram',
          'host all "all" all scram',
          'host "sameuser" all all scram',
          'host all "+grp" all scram',
        ],
        ...[
          'host sameuser all all scram',
          'host samerole all all scram',
          'host al"l" app all scram',
          'host all +g"rp" all scram',
        ],
        ...[
          'local samegroup all scram',
          'local replication "replication" scram',
          'host replication app all scram',
          'local all all scram',
        ],
      ].join('\n'),
    },
    groups: {
      text: 'host all +grp all scram\nhost all +mid all trust\nhost all +nosuch,boss all scram\nhost all ++grp all scram\nlocal all +grp scram',
    },
    replication: {
      text: [
        ...['host all all 127.0.0.0/8 md5', 'host "replication" all all scram', 'host shop,replication app all scram'],
        ...['local replication all trust', 'local all all scram'],
      ].join('\n'),
    },
    'no word for replication': { text: 'host all all all scram\nlocal all all scram' },
    tls: {
      text: 'hostssl all app all scram\nhostnossl all app all reject\nhostgssenc all all all scram\nhostnogssenc all boss all scram\nhost all all all md5',
    },
    networks: {
      text: [
        ...[
          'host all all 127.0.0.2 255.255.255.255 scram',
          'host all all 127.0.0.0 255.0.0.254 scram',
          'host all all ::ffff:127.0.0.0/104 scram',
        ],
        ...[
          'host all all 127.3/16 scram',
          'host all all 0177.0.0.1/32 scram',
          'host all all ::/0 scram',
          'host all all 0.0.0.0/0 reject',
        ],
      ].join('\n'),
    },
    'own addresses': {
      text: 'host all all samehost scram\nhost all app samenet scram\nhost all all samenet reject\nhost all all "127.0.0.2"/32 scram\nlocal all all reject',
    },
    quoting: {
      text: [
        ...[
          'host all a"b" all scram',
          'host all "a""b" all scram',
          'host "a,b" all all scram',
          'host all "a b" all scram',
          'host all "App,app" all scram',
        ],
        ...[
          'host all App all scram # app',
          'host all "" all scram',
          'host Shop,all"" é all scram',
          'host "all"x all all scram',
          'local shop,"grp" all scram',
        ],
      ].join('\n'),
    },
    lists: {
      text: 'host shop ,app 127.0.0.1/32 scram\nhost shop, grp boss, nested all scram\nhost\tapp,\tall  all,\tall\r all scram \r\nlocal a, shop app,app scram',
    },
    'lines that go on': {
      text: '# a comment \\\nhost all all all trust\nhost all \\\n  app,\\\nboss all \\\n scram\n\nhost all "a\\\n b" all scram\nhost all all all scr\\\nam\nlocal all all scram\\',
    },
    'lists in files': {
      text: 'host @dbs @"user s" all scram\nhost @dbs all all md5\nlocal @dbs all,@dbs scram',
      files: { dbs: 'app # c\n"grp"\nreplication', 'user s': '@more.list, boss\n', 'more.list': '+grp\n"all"\n' },
    },
    included: {
      text: 'include one.conf\ninclude_if_exists nowhere.conf\ninclude_dir more\nhost all all all scram\n',
      files: {
        'one.conf': '\nhost shop app 127.0.0.1/32 scram\ninclude_if_exists more/b.conf\n',
        'more/b.conf': 'host all boss all scram',
        'more/a.conf': '# a\n\n\nhost all nested,all all scram',
        'more/.a.conf': 'host all all all trust',
        'more/c.txt': 'host all all all trust',
        'more/Z.conf': 'local all all scram',
      },
      since: 16,
    },
    expressions: {
      text: [
        ...[
          'host all /^a.p$ 127.0.0.1/32 scram',
          'host "/^s.*p$" boss all scram',
          'host /^(grp|all)$ all all scram',
          'host all "/^.$" all scram',
        ],
        ...[
          'host all /^..$ all scram',
          'host all /l{64} all scram',
          'host all /[[:upper:]] all scram',
          'host /rep.*,sh"" /^\\+ all scram',
          'local all /(?i)^APP$ scram',
          'local all all reject',
        ],
      ].join('\n'),
      since: 16,
    },
    'names that only look like expressions': {
      text: 'host all /^app$,boss all scram\nhost /shop,all replication all scram',
    },
    methods: {
      text: [
        ...[
          'local all app peer',
          'local all grp ident map=m',
          'host all App all trust',
          'host all boss all password',
          'hostssl shop app all cert',
        ],
        ...[
          'hostssl all +grp all scram clientcert=verify-ca',
          'host all é all reject',
          'host all replication all md5',
          'host all all all scram',
          'local replication all reject',
        ],
      ].join('\n'),
    },
  };

// Both sides of every difference in matching; FUZZ_RUNS, as in `npm run test:fuzz`, asks for all.
const majors = process.env.FUZZ_RUNS === undefined ? ([15, 18] as const) : ([14, 15, 16, 17, 18] as const);

describe.each(majors)('matchHba beside logins to PostgreSQL %i', (major) => {
  let server: Server;
  let keys: LoginKeys;
  let pairs = 0;
  beforeAll(async () => {
    const authority = createCertificateAuthority();
    const issued = authority.issue({ commonName: 'app' });
    keys = { password, key: issued.key, certificate: issued.certificate };
    server = await startServer({
      major,
      tls: { ...authority.issue(), ca: authority.certificate },
      settings: { listen_addresses: '*', log_connections: 'on', password_encryption: 'scram-sha-256' },
    });
    const name = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const roles = [...users, 'mid'].map((user) => `CREATE ROLE ${name(user)} LOGIN PASSWORD '${password}';`);
    await server.query(`${roles.join('\n')} GRANT grp TO app, mid; GRANT mid TO nested; ALTER ROLE boss SUPERUSER;`);
    for (const database of databases) await server.query(`CREATE DATABASE ${name(database)}`);
  });
  afterAll(() => server.stop());

  const usable = Object.entries(ruleFiles).filter(([, { since = 14 }]) => major >= since);
  it.each(usable)('the server names the line that we name: %s', async (_name, { text, files = {} }) => {
    const written = text.replace(/\bscram\b/g, 'scram-sha-256').replace(/scr\\\nam$/m, 'scr\\\nam-sha-256');
    const home = dirname(server.hbaFile);
    for (const [path, content] of Object.entries(files)) {
      const shown = content.replace(/\bscram\b/g, 'scram-sha-256');
      mkdirSync(dirname(join(home, path)), { recursive: true });
      if (dirname(path) !== '.') chmodSync(dirname(join(home, path)), 0o755);
      writeFileSync(join(home, path), shown);
      chmodSync(join(home, path), 0o644);
    }
    await server.reload({ hba: written });
    const sameFiles = Object.fromEntries(
      Object.entries(files).map(([path, content]) => [path, content.replace(/\bscram\b/g, 'scram-sha-256')]),
    );
    const rules = parseHba(written, { file: server.hbaFile, files: sameFiles, majorVersion: major });
    expect(rules.broken).toEqual([]);
    const wrong: unknown[] = [];
    for (const person of everybody) {
      const answer = matchHba(rules, person);
      const outcome = await login(server, person, keys);
      pairs += 1;
      if (!isSame(answer, outcome)) wrong.push({ person, answer, outcome });
    }
    expect(wrong).toEqual([]);
  });

  it('has compared enough pairs', () => expect(pairs).toBeGreaterThan(150));
});

function isSame(answer: HbaAnswer, outcome: Outcome): boolean {
  if (answer.result === 'undecided') return false;
  if (answer.result === 'no-match') return outcome.kind === 'no-entry';
  switch (outcome.kind) {
    case 'line':
      return answer.line === outcome.line && answer.file === outcome.file && answer.method !== 'reject';
    case 'let-in':
      return answer.method === 'trust';
    case 'rejected':
      return answer.method === 'reject';
    case 'certificate-wanted':
      return answer.options.clientcert !== undefined || answer.method === 'cert';
    case 'no-entry':
      return false;
  }
}
