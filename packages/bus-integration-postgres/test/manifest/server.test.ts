// The tables that manifests are judged by, with a server as their judge.
import { installedMajors, sharedServer } from 'embedded';
import { describe, expect, it } from 'vitest';
import { isReservedSetting } from '../../src/manifest/reserved-settings.ts';
import { details } from '../../src/manifest/shapes/access-words.ts';
import { encodings, localeFault } from '../../src/manifest/shapes/locales.ts';
import { momentFault } from '../../src/manifest/shapes/moments.ts';
import { parseObjectName } from '../../src/manifest/shapes/object-names.ts';
import { valueFault } from '../../src/manifest/shapes/setting-values.ts';
import { literal } from '../../src/text/sql-text.ts';

type Server = Awaited<ReturnType<typeof sharedServer>>;

/** Whether the server takes statements; what they do is undone. */
async function takes(server: Server, ...statements: string[]): Promise<boolean> {
  try {
    await server.query(['BEGIN', ...statements, 'ROLLBACK'].join(';\n'));
    return true;
  } catch (error) {
    if (!('code' in (error as object))) throw error;
    return false;
  }
}

const kinds: Readonly<Record<string, string>> = {
  tables: 'ON ALL TABLES IN SCHEMA public',
  sequences: 'ON ALL SEQUENCES IN SCHEMA public',
  routines: 'ON ALL ROUTINES IN SCHEMA public',
  schemas: 'ON SCHEMA public',
  database: 'ON DATABASE postgres',
};

/** A set that is empty takes any privilege. */
const things = [
  'CREATE ROLE manifest_r',
  'CREATE TABLE public.manifest_t (id int)',
  'CREATE SEQUENCE public.manifest_s',
  "CREATE FUNCTION public.manifest_f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
];

const privileges = Object.entries(details).filter(([detail]) => detail === detail.toUpperCase());

describe.each(installedMajors())('on PostgreSQL %i', (major) => {
  it('privileges exist for what they can be given on, and for nothing else of ours', async () => {
    await using server = await sharedServer(major);
    const told: string[] = [];
    for (const [privilege, scope] of privileges) {
      const isThere = privilege !== 'MAINTAIN' || major >= 17;
      for (const [kind, clause] of Object.entries(kinds)) {
        const isOurs = (scope.all as readonly string[]).includes(kind);
        const isTaken = await takes(server, ...things, `GRANT ${privilege} ${clause} TO manifest_r`);
        if (isTaken !== (isOurs && isThere)) told.push(`${privilege} on ${kind}: ${isTaken}`);
      }
      const column = `GRANT ${privilege} (id) ON public.manifest_t TO manifest_r`;
      const isTaken = await takes(server, ...things, column);
      if (isTaken !== 'hasColumns' in scope) told.push(`${privilege} on columns: ${isTaken}`);
    }
    expect(told).toEqual([]);
  });

  it('no setting that a superuser alone sets comes by a request', async () => {
    await using server = await sharedServer(major);
    const rows = await server.query(
      `SELECT name, context LIKE 'superuser%' AS reserved FROM pg_settings
        WHERE context IN ('user', 'superuser', 'superuser-backend') AND name <> 'local_preload_libraries' ORDER BY name`,
    );
    const told = rows.filter(({ name, reserved }) => reserved && !isReservedSetting(String(name)));
    expect(told).toEqual([]);
    expect(rows.filter(({ name, reserved }) => !reserved && isReservedSetting(String(name)))).toEqual([]);
    expect(isReservedSetting('local_preload_libraries')).toBe(true);
  });

  it('settings take the values that are right here, and no others of these', async () => {
    await using server = await sharedServer(major);
    const values: Readonly<Record<string, readonly string[]>> = {
      statement_timeout: [
        '0',
        '30s',
        '30 s',
        '5min',
        '5m',
        '1h',
        '2d',
        '100ms',
        '10us',
        '5 mins',
        '30S',
        '1.5h',
        'soon',
        '1 week',
        '0x10',
        '1e3',
      ],
      work_mem: [
        '4096',
        '64MB',
        '64mb',
        '64 MB',
        '1GB',
        '1TB',
        '100kB',
        '100KB',
        '70000B',
        '1.5GB',
        'much',
        '30s',
        '64M',
      ],
      default_transaction_read_only: ['on', 'off', 'true', 'FALSE', 'yes', 'no', '1', '0', 'onn', 'maybe'],
      default_transaction_isolation: [
        'serializable',
        'Read Committed',
        'repeatable read',
        'read_committed',
        'serialisable',
      ],
      client_min_messages: ['debug5', 'notice', 'WARNING', 'error', 'fatal', 'loud'],
      synchronous_commit: ['local', 'on', 'remote_apply', 'off', 'remote', 'no'],
      bytea_output: ['hex', 'escape', 'base64'],
      intervalstyle: ['postgres', 'iso_8601', 'iso'],
      plan_cache_mode: ['auto', 'force_generic_plan', 'generic'],
      constraint_exclusion: ['partition', 'on', 'no', 'maybe'],
      log_statement: ['none', 'ddl', 'all', 'some'],
      idle_in_transaction_session_timeout: ['1min', '1 minute'],
      jit: ['on', 'o', 'offf'],
    };
    const told: string[] = [];
    for (const [name, list] of Object.entries(values)) {
      for (const value of list) {
        const isTaken = await takes(server, `SET ${name} = ${literal(value)}`);
        const isRight = valueFault(name, value) === undefined;
        if (isTaken !== isRight) told.push(`${name} = ${value}: ${isTaken}`);
      }
    }
    // A unique beginning of a boolean's word is taken too; nobody writes one on purpose.
    expect(told).toEqual([]);
  });

  it('times are those that the server takes, with a zone', async () => {
    await using server = await sharedServer(major);
    const right = [
      ...[
        '2027-01-31T18:00:00Z',
        '2027-01-31 18:00:00+02',
        '2027-01-31 18:00:00.5 +02:00',
        '2028-02-29T00:00Z',
        'infinity',
      ],
      ...['2027-12-31T23:59:59-0330', '2027-01-31T18:00+05:45'],
    ];
    const wrong = [
      '2027-02-29T18:00:00Z',
      '2027-13-01T00:00:00Z',
      '2027-01-31T24:01:00Z',
      '2027-01-31T18:60:00Z',
      '90d',
      'soon',
    ];
    for (const moment of [...right, ...wrong]) {
      const isTaken = await takes(
        server,
        'CREATE ROLE manifest_r',
        `ALTER ROLE manifest_r VALID UNTIL ${literal(moment)}`,
      );
      expect([moment, isTaken]).toEqual([moment, momentFault(moment) === undefined]);
    }
  });

  it('names mean what the server reads them as, where they are in quotes or in small letters', async () => {
    await using server = await sharedServer(major);
    for (const name of ['app.invoices', '"My Schema"."T ""x"""', 'a_1."Ä.b"', '"a.b".c']) {
      const [row] = await server.query<{ parts: readonly string[] }>(
        `SELECT pg_catalog.parse_ident(${literal(name)}) AS parts`,
      );
      const parsed = parseObjectName(name);
      expect([parsed?.schema, parsed?.name]).toEqual(row?.parts);
    }
  });

  it('encodings are those that a database can be in', async () => {
    await using server = await sharedServer(major);
    const rows = await server.query<{ name: string }>(
      `SELECT pg_catalog.pg_encoding_to_char(id) AS name FROM pg_catalog.generate_series(0, 60) AS id
        WHERE pg_catalog.pg_encoding_to_char(id) <> '' ORDER BY id`,
    );
    const clientOnly = ['SJIS', 'BIG5', 'GBK', 'UHC', 'GB18030', 'JOHAB', 'SHIFT_JIS_2004'];
    const names = rows.map(({ name }) => name).filter((name) => !clientOnly.includes(name));
    expect([...encodings].sort()).toEqual(names.sort());
  });
});

it('locales of providers are taken as they are judged', async () => {
  await using server = await sharedServer(18);
  const resources = [
    { provider: 'builtin', locale: 'C' },
    { provider: 'builtin', locale: 'C.UTF-8' },
    { provider: 'builtin', locale: 'PG_UNICODE_FAST' },
    { provider: 'builtin', locale: 'de_DE' },
    { provider: 'builtin', locale: 'C.UTF-8', encoding: 'LATIN1' },
    { provider: 'builtin', locale: 'C', encoding: 'LATIN1' },
    { provider: 'builtin' },
    { provider: 'icu', locale: 'de-DE' },
    { provider: 'icu' },
    { provider: 'icu', locale: 'de-DE', encoding: 'SQL_ASCII' },
    { provider: 'icu', locale: 'de-DE', encoding: 'EUC_JIS_2004' },
    { provider: 'icu', locale: 'de-DE', encoding: 'LATIN1' },
    { provider: 'libc', locale: 'C' },
  ];
  const told: string[] = [];
  for (const desired of resources) {
    const { provider, locale, encoding = 'UTF8' } = desired;
    const own = { builtin: 'BUILTIN_LOCALE', icu: 'ICU_LOCALE', libc: 'LOCALE' }[provider];
    const clause = locale === undefined ? '' : ` ${own} ${literal(locale)}`;
    const c = provider === 'libc' ? '' : " LC_COLLATE 'C' LC_CTYPE 'C'";
    let isTaken = true;
    try {
      await server.query(
        `CREATE DATABASE manifest_d TEMPLATE template0 ENCODING ${literal(encoding)} LOCALE_PROVIDER ${provider}${clause}${c}`,
      );
      await server.query('DROP DATABASE manifest_d');
    } catch {
      isTaken = false;
    }
    if (isTaken !== (localeFault(desired) === undefined)) told.push(`${JSON.stringify(desired)}: ${isTaken}`);
  }
  expect(told).toEqual([]);
});
