// A command line that can't be run, as JSON for a program that asked for JSON. The line on stderr is the caller's.
import { failure, OperationError } from 'bus-integration-database';
import { glance } from 'bus-integration-database/help';
import { jsonText } from './json-text.ts';

/** The response of class `invalid-request` that stands for a wrong command line; empty where none was asked for. */
export function usageProblem(argv: readonly string[], message: string): string {
  if (!glance(argv).isJson) return '';
  return jsonText(
    failure({ deployment_id: '', provider: '' }, new OperationError('invalid-request', message, { code: 'usage' })),
  );
}
