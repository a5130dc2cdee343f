// What is said of an error that nothing else caught. A file of its own, since a late import of a whole package bundles
// all of it.
import { masked } from 'bus-integration-database';

/** One line without a stack trace, and without the secrets of the run. */
export function failureText(error: unknown): string {
  return masked(`bus operator database: ${error instanceof Error ? error.message : String(error)}\n`);
}
