// NODE_DEBUG makes Node itself print what programs send and start with. Node reads it before any program runs, so all
// that can be done about it is to refuse.
import { debuglog } from 'node:util';
import { OperationError } from '../contract/errors.ts';
import { command } from '../contract/remedy.ts';

/** The sections of Node's that print headers, chunks of data and the environment of children. */
const telling = ['child_process', 'http', 'http2', 'https', 'net', 'stream'];

/**
 * The `invalid-request` error for a NODE_DEBUG with which Node would print tokens or passwords of ours; undefined where
 * it would not. `sections` are those that this process uses.
 *
 * @example
 * const fault = nodeDebugFault();
 * if (fault !== undefined) throw fault;
 */
export function nodeDebugFault(sections: readonly string[] = telling): OperationError | undefined {
  const asked = sections.filter((section) => debuglog(section).enabled);
  if (asked.length === 0) return undefined;
  const message = `NODE_DEBUG asks for ${asked.join(', ')}: Node would print what is sent and what children are given, tokens and passwords too`;
  return new OperationError('invalid-request', message, { code: 'node-debug', remedy: command('unset', 'NODE_DEBUG') });
}
