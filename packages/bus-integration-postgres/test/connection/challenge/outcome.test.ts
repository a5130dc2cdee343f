import { describe, expect, test } from 'vitest';
import type { Challenge } from '../../../src/connection/challenge/challenge.ts';
import {
  type ChallengeChannel,
  judgeChallenges,
  type Probes,
} from '../../../src/connection/challenge/challenge-verdict.ts';

const pinned = { host: 'db.example.com', address: '10.0.3.7', port: 5432 };
const scram: Challenge = { kind: 'asked', method: 'sasl', mechanisms: ['SCRAM-SHA-256'] };
const refused: Challenge = { kind: 'refused', sqlstate: '28000', message: 'no pg_hba.conf entry' };
const asked = (method: 'password' | 'md5' | 'gss', mechanisms: string[] = []): Challenge => ({
  kind: 'asked',
  method,
  mechanisms,
});

function judged(answers: readonly (readonly [ChallengeChannel, Challenge])[], said: Partial<Probes> = {}): string[] {
  const probes = { role: 'svc', pinned, answers: new Map(answers), policy: 'private' as const, ...said };
  return judgeChallenges(probes).map(({ result, id, seen }) => `${result} ${id}: ${seen}`);
}

describe('judgeChallenges', () => {
  test('says in one line what is good, and leaves out what there is not', () => {
    expect(
      judged([
        ['plain', scram],
        ['tls', scram],
      ]),
    ).toEqual(['ok challenge: asked for SCRAM over plain TCP, asked for SCRAM over TLS']);
    expect(
      judged([
        ['plain', scram],
        ['tls', { kind: 'no-tls' }],
      ]),
    ).toEqual(['ok challenge: asked for SCRAM over plain TCP']);
    expect(judged([['tls', { kind: 'no-tls' }]])).toEqual([]);
  });

  test('whoever is let in without a password fails, a local account only warns', () => {
    expect(
      judged([
        ['plain', scram],
        ['tls', { kind: 'entered' }],
      ]),
    ).toEqual(['fail challenge: anybody enters over TLS as svc: no password is asked for (trust)']);
    expect(judged([['socket', { kind: 'entered' }]])).toEqual([
      expect.stringMatching(
        /^warn challenge: this account enters over the Unix-domain socket as svc without a password/,
      ),
    ]);
  });

  test('clear text and MD5 fail where strangers come near', () => {
    expect(judged([['plain', asked('password')]])[0]).toMatch(
      /^fail challenge: svc is asked for the password in plaintext/,
    );
    expect(judged([['tls', asked('password')]])[0]).toMatch(/^warn /);
    expect(judged([['tls', asked('password')]], { policy: 'tls' })[0]).toMatch(/^fail /);
    expect(judged([['plain', asked('md5')]])[0]).toMatch(/^warn challenge: svc is asked for an MD5 hash/);
    expect(judged([['plain', asked('md5')]], { policy: 'external' })[0]).toMatch(/^fail /);
  });

  test('other methods are told', () => {
    expect(judged([['plain', asked('gss')]])).toEqual([
      'info challenge: svc is asked for GSS over plain TCP, for which no DSN file serves',
    ]);
    const oauth: Challenge = { kind: 'asked', method: 'sasl', mechanisms: ['OAUTHBEARER'] };
    expect(judged([['tls', oauth]])[0]).toContain('is asked for OAUTHBEARER over TLS');
  });

  test.each<Challenge>([
    { kind: 'timeout', reason: 'no answer' },
    { kind: 'unreachable', reason: 'connection refused' },
    { kind: 'tls-failed', reason: 'the handshake failed' },
    { kind: 'unreadable', reason: 'speaks something else' },
    { kind: 'refused', sqlstate: '53300', message: 'too many clients' },
  ])('what could not be seen is unknown: %j', (answer) => {
    for (const check of judged([['plain', answer]], { plainText: 'fail' })) expect(check).toMatch(/^unknown /);
    expect(judged([['plain', answer]], { plainText: 'fail' })).toHaveLength(2);
  });

  test('plain text where TLS is demanded must be refused, by a rule', () => {
    const said = { plainText: 'warn' as const };
    expect(
      judged(
        [
          ['plain', refused],
          ['tls', scram],
        ],
        said,
      ),
    ).toEqual([
      'ok challenge: refused over plain TCP, asked for SCRAM over TLS',
      'ok plain-text: plain text is refused, as TLS is demanded',
    ]);
    for (const answer of [scram, asked('md5'), { kind: 'entered' } as const]) {
      expect(judged([['plain', answer]], said)).toContain(
        'warn plain-text: connections without TLS are allowed, though TLS is required',
      );
    }
  });
});
