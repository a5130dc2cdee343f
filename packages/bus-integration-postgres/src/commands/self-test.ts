// The provider's own parts tried on themselves: DSNs, verifiers, a plan, pg_hba. Reaches no server.
import { desiredBy, diff, handle, parseRequest } from 'bus-integration-database';
import { judgeVerifier, scramVerifier } from '../connection/authentication/scram.ts';
import { resourcesOf, serviceProfile } from '../desired/desired-kinds.ts';
import { parseDsn } from '../dsn/dsn.ts';
import { matchHba } from '../hba/match.ts';
import { parseHba } from '../hba/parse/hba.ts';
import { idOf } from '../kinds/index.ts';
import { providerName } from '../plan/respond.ts';
import { emptyServerProvider } from './empty-server.ts';

/** @throws Error for the first part that doesn't do what it should. */
export async function selfTest(): Promise<void> {
  checkDsn();
  await checkVerifier();
  checkHba();
  await checkPlan();
}

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING */
function checkDsn(): void {
  const uri = parseDsn('postgresql://admin@[::1]:5433,second/data%20base?connect_timeout=10');
  expectEqual('URI', uri, {
    user: 'admin',
    host: '::1,second',
    port: '5433,',
    dbname: 'data base',
    connect_timeout: '10',
  });
  expectEqual('keywords', parseDsn("host=/run/pg dbname='it\\'s'"), { host: '/run/pg', dbname: "it's" });
}

/** The exchange of RFC 7677, section 3, whose password and salt are public. */
async function checkVerifier(): Promise<void> {
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
  const verifier = scramVerifier('pencil', { salt, iterations: 4096 });
  const begin = 'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$';
  expectEqual('verifier', verifier.slice(0, begin.length), begin);
  expectEqual('the right password', await judgeVerifier('pencil', verifier, 'user'), 'matches');
  expectEqual('a wrong password', await judgeVerifier('pencils', verifier, 'user'), 'differs');
}

/** https://www.postgresql.org/docs/current/auth-pg-hba-conf.html */
function checkHba(): void {
  const rules = parseHba(
    'local all all peer\nhost "all" all 10.0.0.0/8 trust\nhostssl all +staff 10.0.0.0/8 scram-sha-256\n',
  );
  const client = { user: 'one', database: 'shop', transport: 'tcp', address: '10.1.2.3', replication: 'none' } as const;
  const answer = matchHba(rules, { ...client, tls: true, memberOf: ['staff'] });
  expectEqual('pg_hba', answer.result === 'match' && answer.line, 3);
  expectEqual('pg_hba, no member', matchHba(rules, { ...client, tls: true, memberOf: [] }).result, 'no-match');
}

/** A request through the contract and this provider's pure parts, and a second plan of nothing. */
async function checkPlan(): Promise<void> {
  const request = {
    deployment_id: 'self-test',
    provider: providerName,
    databases: ['one'],
    roles: ['service'],
    schemas: ['public'],
  };
  const context = { signal: new AbortController().signal };
  const provider = emptyServerProvider();
  const { ok, actions } = await handle('plan', JSON.parse(JSON.stringify(request)), [provider], context);
  expectEqual('plan: ok', ok, true);
  expectEqual('plan: actions', actions.slice(0, 5), [
    'discover-provider',
    'compute-database-plan',
    'create-role',
    'create-database',
    'grant-privileges',
  ]);
  const desired = resourcesOf(desiredBy(parseRequest('plan', request), provider), serviceProfile);
  expectEqual('what is as declared', diff(desired, desired, idOf), []);
}

function expectEqual(what: string, seen: unknown, expected: unknown): void {
  const [one, other] = [seen, expected].map((value) => JSON.stringify(value, sortedKeys));
  if (one !== other) throw new Error(`${what} is ${one}, expected ${other}`);
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
