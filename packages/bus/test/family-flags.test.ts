import { expect, test } from 'vitest';
import { familyFlags } from '../src/family-flags.ts';

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
  ['operator', ['database', '-Ca', 'plan', '--directory=b'], { hasEnvFile: false, directory: 'b' }],
  ['operator', ['database', 'plan', '-C'], { hasEnvFile: false }],
  ['operator', ['--nonsense', 'database', '--env-file', 'x'], { hasEnvFile: false }],
  ['operator', [], { hasEnvFile: false }],
])('%s %j', (word, args, expected) => {
  expect(familyFlags(word, args)).toEqual({ isJson: false, ...expected });
});

test.each([
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
