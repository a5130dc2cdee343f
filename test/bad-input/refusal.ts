// What every refusal of the commands has in common: its exit status, what it says first, that nothing changed and
// nothing leaked. Runs the command between two looks at server and folder.
import type { ServerAddress } from 'embedded';
import { expect, type TestContext } from 'vitest';
import type { Answer, Deployment, RunOptions } from '../deployment.ts';
import { catalogs, filesIn, passwordsIn } from '../evidence.ts';

export interface Refusal {
  /** Default: `apply`. */
  readonly args?: readonly string[];
  readonly exit: number;
  /** What the first error line says. */
  readonly says: string | RegExp;
  /** What the remedy under it says; absent where the error says it all. */
  readonly next?: string | RegExp;
  /** Passwords that stand in no file of the folder. */
  readonly secrets?: readonly string[];
  readonly options?: RunOptions;
}

/** Runs a command that must refuse, and looks whether it did so as it should. */
export async function expectRefusal(
  deployment: Deployment,
  server: ServerAddress | undefined,
  { args = ['apply'], exit, says, next, secrets = [], options }: Refusal,
): Promise<Answer> {
  const look = async () => ({
    files: filesIn(deployment.directory),
    catalogs: server && (await catalogs(server)),
  });
  const before = await look();
  const answer = await deployment.run(args, options);
  const told = `${answer.stdout}${answer.stderr}`;
  const lines = told.split('\n');
  const first = lines.findIndex(isError);
  expect(first, `no error line in:\n${told}`).toBeGreaterThanOrEqual(0);
  expect(lines[first]).toMatch(says);
  if (next !== undefined) expect(lines.slice(first + 1).find(isRemedy), told).toMatch(next);
  expect(answer.exit, told).toBe(exit);
  expectNoLeak(answer, [...secrets, ...passwordsIn(deployment.directory)]);
  expect(await look()).toEqual(before);
  return answer;
}

/** No password, no stored verifier, no trace of ours in what was printed. */
export function expectNoLeak({ stdout, stderr }: Answer, secrets: readonly string[]): void {
  const told = `${stdout}${stderr}`;
  for (const secret of secrets.filter((text) => text.length >= 4)) {
    expect(told.includes(secret), 'a password was printed').toBe(false);
  }
  expect(told).not.toMatch(/SCRAM-SHA-256\$\d/);
  expect(told).not.toMatch(/postgres(ql)?:\/\/[^\s/]*:[^\s@]*@/);
  expect(told).not.toMatch(/^\s+at .+:\d+(:\d+)?\)?$/m);
  expect(told).not.toMatch(/this is a defect|\bundefined\b|\[object /);
}

/** Runs a command that must do what it was asked, and leak nothing. */
export async function expectDone(
  deployment: Deployment,
  args: readonly string[],
  options?: RunOptions,
): Promise<Answer> {
  const answer = await deployment.run(args, options);
  expect(answer.exit, `${args.join(' ')}:\n${answer.stdout}${answer.stderr}`).toBe(0);
  expectNoLeak(answer, passwordsIn(deployment.directory));
  return answer;
}

/** Ends a test that can't run here, and says why where everybody sees it. */
export function skip({ task, skip: leave }: TestContext, reason: string): never {
  console.warn(`skipped: ${task.name}: ${reason}`);
  return leave(reason);
}

export const isRoot = process.getuid?.() === 0;

function isError(line: string): boolean {
  return /^(bus|bus operator database): (?!warning: |note: )/.test(line) || /^(refused|failed): |^ {2}fail /.test(line);
}

function isRemedy(line: string): boolean {
  return /^\s*next: /.test(line);
}
