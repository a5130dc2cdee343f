import { expect, test } from 'vitest';
import { familyFlags } from '../../src/command-line/family-flags.ts';

test.each([
  ['operator', ['database', 'plan'], { hasEnvFile: false }],
  ['operator', ['database', 'plan', '--env-file', 'x'], { hasEnvFile: true }],
  ['operator', ['database', '--env-file=x', 'plan'], { hasEnvFile: true }],
  ['operator', ['-v', 'database', 'plan', '--env-file'], { hasEnvFile: true }],
  ['operator', ['database', 'plan', '--', '--env-file'], { hasEnvFile: false }],
  ['operator', ['database', 'plan', '--env-files'], { hasEnvFile: false }],
  ['operator', ['billing', '--env-file', 'x', '-C', 'y'], { hasEnvFile: false }],
  ['operator-database', ['plan', '--env-file', 'x'], { hasEnvFile: true }],
  ['other', ['database', '--env-file', 'x', '-C', 'y'], { hasEnvFile: false }],
  ['operator', ['-C', 'a', 'database', 'plan'], { hasEnvFile: false, directory: 'a' }],
  ['operator', ['-C', 'a', 'database', 'plan', '-vC', 'b'], { hasEnvFile: false, directory: 'b' }],
  ['operator', ['database', '-Ca', 'plan', '--chdir=b'], { hasEnvFile: false, directory: 'b' }],
  ['operator', ['database', '--chdir', 'a', 'plan'], { hasEnvFile: false, directory: 'a' }],
  ['operator', ['database', '-Ca', 'plan', '--directory=b'], { hasEnvFile: false, directory: 'b' }],
  ['operator', ['database', 'plan', '-C'], { hasEnvFile: false }],
  ['operator', ['--nonsense', 'database', '--env-file', 'x'], { hasEnvFile: false }],
  ['operator', [], { hasEnvFile: false }],
])('%s %j', (word, args, expected) => {
  expect(familyFlags(word, args)).toEqual({ isJson: false, isHelp: false, ...expected });
});

test.each([
  ['operator', ['database', '-C', 'no', 'plan', '-h'], true],
  ['operator', ['database', 'help'], true],
  ['operator', ['database', 'plan', 'help', '-f', 'opencli'], true],
  ['operator', ['help', 'database'], true],
  ['operator', ['-x', '--version'], true],
  ['operator', ['database', 'plan', '--save', 'help'], false],
  ['operator', ['database', 'plan', '--', '-h'], false],
  ['operator', ['billing', '-h'], false],
  ['other', ['-h'], false],
])('%s %j only asks for help or the version: %j', (word, args, isHelp) => {
  expect(familyFlags(word, args).isHelp).toBe(isHelp);
});

test.each([
  ['operator', ['database', 'plan', '-qf', 'json'], [], false],
  ['operator', ['database', '--chdir=x', 'plan', '-f', 'json'], ['-q'], false],
  ['operator', ['database', 'plan', '-f', 'json'], [], true],
  ['operator', ['-f', 'json', 'database', 'plan'], [], true],
  ['operator', ['database', 'plan'], ['-f', 'json'], true],
  ['operator', ['database', 'plan', '-f', 'text'], ['-f', 'json'], false],
  ['operator', ['database', 'plan', '--', '-f', 'json'], [], false],
  ['operator-database', ['plan', '--format=json'], [], true],
  ['operator', ['billing', '-f', 'json'], [], false],
  ['other', ['database', '-f', 'json'], ['-f', 'json'], false],
])('%s %j after %j asks for JSON: %j', (word, args, passedOn, isJson) => {
  expect(familyFlags(word, args, passedOn).isJson).toBe(isJson);
});
