// What both binaries' mains share: one of our programs as this process.
import { runAsProcess as run } from 'bus-integration-database/process';
import { createInstallation } from './installation.ts';
import type { Installation, Surroundings } from './surroundings.ts';

type Program = (argv: readonly string[], surroundings: Surroundings, installation: Installation) => Promise<number>;

export async function runAsProcess(name: string, program: Program, bundleUrl: string): Promise<void> {
  await run(name, (argv, surroundings) => program(argv, surroundings, createInstallation(bundleUrl)));
}
