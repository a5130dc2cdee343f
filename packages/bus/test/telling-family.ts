// A command family that tells what it was given, as JSON.
import type { ProcessContext } from '../src/family.ts';

export async function main(argv: readonly string[], { env, cwd, stdout, dotenv }: ProcessContext): Promise<number> {
  const told = { argv, cwd, processCwd: process.cwd(), pid: process.pid, env, dotenv: dotenv ?? null };
  stdout.write(JSON.stringify(told));
  return Number(env.TELL_STATUS ?? 0);
}
