// How `bus` and `bus-operator` answer --help and --version.
import { resolve } from 'node:path';
import type { GlobalFlags } from './command-line/flags.ts';
import type { ProcessContext } from './family.ts';

/** Prints a help or version text, or writes it to the file of `-o`; the exit status. */
export async function say(
  text: string,
  name: string,
  { output, directory = '.' }: GlobalFlags,
  processContext: ProcessContext,
): Promise<number> {
  if (output === undefined) {
    processContext.stdout.write(text);
    return 0;
  }
  const { writeAbout } = await import('./write-about.ts');
  return writeAbout(text, output, resolve(processContext.cwd, directory), name, processContext);
}
