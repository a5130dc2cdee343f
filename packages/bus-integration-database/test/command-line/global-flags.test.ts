import { describe, expect, it } from 'vitest';
import { commonFlags } from '../../src/command-line/command-help.ts';
import { asksForJson, asksForQuiet, readGlobalFlags } from '../../src/command-line/global-flags.ts';

describe('readGlobalFlags', () => {
  const plain = { words: [], format: 'text', isQuiet: false };
  it.each([
    [[], {}],
    [['-q', 'a', '--b'], { words: ['a', '--b'], isQuiet: true }],
    [['a', '-vvf', 'json', 'b'], { words: ['a', 'b'], format: 'json' }],
    [['-fjson', '-o', '-', '--color=never'], { format: 'json', output: '-' }],
    [['--output=x', '--format', 'json', '--format', 'text'], { output: 'x' }],
    [['-x', '-qx'], { words: ['-x', '-qx'] }],
    [['-v', '--', '-q', '-f'], { words: ['-q', '-f'] }],
    [['-'], { words: ['-'] }],
    [['-C', 'x', 'serve'], { words: ['serve'], directory: 'x' }],
    [['serve', '-qCx', '-C/y'], { words: ['serve'], directory: '/y', isQuiet: true }],
    [['--directory=x', '--', '-C'], { words: ['-C'], directory: 'x' }],
    [['--chdir', 'x', '--chdir=y'], { directory: 'y' }],
  ])('%j', (argv, expected) => {
    expect(readGlobalFlags(argv)).toEqual({ ...plain, ...expected });
  });

  it.each([
    [['-h'], { asks: 'help' }],
    [['serve', '--help'], { asks: 'help', words: ['serve'] }],
    [['-V', 'serve'], { asks: 'version', words: ['serve'] }],
    [['-V', '-h'], { asks: 'help' }],
    [['-qvh'], { asks: 'help', isQuiet: true }],
    [['-hf', 'json'], { asks: 'help', format: 'json' }],
    [['-f', 'yaml', '-V'], { asks: 'version' }],
    [['-o', '-h'], { asks: 'help' }],
    [['-q', '-v', '--version'], { asks: 'version', isQuiet: true }],
    [['help'], { asks: 'help' }],
    [['help', 'serve', '-f', 'opencli'], { asks: 'help', words: ['serve'], format: 'opencli' }],
    [['serve', 'help'], { asks: 'help', words: ['serve'] }],
    [['--env-file', 'help'], { words: ['--env-file', 'help'] }],
    [['serve', '--env-file', 'help'], { words: ['serve', '--env-file', 'help'] }],
  ])('help and version win over whatever else is wrong: %j', (argv, expected) => {
    expect(readGlobalFlags(argv)).toEqual({ ...plain, ...expected });
  });

  it('knows every flag that help names', () => {
    for (const { name, alias, short, value, choices } of commonFlags) {
      const given = choices?.[0] ?? value ?? '';
      const spelled = [`--${name}`, ...(alias ? [`--${alias}`] : []), ...(short ? [`-${short}`] : [])];
      for (const flag of spelled)
        expect(readGlobalFlags(given === '' ? [flag] : [flag, given]), flag).toMatchObject({ words: [] });
    }
  });

  it.each([
    [['-f'], '-f needs a value'],
    [['-C'], '-C needs a value'],
    [['-f', 'opencli'], '-f opencli is for help alone'],
    [['--format='], '--format needs a value'],
    [['-o', '-q'], '-o needs a value'],
    [['-f', 'yaml'], '-f takes text, json'],
    [['--color', 'red'], '--color takes auto, always, never'],
    [['-q', 'a', '--trace'], '-q and -v contradict each other'],
    [['-qv'], '-q and -v contradict each other'],
  ])('refuses %j', (argv, problem) => {
    expect(readGlobalFlags(argv)).toEqual({ problem });
  });
});

describe('asksForJson', () => {
  it.each([
    [['plan', '--nonsense', '-f', 'json'], true],
    [['-qfjson'], true],
    [['--format=json', 'plan'], true],
    [['--format', 'json', '-f', 'text'], false],
    [['plan', '--', '-f', 'json'], false],
    [['json'], false],
    [['-f'], false],
  ])('%j: %j', (argv, expected) => {
    expect(asksForJson(argv)).toBe(expected);
  });
});

it.each([
  [['-q'], true],
  [['plan', '--quiet'], true],
  [['-hqf', 'json'], true],
  [['-fq'], false],
  [['--', '-q'], false],
  [['-o', 'q'], false],
])('%j asks for no result: %j', (argv, expected) => {
  expect(asksForQuiet(argv)).toBe(expected);
});
