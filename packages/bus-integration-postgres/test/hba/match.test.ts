import { describe, expect, it } from 'vitest';
import { type HbaClient, matchHba, parseHba } from '../../src/index.ts';

const client: HbaClient = {
  user: 'app',
  database: 'shop',
  transport: 'tcp',
  address: '10.1.2.3',
  tls: false,
  replication: 'none',
  memberOf: [],
};

describe('matchHba', () => {
  it('names the first rule that is the client’s', () => {
    const rules = parseHba('# c\nlocal all all peer\nhost all all 10.0.0.0/8 scram-sha-256\nhost all all all trust\n');
    expect(matchHba(rules, client)).toEqual({
      result: 'match',
      file: 'pg_hba.conf',
      line: 3,
      method: 'scram-sha-256',
      options: {},
    });
    expect(matchHba(rules, { ...client, address: '11.1.1.1' })).toMatchObject({ line: 4 });
    expect(matchHba(rules, { ...client, transport: 'unix' })).toMatchObject({ line: 2, method: 'peer' });
    expect(matchHba(rules, { ...client, replication: 'physical' })).toEqual({ result: 'no-match' });
  });

  it('decides nothing by a file that the server does not load', () => {
    const rules = parseHba('host all all 10.0.0.0/8 scram\n');
    expect(rules.broken).toMatchObject([{ line: 1, reason: '"scram" is not an authentication method' }]);
    expect(matchHba(rules, client)).toMatchObject({ result: 'undecided', possible: [] });
  });
});
