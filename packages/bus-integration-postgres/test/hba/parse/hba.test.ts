import { dirname, join } from 'node:path';
import { type Server, startServer } from 'embedded';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HbaRules, parseHba } from '../../../src/index.ts';
import { type HbaReader, type HbaRow, hbaReader } from '../../hba.server.ts';

const runs = Number(process.env.HBA_FILES ?? 150);

/** One rule, or what the server can't read, in a form that both sides can be brought to. */
interface Seen {
  readonly file: string;
  readonly line: number;
  readonly rule: unknown;
}

function asServerSees(rules: HbaRules, home: string): Seen[] {
  const seen = [
    ...rules.rules.map(({ file, line, type, databases, users, address, method }) => {
      const texts = (tokens: readonly { text: string }[]) => tokens.map(({ text }) => text);
      const host = address === undefined ? null : address.kind === 'network' ? 'network' : address.text;
      return { file, line, rule: [type, texts(databases), texts(users), host, method] };
    }),
    ...rules.broken.filter(({ line }) => line > 0).map(({ file, line }) => ({ file, line, rule: 'broken' })),
  ];
  return sorted(seen.map(({ file, ...rest }) => ({ file: join(home, file), ...rest })));
}

function asSeen(rows: readonly HbaRow[]): Seen[] {
  return sorted(
    rows.map(({ file, line, type, database, users, address, netmask, method }) => ({
      file,
      line,
      rule: type === null ? 'broken' : [type, database, users, netmask === null ? address : 'network', method],
    })),
  );
}

function sorted(seen: Seen[]): Seen[] {
  return seen.sort((one, other) => (one.file < other.file ? -1 : one.file > other.file ? 1 : one.line - other.line));
}

const words = [
  ...[
    'all',
    '"all"',
    'al"l"',
    '""',
    '"',
    'a""b',
    '"a""b"',
    '"a b"',
    'sameuser',
    'replication',
    '+g',
    '"+g"',
    '/^a',
    '"/(b"',
    '/[',
    '@',
    '"@x"',
  ],
  ...['a,b', 'a, b', 'a ,b', ',a', 'a,', 'a#b', '"a#b"', 'All', 'é', 'x=y', '@list', '@empty', 'a,@list,b', '@nowhere'],
];
const addresses = [
  ...[
    '127.0.0.1/32',
    '10.0.0.0/8',
    '0.0.0.0/0',
    '::1/128',
    '::/0',
    'fe80::/10',
    '127.1/8',
    '0x7f.1/32',
    '010.0.0.1/32',
    '1',
    '08.0.0.0/8',
  ],
  ...[
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/+8',
    '10.0.0.0/8x',
    '10.0.0.0/8/8',
    '::1/129',
    '::ffff:10.0.0.1/128',
    'fe80::1%1/64',
  ],
  ...[
    '10.0.0.0 255.0.0.0',
    '10.0.0.0 255.0.255.0',
    '::1 ffff::',
    '10.0.0.0 ::1',
    '10.0.0.0',
    '10.0.0.0 x',
    'samehost',
    'samenet',
    '"samenet"',
  ],
  ...[
    'all',
    '"all"',
    'ALL',
    'host.example',
    '.example',
    'host.example/8',
    '""',
    '256.1.1.1/8',
    '1.2.3.4.5/8',
    '1.2.3/24',
    ':::/0',
    '10.0.0.0/" 8"',
    'a,b',
  ],
];
const methods = [
  ...[
    'trust',
    'reject',
    'md5',
    'scram-sha-256',
    'password',
    'ident',
    'peer',
    'cert',
    'gss',
    'sspi',
    'pam',
    'ldap',
    'radius',
    'bsd',
    'oauth',
  ],
  ...['SCRAM-SHA-256', '"trust"', 'krb5', 'trust,md5', 'tru"st"'],
];
const options = [
  ...[
    '',
    '',
    '',
    'map=m',
    'clientcert=verify-ca',
    'clientcert=verify-full',
    'clientcert=1',
    'clientcert=0',
    'clientcert=no-verify',
    'clientname=CN',
  ],
  ...[
    'clientname=DN',
    'clientname=x',
    'pamservice=p',
    'krb_realm=r',
    'include_realm=0',
    'upn_username=1',
    'nosuch=1',
    'novalue',
    '"map=m n"',
  ],
  ...[
    'ldapserver=h ldapprefix=p',
    'ldapserver=h ldapbasedn=d',
    'ldapprefix=p ldapbasedn=d',
    'ldapport=x',
    'ldapport=389',
    'ldapscheme=x',
  ],
  ...[
    'ldapsearchattribute=a ldapsearchfilter=f ldapbasedn=d',
    'radiusservers=127.0.0.1 radiussecrets=s',
    'radiusservers=127.0.0.1',
  ],
  ...[
    'radiussecrets=s',
    'radiusservers="127.0.0.1,127.0.0.2" radiussecrets="a,b"',
    'radiusservers="127.0.0.1,127.0.0.2" radiussecrets="a,b,c"',
  ],
  ...[
    'radiusservers=127.0.0.1 radiussecrets=s radiusports=x',
    'radiusservers=127.0.0.1 radiussecrets=s radiusports=1812',
    'map=a,map=b',
    'issuer=i scope=s',
    'issuer=i scope=s validator=v map=m delegate_ident_mapping=1',
    'issuer=i scope=s map=m delegate_ident_mapping=0',
    'issuer=i',
  ],
];
const types = [
  'local',
  'host',
  'hostssl',
  'hostnossl',
  'hostgssenc',
  'hostnogssenc',
  'HOST',
  '"host"',
  'hosts',
  'host,local',
];
const others = [
  '',
  '# comment \\',
  '   ',
  '\\',
  'include list',
  'include rules.conf',
  'include_if_exists nowhere',
  'include nowhere',
  'include_dir d',
  'include_dir empty',
];
const beside = {
  list: 'one "two" # three\n\n"all"\n',
  empty_: '',
  empty: '# nothing\n',
  'rules.conf': 'local all all peer\nhost all all 10.0.0.0/8 md5\nbroken\n',
  'd/b.conf': 'local b all peer\n',
  'd/a.conf': 'local a all trust\ninclude ../rules.conf\n',
  'd/.c.conf': 'broken',
  'd/e.txt': 'broken',
  'empty.d/': '',
};

/** One wild field a line or two, else all of them would be broken. */
function mostly(plain: readonly string[], wild: readonly string[]) {
  return fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...plain) }, fc.constantFrom(...wild));
}

const line = fc
  .record({
    type: mostly(['local', 'host', 'host', 'hostssl', 'hostnossl'], types),
    database: mostly(['all', 'a,b', '"all"', '@list'], words),
    user: mostly(['all', '+g', 'a', '"+g", b'], words),
    address: mostly(['127.0.0.1/32', '10.0.0.0/8', '::1/128', 'all', 'samenet'], addresses),
    method: mostly(['trust', 'reject', 'md5', 'scram-sha-256'], methods),
    option: mostly([''], options),
    blank: fc.constantFrom(' ', ' ', '\t', '  \r', ' \\\n'),
    end: fc.constantFrom('', '', ' # c', '\r', ' \\\r'),
  })
  .map(({ type, database, user, address, method, option, blank, end }) =>
    [type, database, user, ...(type === 'local' ? [] : [address]), method, option].join(blank).concat(end),
  );
// An option beside its own method, which chance would hardly bring together.
const matching = fc
  .tuple(
    fc.constantFrom('ldap', 'radius', 'cert', 'ident', 'gss', 'pam', 'oauth', 'trust'),
    fc.constantFrom(...options),
  )
  .map(([method, option]) => `hostssl all all all ${method} ${option}`);
const lines = fc.array(
  fc.oneof({ weight: 8, arbitrary: line }, { weight: 2, arbitrary: matching }, fc.constantFrom(...others)),
  { minLength: 1, maxLength: 30 },
);

function nested(depth: number, line: (next: string) => string): Record<string, string> {
  const names = Array.from({ length: depth }, (_, index) => `nest${index + 1}`);
  return Object.fromEntries(names.map((name, index) => [name, index + 1 < depth ? line(`nest${index + 2}`) : 'end\n']));
}

const nothing: Record<string, string> = {};
const edges: readonly [string, string, Record<string, string>][] = (
  [
    ['nothing at all', ''],
    ['a NUL-free blank file', '\n \n\t\n# c\n'],
    ['a word of 10,239 bytes', `local all ${'a'.repeat(10_239)} trust\n`],
    ['a word of 10,240 bytes', `local all ${'a'.repeat(10_240)} trust\n`],
    ['a word of 5,120 letters of two bytes', `local all ${'é'.repeat(5_120)} trust\n`],
    ['a comment of 100,000 bytes', `local all all trust # ${'a'.repeat(100_000)}\nlocal x x trust\n`],
    ['a list of 100,000 bytes', `local all ${'a,'.repeat(50_000)}b trust\n`],
    ['CRLF', 'local all all trust\r\nlocal all \\\r\nall trust\r\n'],
    ['two backslashes', 'local all all trust # \\\\\nlocal b b trust\nlocal c c trust\n'],
    ['a backslash alone', '\\\n\\\n\\\n\nlocal all all trust\n'],
    ['a backslash at the end', 'local all all trust\\'],
    ['an open quotation mark', 'local "all all trust\nlocal all all trust\n'],
    ['a byte order mark', '\ufefflocal all all trust\n'],
    ['other white space', 'local\u00a0all all trust\nlocal all\vall trust\nlocal all all\ftrust\n'],
    ['lists in ten files', 'local @nest1 all trust\n', nested(10, (next) => `@${next}\n`)],
    ['lists in eleven files', 'local @nest1 all trust\n', nested(11, (next) => `@${next}\n`)],
    ['ten inclusions', 'include nest1\n', nested(10, (next) => `include ${next}\n`)],
    [
      'eleven inclusions',
      'include nest1\nlocal all all trust\n',
      nested(11, (next) => `local x x trust\ninclude ${next}\n`),
    ],
    ['an inclusion inside a list', 'local @list all trust\n', { list: 'a\ninclude other\nb', other: 'c "d" e\n' }],
    ['a broken inclusion inside a list', 'local @list all trust\n', { list: 'a\ninclude nowhere\nb' }],
    ['a list that is empty', 'local all @list all trust\n', { list: '# nothing\n' }],
    ['three inclusions in a line', 'include a b\ninclude a,b\n', { a: 'local a a trust\n', b: 'local b b trust\n' }],
    ['quoted inclusions', '"include" "a b"\n"include_if_exists" x\n', { 'a b': 'local a a trust\n' }],
    ['no directory', 'include_dir nowhere\ninclude_dir ""\ninclude_dir list\n', { list: '' }],
    ['absolute paths', 'include_if_exists /nowhere/at/all\ninclude ../nowhere\n'],
  ] as [string, string, Record<string, string>?][]
).map(([name, text, files = nothing]) => [name, text, files]);

describe.each([14, 15, 16, 17, 18] as const)('parseHba beside PostgreSQL %i', (major) => {
  let server: Server;
  let reader: HbaReader;
  let unsupportedMethods: string[];
  const parse = (text: string, files?: Readonly<Record<string, string>>) =>
    parseHba(text, { majorVersion: major, unsupportedMethods, ...(files && { files }) });
  beforeAll(async () => {
    server = await startServer({ major, settings: major >= 18 ? { oauth_validator_libraries: 'v' } : {} });
    reader = await hbaReader(server);
    const rows = await reader.read(methods.map((method) => `host all all all ${method}\n`).join(''));
    unsupportedMethods = rows.flatMap(
      ({ error }) => /"([a-z0-9]+)": not supported by this build/.exec(error ?? '')?.[1] ?? [],
    );
  });
  afterAll(async () => {
    await reader[Symbol.asyncDispose]();
    await server.stop();
  });

  it(`reads the same rules from ${runs} made-up files, and finds the same lines broken`, async () => {
    let [read, broken] = [0, 0];
    for (const [index, made] of fc.sample(lines, { numRuns: runs, seed: major }).entries()) {
      const text = made.join('\n').concat(index % 2 === 0 ? '\n' : '');
      const rows = await reader.read(text, beside);
      const ours = asServerSees(parse(text, beside), dirname(server.hbaFile));
      expect({ text, ours }).toEqual({ text, ours: asSeen(rows) });
      broken += ours.filter(({ rule }) => rule === 'broken').length;
      read += ours.filter(({ rule }) => rule !== 'broken').length;
    }
    expect(Math.min(read, broken)).toBeGreaterThan(runs);
  });

  it.each(edges)('reads as the server does: %s', async (_name, text, files) => {
    const rows = await reader.read(text, files);
    expect(asServerSees(parse(text, files), dirname(server.hbaFile))).toEqual(asSeen(rows));
  });
});
