import { describe, expect, it } from 'vitest';
import { readInvocation } from '../../src/command-line/flags.ts';

const problemOf = (...argv: string[]) => {
  const invocation = readInvocation(argv);
  return 'problem' in invocation ? invocation.problem : undefined;
};

describe('readInvocation', () => {
  it('takes global flags before and after the verb', () => {
    const one = readInvocation(['-v', '-f', 'json', 'plan', '--check']);
    const other = readInvocation(['plan', '--check', '-vf', 'json']);
    expect(one).toEqual(other);
    expect(one).toMatchObject({ verb: 'plan', flags: { verbosity: 1, format: 'json', check: true } });
  });

  it('counts -v, and takes --trace for two', () => {
    expect(readInvocation(['plan', '-vv'])).toMatchObject({ flags: { verbosity: 2 } });
    expect(readInvocation(['plan', '--trace'])).toMatchObject({ flags: { verbosity: 2 } });
  });

  it('lets the last colour win', () => {
    expect(readInvocation(['--color', 'always', 'plan', '--no-color'])).toMatchObject({ flags: { color: 'never' } });
    expect(readInvocation(['--no-color', 'plan', '--color=always'])).toMatchObject({ flags: { color: 'always' } });
  });

  it('splits risks at commas and keeps roles whole', () => {
    const argv = [
      'apply',
      '--allow',
      'revoke, update weaken-tls',
      '--allow=destructive',
      '--rotate',
      'a,b',
      '--rotate',
      'c',
    ];
    expect(readInvocation(argv)).toMatchObject({
      flags: { allow: ['revoke', 'update', 'weaken-tls', 'destructive'], rotate: ['a,b', 'c'] },
    });
  });

  it('takes what follows -- for a word', () => {
    expect(readInvocation(['--', 'plan'])).toMatchObject({ verb: 'plan' });
    expect(problemOf('plan', '--', '--check')).toBe('unexpected argument --check after plan');
  });

  it('names the nearest known word for an unknown one', () => {
    expect(problemOf('aply')).toBe('unknown verb aply; did you mean apply?');
    expect(problemOf('frobnicate')).toBe('unknown verb frobnicate; see bus operator database --help');
    expect(problemOf('plan', '--chekc')).toBe('unknown flag --chekc; did you mean --check?');
    expect(problemOf('plan', '--env')).toBe('unknown flag --env; did you mean --env-file FILE?');
    expect(problemOf('plan', '-x')).toMatch(/^unknown flag -x; /);
    expect(problemOf('plan', 'twice')).toBe('unexpected argument twice after plan');
    expect(problemOf('\u001b[2J\u202e')).toBe('unknown verb "\\u001b[2J\ufffd"; see bus operator database --help');
  });

  it('says which verb a flag belongs to', () => {
    expect(problemOf('status', '--save', 'x')).toBe('--save is a flag of plan, not of status');
    expect(problemOf('plan', '--allow', 'revoke;update')).toBe('--allow holds a semicolon; write --allow RISK[,RISK]');
    expect(problemOf('doctor', '--allow', 'revoke')).toBe('--allow is a flag of plan and apply, not of doctor');
  });

  it('wants values where a flag takes one, and only there', () => {
    expect(problemOf('plan', '--save')).toBe('--save needs a value: --save FILE');
    expect(problemOf('plan', '--save', '--check')).toBe('--save needs a value: --save FILE (got --check)');
    expect(problemOf('plan', '--save=')).toBe('--save needs a value: --save FILE');
    for (const argv of [['--adopt-from', ''], ['--adopt-from=']])
      expect(problemOf('plan', ...argv)).toBe('--adopt-from needs a value: --adopt-from ID');
    expect(readInvocation(['plan', '-o', '-'])).toMatchObject({ flags: { output: '-' } });
    expect(readInvocation(['plan', '--save=--check'])).toMatchObject({ flags: { save: '--check' } });
    expect(problemOf('plan', '--check=yes')).toBe('--check takes no value');
    expect(problemOf('plan', '-f', 'yaml')).toBe('-f yaml: expected text or json');
    expect(problemOf('help', '-f', 'yaml')).toBe('-f yaml: expected text, json or opencli');
    expect(problemOf('help', 'plan', '-f', 'yaml')).toBe('-f yaml: expected text, json or opencli');
    expect(problemOf('plan', '--color=red')).toBe('--color red: expected auto, always or never');
  });

  it('refuses flags that contradict each other', () => {
    expect(problemOf('plan', '-q', '-v')).toBe('-q and -v contradict each other; give one of them');
    expect(problemOf('plan', '--sql', '-f', 'json')).toBe('--sql prints a script; leave out -f json');
  });

  it('lets help and version pass before anything else is judged', () => {
    expect(readInvocation(['status', '--save', 'x', '-h'])).toMatchObject({ verb: 'status', flags: { help: true } });
    expect(readInvocation(['help', 'apply'])).toMatchObject({ verb: 'apply', flags: { help: true } });
    expect(readInvocation(['-V'])).toMatchObject({ flags: { version: true } });
    expect(readInvocation([])).toMatchObject({ flags: { help: false } });
  });
});
