import { describe, expect, it } from 'vitest';
import { asksForJson, readGlobalFlags } from '../src/global-flags.ts';

describe('readGlobalFlags', () => {
  it.each([
    [[], { words: [], format: 'text' }],
    [['-q', 'a', '--b'], { words: ['a', '--b'], format: 'text' }],
    [['a', '-vvf', 'json', 'b'], { words: ['a', 'b'], format: 'json' }],
    [['-fjson', '-o', '-', '--color=never'], { words: [], format: 'json', output: '-' }],
    [['--output=x', '--format', 'json', '--format', 'text'], { words: [], format: 'text', output: 'x' }],
    [['-h', '-V', '-x', '-qx'], { words: ['-h', '-V', '-x', '-qx'], format: 'text' }],
    [['-v', '--', '-q', '-f'], { words: ['-q', '-f'], format: 'text' }],
    [['-'], { words: ['-'], format: 'text' }],
  ])('%j', (argv, expected) => {
    expect(readGlobalFlags(argv)).toEqual(expected);
  });

  it.each([
    [['-C', 'x', 'serve'], { words: ['serve'], format: 'text', directory: 'x' }],
    [['serve', '-qCx', '-C/y'], { words: ['serve'], format: 'text', directory: '/y' }],
    [['--directory=x', '--', '-C'], { words: ['-C'], format: 'text', directory: 'x' }],
    [['-C'], { problem: '-C needs a value' }],
  ])('takes a directory where the binary does: %j', (argv, expected) => {
    expect(readGlobalFlags(argv, { takesDirectory: true })).toEqual(expected);
    const words = argv.filter((argument) => argument !== '--');
    expect(readGlobalFlags(argv)).toMatchObject({ words });
  });

  it.each([
    [['-f'], '-f needs a value'],
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
