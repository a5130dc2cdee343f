import {
  candidatePasswords,
  type DesiredCredentials,
  decideCredentials,
  type FilePair,
  type FileReading,
  type Proof,
  type Proofs,
  type RoleDecision,
  Secret,
} from 'bus-integration-database';
import { describe, expect, test } from 'vitest';
import { connectionStrings } from '../../src/output-forms/connection-strings.ts';

const here = { host: 'db', port: '5432' };
const elsewhere = { host: 'old', port: '5432' };
const absent: FileReading = { state: 'absent' };
const broken: FileReading = { state: 'broken', reason: 'it holds no DSN' };
const anothers: FileReading = { state: 'broken', reason: 'it is for another role', holder: 'other@app' };
const held = (password: string, endpoint = here): FileReading => ({
  state: 'present',
  endpoint,
  password: new Secret(made(password)),
});

/** As long as passwords are that are made here. */
const made = (password: string) => password.padEnd(43, '-');
const shortened = (password: string) => password.replace(/-+$/, '');
const byHand: FileReading = { state: 'present', endpoint: here, password: new Secret('hunter2') };

function pair(database: string, live: FileReading, staged: FileReading = absent): FilePair {
  const file = `${database}.dsn`;
  const output = { file, form: 'uri', connections: [{ database, role: 'svc' }] };
  return { output, file, path: `./dsn/${file}`, database, role: 'svc', live, staged };
}

/** What the server holds; `undefined`: it can't be told. */
function proofsFor(onServer: string | undefined, rest: Proof = { state: 'disproven' }): Proofs {
  return (_, password) => (onServer !== undefined && password.reveal() === made(onServer) ? { state: 'proven' } : rest);
}

const unknown: Proof = { state: 'unknown', reason: 'the server asked for no password (trust)' };
const refusedLogin: Proof = { state: 'unknown', isRefused: true, reason: '28P01' };

function decide(pairs: readonly FilePair[], proofs: Proofs, said: Partial<DesiredCredentials> = {}): RoleDecision {
  return decideCredentials(
    {
      role: 'svc',
      standing: 'ours',
      isRotated: false,
      hasTls: false,
      endpoint: here,
      strings: connectionStrings,
      pairs,
      ...said,
    },
    proofs,
  );
}

const missing = { standing: 'missing' } as const;
const rotated = { isRotated: true } as const;

describe('what becomes of the files', () => {
  test.each<
    [
      what: string,
      pairs: readonly FilePair[],
      proofs: Proofs,
      said: Partial<DesiredCredentials>,
      decision: string,
      files: readonly string[],
    ]
  >([
    [
      'a new role',
      [pair('a', absent), pair('b', absent)],
      proofsFor(undefined),
      missing,
      'new, sets it',
      ['write create new', 'write create new'],
    ],
    [
      'a new role whose staged file was left',
      [pair('a', absent, held('s'))],
      proofsFor(undefined),
      missing,
      'staged s, sets it',
      ['promote create staged'],
    ],
    [
      'a lost role whose file stands',
      [pair('a', held('p'))],
      proofsFor(undefined),
      missing,
      'kept p, sets it',
      ['keep'],
    ],
    [
      'a lost role, one of two files',
      [pair('a', absent), pair('b', held('p'))],
      proofsFor(undefined),
      missing,
      'kept p, sets it',
      ['write create sibling', 'keep'],
    ],
    [
      'a new role, a file of another server',
      [pair('a', held('p', elsewhere))],
      proofsFor(undefined),
      missing,
      'foreign-dsn-file',
      ['leave'],
    ],
    [
      "a new role, another role's file",
      [pair('a', anothers)],
      proofsFor(undefined),
      missing,
      'new, sets it',
      ['write destructive new'],
    ],
    [
      'a new role whose file was written by hand',
      [pair('a', byHand)],
      proofsFor(undefined),
      missing,
      'password-by-hand',
      ['leave'],
    ],
    [
      'a new role whose staged file was written by hand',
      [pair('a', absent, byHand)],
      proofsFor(undefined),
      missing,
      'password-by-hand',
      ['leave'],
    ],
    [
      'a new role whose file git has',
      [{ ...pair('a', held('p')), isTracked: true }],
      proofsFor(undefined),
      missing,
      'password-in-git',
      ['leave'],
    ],
    [
      'the same with a new password asked for',
      [pair('a', byHand)],
      proofsFor(undefined),
      { ...missing, ...rotated },
      'new, sets it',
      ['write update new'],
    ],
    [
      'a rotation beside a staged file that was written by hand',
      [pair('a', held('p'), byHand)],
      proofsFor('p'),
      rotated,
      'new, sets it',
      ['write rotate new'],
    ],
    [
      'a role whose password was given by hand',
      [pair('a', byHand)],
      () => ({ state: 'proven' }),
      {},
      'kept hunter2',
      ['keep'],
    ],
    ['all well', [pair('a', held('p'))], proofsFor('p'), {}, 'kept p', ['keep']],
    [
      'a file lost beside another',
      [pair('a', absent), pair('b', held('p'))],
      proofsFor('p'),
      {},
      'kept p',
      ['write create sibling', 'keep'],
    ],
    [
      'a file broken beside another',
      [pair('a', broken), pair('b', held('p'))],
      proofsFor('p'),
      {},
      'kept p',
      ['write update sibling', 'keep'],
    ],
    [
      'a stale file beside a right one',
      [pair('a', held('old')), pair('b', held('p'))],
      proofsFor('p'),
      {},
      'kept p',
      ['write update sibling', 'keep'],
    ],
    ['another endpoint', [pair('a', held('p', elsewhere))], proofsFor('p'), {}, 'kept p', ['write update kept']],
    [
      'a needless staged file',
      [pair('a', held('p'), held('s'))],
      proofsFor('p'),
      {},
      'kept p',
      ['discard create kept'],
    ],
    ['a broken staged file', [pair('a', held('p'), broken)], proofsFor('p'), {}, 'kept p', ['discard create kept']],
    [
      'the staged password is the server’s',
      [pair('a', held('old'), held('p'))],
      proofsFor('p'),
      {},
      'staged p',
      ['promote update staged'],
    ],
    [
      'the same, at another endpoint',
      [pair('a', held('old'), held('p', elsewhere))],
      proofsFor('p'),
      {},
      'staged p',
      ['promote-and-write update staged'],
    ],
    ['a rotation', [pair('a', held('p'))], proofsFor('p'), rotated, 'new, sets it', ['write rotate new']],
    [
      'a rotation cut off before the server knew',
      [pair('a', held('p'), held('s'))],
      proofsFor('p'),
      rotated,
      'staged s, sets it',
      ['promote rotate staged'],
    ],
    [
      'a rotation cut off after the server knew',
      [pair('a', held('p'), held('s'))],
      proofsFor('s'),
      rotated,
      'staged s',
      ['promote update staged'],
    ],
    [
      'a rotation with nothing to go by',
      [pair('a', broken)],
      proofsFor(undefined),
      rotated,
      'new, sets it',
      ['write rotate new'],
    ],
    ['no file at all', [pair('a', absent)], proofsFor(undefined), {}, 'password-lost', ['leave']],
    ['a broken file alone', [pair('a', broken)], proofsFor(undefined), {}, 'password-lost', ['leave']],
    ['a wrong password', [pair('a', held('old'))], proofsFor('p'), {}, 'password-wrong', ['leave']],
    [
      'a password that proves nothing, all files whole',
      [pair('a', held('p'))],
      proofsFor(undefined, unknown),
      {},
      'unproven',
      ['leave'],
    ],
    [
      'the same with a file to make',
      [pair('a', held('p')), pair('b', absent)],
      proofsFor(undefined, unknown),
      {},
      'unproven, unsettled',
      ['leave', 'leave'],
    ],
    [
      'the same with a staged file',
      [pair('a', held('p'), held('s'))],
      proofsFor(undefined, unknown),
      {},
      'unproven, unsettled',
      ['leave'],
    ],
    ['a refused login', [pair('a', held('p'))], proofsFor(undefined, refusedLogin), {}, 'password-unproven', ['leave']],
    ['a role that is not ours', [pair('a', held('p'))], proofsFor('p'), { standing: 'refused' }, 'none', ['leave']],
  ])('%s', (_, pairs, proofs, said, decision, files) => {
    const { source, password, setsPassword, refusal, unsettled, files: decided } = decide(pairs, proofs, said);
    const known = password === undefined ? source : `${source} ${shortened(password.reveal())}`;
    expect(refusal?.code ?? known + (setsPassword ? ', sets it' : '') + (unsettled ? ', unsettled' : '')).toBe(
      decision,
    );
    expect(
      decided.map(({ act, risk, password: origin }) =>
        act === 'keep' || act === 'leave' ? act : `${act} ${risk} ${origin}`,
      ),
    ).toEqual(files);
  });
});

test('candidates are the distinct passwords, staged ones first', () => {
  const pairs = [pair('a', held('p'), held('s')), pair('b', held('p'), absent), pair('c', broken, held('t'))];
  expect(candidatePasswords(pairs).map((secret) => shortened(secret.reveal()))).toEqual(['s', 't', 'p']);
});

describe('whatever the files and the server hold', () => {
  const readings = [absent, broken, held('p'), held('p', elsewhere), held('q')];
  const onePair = readings.flatMap((live) => readings.map((staged) => ({ live, staged })));
  const states = onePair.flatMap((one) =>
    onePair.map((other) => [pair('a', one.live, one.staged), pair('b', other.live, other.staged)]),
  );
  const knowledge: readonly Proofs[] = [
    proofsFor('p'),
    proofsFor('q'),
    proofsFor('r'),
    proofsFor(undefined, unknown),
    proofsFor(undefined, refusedLogin),
  ];
  const cases = states.flatMap((pairs) =>
    knowledge.flatMap((proofs) => [false, true].map((isRotated) => ({ pairs, proofs, isRotated }))),
  );

  test(`a proven password is never lost but by a rotation (${cases.length} cases)`, () => {
    for (const { pairs, proofs, isRotated } of cases) {
      const decision = decide(pairs, proofs, { isRotated });
      const proven = candidatePasswords(pairs).find((password) => proofs('svc', password).state === 'proven');
      if (proven === undefined || isRotated) continue;
      expect(decision.setsPassword).toBe(false);
      if (decision.refusal !== undefined) {
        // Another server's password would be lost instead.
        expect(decision.refusal.code).toBe('foreign-dsn-file');
        expect(decision.files.every(({ act }) => act === 'leave')).toBe(true);
        continue;
      }
      // Carried out, every file holds it, and no staged file is left.
      expect(after(decision, pairs).map(({ live, staged }) => [passwordIn(live), staged.state])).toEqual(
        pairs.map(() => [proven.reveal(), 'absent']),
      );
    }
  });

  test('nothing proven, nothing rotated: nothing is touched', () => {
    for (const { pairs, proofs, isRotated } of cases) {
      if (isRotated || candidatePasswords(pairs).some((password) => proofs('svc', password).state === 'proven'))
        continue;
      const decision = decide(pairs, proofs);
      expect([decision.setsPassword, ...decision.files.map(({ act }) => act)]).toEqual([false, 'leave', 'leave']);
    }
  });

  test('a rotation ends with one password in every file, the one that the server is given or has', () => {
    for (const { pairs, proofs, isRotated } of cases) {
      if (!isRotated) continue;
      const decision = decide(pairs, proofs, { isRotated });
      if (decision.refusal !== undefined) continue;
      const chosen = decision.password?.reveal() ?? made('new');
      const live = after(decision, pairs).map(({ live }) => passwordIn(live));
      expect(live).toEqual([chosen, chosen]);
      if (!decision.setsPassword) expect(proofs('svc', new Secret(chosen)).state).toBe('proven');
    }
  });
});

function after({ files, password }: RoleDecision, pairs: readonly FilePair[]): FilePair[] {
  const chosen = held(password?.reveal() ?? 'new');
  return pairs.map((one, index) => {
    switch (files[index]?.act) {
      case 'write':
      case 'promote-and-write':
        return { ...one, live: chosen, staged: absent };
      case 'promote':
        return { ...one, live: one.staged, staged: absent };
      case 'discard':
        return { ...one, staged: absent };
      default:
        return one;
    }
  });
}

function passwordIn(reading: FileReading): string | undefined {
  return reading.state === 'present' ? reading.password.reveal() : undefined;
}

describe('a file that belongs to another server', () => {
  test.each<[what: string, pairs: readonly FilePair[], proofs: Proofs, said: Partial<DesiredCredentials>]>([
    [
      'beside a staged leftover, for a role to be made',
      [pair('a', held('p', elsewhere), held('s'))],
      proofsFor(undefined),
      missing,
    ],
    ['when a rotation would write over it', [pair('a', held('p', elsewhere))], proofsFor('q'), rotated],
    ['beside a proven sibling', [pair('a', held('p')), pair('b', held('q', elsewhere))], proofsFor('p'), {}],
  ])('is not written over %s', (_, pairs, proofs, said) => {
    const { refusal, files } = decide(pairs, proofs, said);
    expect([refusal?.code, ...files.map(({ act }) => act)]).toEqual(['foreign-dsn-file', ...pairs.map(() => 'leave')]);
  });

  test('is another matter when its password is proven here: the service address changed', () => {
    const { refusal, files } = decide([pair('a', held('p', elsewhere))], proofsFor('p'), rotated);
    expect([refusal, files[0]?.act]).toEqual([undefined, 'write']);
  });
});

test('a rotation names the password that it replaces without telling it', () => {
  const [one, other] = ['x', 'y'].map((letter) => letter.repeat(43));
  const replaced = (password: string) => decide([pair('a', held(password))], proofsFor(password), rotated).replaces;
  expect(replaced(one ?? '')).toMatch(/^[0-9a-f]{16}$/);
  expect(replaced(one ?? '')).not.toBe(replaced(other ?? ''));
  expect(decide([pair('a', byHand)], () => ({ state: 'proven' }), rotated).replaces).toBe('given by hand');
});

test('a role without a password gets its first one', () => {
  const { source, setsPassword, refusal } = decide([pair('a', absent)], proofsFor(undefined), { hasNoPassword: true });
  expect({ source, setsPassword, refusal }).toEqual({ source: 'new', setsPassword: true, refusal: undefined });
});
