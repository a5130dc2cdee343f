// What is done with a file that holds the logins of two roles, `a` and `b`, by what was decided of each alone.
import { describe, expect, it } from 'vitest';
import type { RoleDecision } from '../../src/credentials/decide.ts';
import type { FileDecision } from '../../src/credentials/file-decision.ts';
import { decidedFiles, joinSharedFiles, loginsOf } from '../../src/credentials/shared-files.ts';
import type { Output } from '../../src/model/output.ts';
import type { FileReading } from '../../src/output-files/connection-string.ts';
import { Secret } from '../../src/secrets/secret.ts';

const database = 'app';
const shared: Output = {
  file: './pgpass',
  form: 'pgpass',
  connections: [
    { role: 'a', database },
    { role: 'b', database },
  ],
};
const absent: FileReading = { state: 'absent' };
const broken: FileReading = { state: 'broken', reason: 'it does not hold this connection' };
const held = (password: string): FileReading => ({ state: 'present', endpoint: {}, password: new Secret(password) });

interface Alone {
  readonly act: FileDecision['act'];
  readonly live?: FileReading;
  readonly staged?: FileReading;
  readonly said?: Partial<FileDecision>;
  readonly of?: Partial<RoleDecision>;
  /** What becomes of a file of its own. */
  readonly own?: FileDecision['act'];
}

function decided(role: string, { act, live = held('p'), staged = absent, said, of, own }: Alone): RoleDecision {
  const decision = (output: Output, what: FileDecision['act'], more: Partial<FileDecision> = {}): FileDecision => ({
    pair: { output, file: output.file, path: output.file, role, database, live, staged },
    act: what,
    risk: 'create',
    password: 'kept',
    ...more,
  });
  const ownOutput: Output = { file: `app.${role}.dsn`, form: 'uri', connections: [{ role, database }] };
  return {
    role,
    endpoint: {},
    source: 'kept',
    setsPassword: false,
    findings: [],
    files: [decision(shared, act, said), ...(own === undefined ? [] : [decision(ownOutput, own)])],
    ...of,
  };
}

/** What is done with each of the two logins, in words. */
function joined(a: Alone, b: Alone): string[] {
  const together = joinSharedFiles([decided('a', a), decided('b', b)]);
  const file = decidedFiles(together).get(shared.file);
  if (file === undefined) throw new Error('the file is decided of');
  return loginsOf(file).map(({ decision: { act, risk, isKeptAsFound } }) =>
    [act, risk, ...(isKeptAsFound ? ['as found'] : [])].join(' '),
  );
}

const right = { stagedIsRight: true };

describe('a file of two roles', () => {
  it.each<[string, Alone, Alone, string[]]>([
    ['kept', { act: 'keep' }, { act: 'keep' }, ['keep create', 'keep create']],
    [
      'written whole where one login is to change',
      { act: 'write', said: { risk: 'update' } },
      { act: 'keep' },
      ['write update', 'write update'],
    ],
    [
      'written by the gravest risk',
      { act: 'write', said: { risk: 'weaken-tls' } },
      { act: 'write', said: { risk: 'destructive' } },
      ['write destructive', 'write destructive'],
    ],
    [
      'no reason to ask for a rotation twice',
      { act: 'write', said: { risk: 'rotate' } },
      { act: 'keep' },
      ['write update', 'write update'],
    ],
    [
      'promoted where the staged file is right for both',
      { act: 'promote', said: right },
      { act: 'keep', said: right },
      ['promote create', 'promote create'],
    ],
    [
      'written anew where it is right for one',
      { act: 'promote', said: right },
      { act: 'write', said: { stagedIsRight: false } },
      ['write create', 'write create'],
    ],
    ['rid of its staged twin', { act: 'discard' }, { act: 'discard' }, ['discard create', 'discard create']],
    [
      'beside its staged twin until a password is proven',
      { act: 'discard' },
      { act: 'keep' },
      ['keep create', 'keep create'],
    ],
    [
      'written with what it says of a login that is not sure',
      { act: 'write' },
      { act: 'leave' },
      ['write create', 'write create as found'],
    ],
    [
      'left where that login has another password in its staged twin',
      { act: 'write' },
      { act: 'leave', staged: held('q') },
      ['leave create', 'leave create'],
    ],
    [
      'left where it does not hold that login',
      { act: 'write' },
      { act: 'leave', live: broken },
      ['leave create', 'leave create'],
    ],
    [
      'promoted where both say the same of it',
      { act: 'promote', said: right },
      { act: 'leave', staged: held('p') },
      ['promote create', 'promote create as found'],
    ],
  ])('is %s', (_, a, b, expected) => {
    expect(joined(a, b)).toEqual(expected);
  });

  const unsure: Alone = { act: 'leave', live: broken };

  it('keeps a rotation from beginning, where it can not follow', () => {
    const rotated = decided('a', {
      act: 'write',
      own: 'write',
      of: { source: 'new', setsPassword: true, replaces: 'x' },
    });
    const [a] = joinSharedFiles([rotated, decided('b', unsure)]);
    expect(a).toMatchObject({
      source: 'none',
      setsPassword: false,
      refusal: { code: 'file-of-several', errorClass: 'not-converged' },
    });
    expect(a?.files.map(({ act }) => act)).toEqual(['leave', 'leave']);
  });

  it('keeps a first password from being set, where it would stand nowhere', () => {
    const first = decided('a', { act: 'write', live: absent, of: { source: 'new', setsPassword: true } });
    expect(joinSharedFiles([first, decided('b', unsure)])[0]).toMatchObject({ setsPassword: false, refusal: {} });
  });

  it('lets a first password be set that stands in another file, and waits', () => {
    const first = decided('a', { act: 'write', live: absent, own: 'write', of: { source: 'new', setsPassword: true } });
    const [a] = joinSharedFiles([first, decided('b', unsure)]);
    expect(a).toMatchObject({ setsPassword: true, unsettled: { code: 'file-of-several' } });
    expect(a).not.toHaveProperty('refusal');
    expect(a?.files.map(({ act }) => act)).toEqual(['leave', 'write']);
  });

  it('changes nothing where no file is shared', () => {
    const alone = [decided('a', { act: 'keep' })].map((one) => ({
      ...one,
      files: one.files.map((file) => ({ ...file, pair: { ...file.pair, output: { ...shared, connections: [] } } })),
    }));
    expect(joinSharedFiles(alone)).toBe(alone);
  });
});
