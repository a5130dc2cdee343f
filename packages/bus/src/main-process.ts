// What both binaries' mains share: one of our programs as this process.
import { runAsProcess as run } from 'bus-integration-database/process';
import type { Installation, ProcessContext } from './family.ts';
import { createInstallation } from './installation.ts';

type Program = (argv: readonly string[], processContext: ProcessContext, installation: Installation) => Promise<number>;

export async function runAsProcess(name: string, program: Program, bundleUrl: string): Promise<void> {
  await run(name, (argv, processContext) => program(argv, processContext, createInstallation(bundleUrl)));
}
