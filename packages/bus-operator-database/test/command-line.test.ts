import { expect, it } from 'vitest';
import { commandLine } from '../src/command-line.ts';
import { flagsOf } from './examples.ts';

it('repeats the flags that chose the target', () => {
  expect(commandLine('apply', flagsOf('plan'))).toBe('bus operator database apply');
  expect(commandLine('apply', flagsOf('plan', '-C', 'my deployment', '--env-file', 'a.env'), ['--plan', "it's"])).toBe(
    "bus operator database apply -C 'my deployment' --env-file a.env --plan 'it'\\''s'",
  );
});
