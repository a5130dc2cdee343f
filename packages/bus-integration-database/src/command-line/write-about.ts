// Help and version go where `-o` says, like any other result.
import { resolve } from 'node:path';
import { descriptorOf, writeResult } from '../secrets/result-file.ts';
import { isResult } from '../secrets/written-before.ts';

interface Streams {
  readonly stdout: { readonly write: (text: string) => unknown };
  readonly stderr: { readonly write: (text: string) => unknown };
}

/**
 * Writes a help or version text to the file that `-o` names, relative to `directory`. Only an empty file, or one with an
 * earlier help or version text, is written over. If the file cannot be written, the text goes to stdout. Returns the exit
 * status, 0 or 1.
 *
 * @example
 * writeAbout('bus 0.1.0\n', './version.txt', '/srv', 'bus', process); // 0
 */
export function writeAbout(text: string, output: string, directory: string, name: string, streams: Streams): number {
  if (descriptorOf(output) === 1) {
    streams.stdout.write(text);
    return 0;
  }
  const path = descriptorOf(output) === undefined ? resolve(directory, output) : output;
  const why = writeResult(text, path, (there) => isResult(there, abouts));
  if (why === undefined) return 0;
  streams.stdout.write(text);
  streams.stderr.write(`${name}: ${why}\n`);
  return 1;
}

const abouts = { begins: /^bus(?:[ -][a-z]+)*(?:: | runs | \d)/, keys: ['opencli'] };
