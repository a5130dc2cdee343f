// What would keep a plan's files from being written where they go.
import { type Diagnostic, filesByDirectory, isOfAction, judgeOutputDirectory } from 'bus-integration-database';
import type { Computed } from '../plan/intent.ts';
import type { Preparation } from './preparation.ts';

/** Apply would find out before it touches the server; whoever plans wants to know before the change window. */
export function outputWarnings({ directory, intent }: Preparation, { steps }: Computed): Diagnostic[] {
  if (directory === undefined) return [];
  const written = steps.flatMap((step) => {
    const file = isOfAction(step, 'write-dsn-file') ? step.after?.file : undefined;
    return intent.desired.outputs.get(file ?? '') ?? [];
  });
  const counts = filesByDirectory(directory, written);
  return [...counts].flatMap(([place, files]) =>
    judgeOutputDirectory(place, files).map((finding) => ({ ...finding, severity: 'warn' as const })),
  );
}
