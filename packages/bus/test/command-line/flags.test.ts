import { describe, expect, test } from 'vitest';
import { parseGlobalFlags } from '../../src/command-line/flags.ts';

describe('what is read', () => {
  test.each([
    [[], {}],
    [['word'], { words: ['word'] }],
    [['word', '-v', '--help'], { words: ['word', '-v', '--help'] }],
    [['--', '-v'], { words: ['-v'] }],
    [['-v', '--', '--'], { verbosity: 1, passedOn: ['-v'], words: ['--'] }],
    [['-'], { words: ['-'] }],
    [['-h'], { help: true }],
    [['--help', 'word'], { help: true, words: ['word'] }],
    [['-V'], { version: true }],
    [['-vv', 'w'], { verbosity: 2, passedOn: ['-v', '-v'], words: ['w'] }],
    [['--trace', 'w'], { verbosity: 2, passedOn: ['--trace'], words: ['w'] }],
    [['--verbose', '-v', 'w'], { verbosity: 2, passedOn: ['--verbose', '-v'], words: ['w'] }],
    [['-q', 'w'], { isQuiet: true, passedOn: ['-q'], words: ['w'] }],
    [['-C', 'a', '-C', 'b', 'w'], { directory: 'b', words: ['w'] }],
    [['-Ca', 'w'], { directory: 'a', words: ['w'] }],
    [['-vC', 'a', 'w'], { directory: 'a', verbosity: 1, passedOn: ['-v'], words: ['w'] }],
    [['--directory=a=b', 'w'], { directory: 'a=b', words: ['w'] }],
    [
      ['-o', 'f', '-fjson', '--color=never', '--no-color', 'w'],
      { output: 'f', passedOn: ['-o', 'f', '-f', 'json', '--color', 'never', '--no-color'], words: ['w'] },
    ],
    [['--perf', 'w'], { perf: true, words: ['w'] }],
    [['-o', '-v', 'w'], { output: '-v', passedOn: ['-o', '-v'], words: ['w'] }],
  ])('%j', (argv, expected) => {
    const nothing = { help: false, version: false, perf: false, isQuiet: false, verbosity: 0, passedOn: [], words: [] };
    expect(parseGlobalFlags(argv)).toEqual({ ...nothing, ...expected });
  });
});

describe('what is refused', () => {
  test.each([
    [['-x', 'w'], 'unknown flag -x; the flags of a command stand after its name'],
    [['-vx', 'w'], 'unknown flag -x; the flags of a command stand after its name'],
    [['--env-file=x', 'w'], 'unknown flag --env-file; the flags of a command stand after its name'],
    [['-C'], '-C needs a value: -C DIR'],
    [['-C', '', 'w'], '-C needs a value: -C DIR'],
    [['--color=', 'w'], '--color needs a value: --color WHEN'],
    [['--perf=1', 'w'], '--perf takes no value'],
    [['-q', '-v', 'w'], '-q and -v contradict each other'],
    [['--quiet', '--trace', 'w'], '-q and -v contradict each other'],
    [['-qv', 'w'], '-q and -v contradict each other'],
  ])('%j', (argv, problem) => {
    expect(parseGlobalFlags(argv)).toEqual({ problem });
  });
});
