import { describe, expect, it } from 'vitest';
import { commonFlags } from '../../src/command-line/command-help.ts';
import { firstWord, glance, readFlags } from '../../src/command-line/read-flags.ts';

/** The common flags, and one with a value that only a command has. */
const table = [...commonFlags, { name: 'env-file', value: 'FILE', text: '' }];

function read(argv: readonly string[]) {
  const { words, given, hasHelpWord, asks, problem } = readFlags(argv, table);
  const values = given.map(({ name, value }) => (value === undefined ? name : `${name}=${value}`));
  return { words, given: values, hasHelpWord, ...(asks && { asks }), ...(problem && { problem }) };
}

describe('readFlags', () => {
  const plain = { words: [], given: [], hasHelpWord: false };
  it.each([
    [[], {}],
    [['-q', 'a', 'b'], { words: ['a', 'b'], given: ['quiet'] }],
    [['a', '-vvf', 'json', 'b'], { words: ['a', 'b'], given: ['verbose', 'verbose', 'format=json'] }],
    [['-fjson', '-o', '-', '--color=never'], { given: ['format=json', 'output=-', 'color=never'] }],
    [['--output=x', '--format', 'json'], { given: ['output=x', 'format=json'] }],
    [['--output=-x'], { given: ['output=-x'] }],
    [['-v', '--', '-q', '-f'], { words: ['-q', '-f'], given: ['verbose'] }],
    [['-'], { words: ['-'] }],
    [['-C', 'x', 'serve'], { words: ['serve'], given: ['chdir=x'] }],
    [['serve', '-qCx', '-C/y'], { words: ['serve'], given: ['quiet', 'chdir=x', 'chdir=/y'] }],
    [['--directory=x', '--', '-C'], { words: ['-C'], given: ['chdir=x'] }],
    [['--chdir', 'x', '--chdir=y'], { given: ['chdir=x', 'chdir=y'] }],
    [['serve', '--env-file', 'help'], { words: ['serve'], given: ['env-file=help'] }],
    [['--env-file', 'help'], { given: ['env-file=help'] }],
    [['help'], { hasHelpWord: true }],
    [['help', 'serve', '-f', 'opencli'], { hasHelpWord: true, words: ['serve'], given: ['format=opencli'] }],
    [['serve', 'help'], { hasHelpWord: true, words: ['serve'] }],
  ])('%j', (argv, expected) => {
    expect(read(argv)).toEqual({ ...plain, ...expected });
  });

  it('gives the last of a flag, and all of them', () => {
    const { has, last, all } = readFlags(['--format', 'json', '-v', '-f', 'text', '-v'], commonFlags);
    expect([has('quiet'), has('verbose'), last('format'), last('output')]).toEqual([false, true, 'text', undefined]);
    expect([all('format'), all('verbose'), all('output')]).toEqual([['json', 'text'], ['', ''], []]);
  });

  it.each([
    [['-h'], 'help', {}],
    [['serve', '--help'], 'help', { words: ['serve'] }],
    [['-V', 'serve'], 'version', { words: ['serve'] }],
    [['-V', '-h'], 'help', {}],
    [['-qvh'], 'help', {}],
    [['-hf', 'json'], 'help', {}],
    [['-h', '-f', 'opencli'], 'help', { given: [{ name: 'help' }, { value: 'opencli' }] }],
    [['-f', 'yaml', '-V'], 'version', {}],
    [['-o', '-h'], 'help', {}],
    [['-x', '--nonsense=1', '-hq'], 'help', {}],
    [['-q', '-v', '--version'], 'version', {}],
  ])('help and version win over whatever else is wrong: %j', (argv, asks, expected) => {
    const seen = readFlags(argv, table);
    expect(seen).toMatchObject({ asks, words: [], ...expected });
    expect(seen).not.toHaveProperty('problem');
  });

  it('knows every flag that help names', () => {
    for (const { name, alias, short, value, choices } of commonFlags) {
      const given = choices?.[0] ?? value ?? '';
      const spelled = [`--${name}`, ...(alias ? [`--${alias}`] : []), ...(short ? [`-${short}`] : [])];
      for (const flag of spelled)
        expect(readFlags(given === '' ? [flag] : [flag, given], commonFlags), flag).toMatchObject({
          words: [],
          given: [{ name, spelled: flag }],
        });
    }
  });

  it.each([
    [['-f'], '-f needs a value: -f FORMAT'],
    [['-C'], '-C needs a value: -C DIR'],
    [['-f', 'opencli'], '-f opencli is for help alone'],
    [['--format='], '--format needs a value: --format FORMAT'],
    [['-o', '-q'], '-o needs a value: -o FILE (got -q)'],
    [['-f', 'yaml'], '-f yaml: expected text or json'],
    [['help', '-f', 'yaml'], '-f yaml: expected text, json or opencli'],
    [['--color', 'red'], '--color red: expected auto, always or never'],
    [['--trace=1'], '--trace takes no value'],
    [['--env-fil', 'x'], 'unknown flag --env-fil; did you mean --env-file?'],
    [['-format=json'], 'unknown flag -format; did you mean --format?'],
    [['-x', '-qx'], 'unknown flag -x'],
    [['-v-C/srv', 'plan'], 'unknown flag -v-C/srv'],
    [['plan', '-v-'], 'unknown flag -v-; did you mean -V?'],
    [['--\u001b[2J'], 'unknown flag "--\\u001b[2J"'],
  ])('refuses %j', (argv, problem) => {
    expect(readFlags(argv, table).problem).toEqual(problem);
  });
});

describe('a line that is passed on', () => {
  const passedOn = (...argv: string[]) => readFlags(argv, table, { isPassedOn: true, otherwise: 'see there' });

  it('is read up to its first word', () => {
    expect(passedOn('-qC', 'x', 'help', '-x', '--', '-h')).toMatchObject({ words: ['help', '-x', '--', '-h'] });
    expect(passedOn('-q', '--', '-h')).toMatchObject({ words: ['-h'], given: [{ name: 'quiet', spelled: '-q' }] });
    expect(passedOn('a', '-h')).not.toHaveProperty('asks');
  });

  it('leaves values to be judged by others', () => {
    expect(passedOn('-o', '-h', '--color', 'red')).toMatchObject({ given: [{ value: '-h' }, { value: 'red' }] });
    expect(passedOn('-o', '-h')).not.toHaveProperty('asks');
    expect(passedOn('-x', 'a').problem).toBe('unknown flag -x; see there');
    expect(passedOn('-v-C/srv', 'a').problem).toBe('unknown flag -v-C/srv; see there');
  });
});

describe('glance: a result in JSON', () => {
  it.each([
    [['plan', '--nonsense', '-f', 'json'], true],
    [['-vfjson'], true],
    [['--format=json', 'plan'], true],
    [['--format', 'json', '-f', 'text'], false],
    [['plan', '--', '-f', 'json'], false],
    [['json'], false],
    [['-f'], false],
    [['-f', 'json', '-f'], true],
    [['-qf', 'json'], false],
    [['-f', 'json', 'plan', '--quiet'], false],
    [['-f', 'json', '-hq'], false],
    [['-fjson', '--', '-q'], true],
    [['-fjson', '-o', 'q'], true],
  ])('%j: %j', (argv, expected) => {
    expect(glance(argv).isJson).toBe(expected);
  });
});

it.each([
  [['plan', '-C', 'x', '--nonsense'], { directory: 'x' }],
  [['-Cx', '--chdir=y'], { directory: 'y' }],
  [['plan', '--save', '-h'], { asks: 'help' }],
  [['-o', '-V'], { asks: 'version' }],
  [['--', '-h', '-C', 'x'], {}],
])('glance: %j', (argv, expected) => {
  expect(glance(argv)).toEqual({ isJson: false, ...expected });
});

it.each([
  [[], undefined],
  [['-v', '--trace'], undefined],
  [['plan', 'x'], 'plan'],
  [['-C', 'deploy', '-o', 'out', '-f', 'json', '--color', 'never', 'plan'], 'plan'],
  [['-Cdeploy', '--format=json', '-vC', 'deploy', 'plan'], 'plan'],
  [['-x', 'first', 'second'], 'first'],
  [['--', '-x'], '-x'],
  [['-'], '-'],
])('the first word of %j is %j', (argv, expected) => {
  expect(firstWord(argv, commonFlags)).toBe(expected);
});
