// A login of an output file and of the staged file beside it, as they were read: which passwords they hold. Pure.

import type { Output } from '../model/output.ts';
import type { Secret } from '../secrets/secret.ts';
import { shown } from '../text/shown.ts';
import type { ConnectionStrings, Endpoint, FileReading } from './connection-string.ts';

/** A staged file's name is its output file's and this. */
export const stagedSuffix = '.staged';

/** What an output file and the staged file beside it say of one login. A file that holds several has as many of these. */
export interface FilePair {
  readonly output: Output;
  /** The output's `file`. */
  readonly file: string;
  /** Its path as the operator knows it. */
  readonly path: string;
  readonly database: string;
  readonly role: string;
  readonly live: FileReading;
  readonly staged: FileReading;
  /** What stands under the name that the file has where the deployment has another number of login roles. */
  readonly former?: FileReading;
  /** That file, where it holds this very login: services may still read it, whether or not the new one is there. */
  readonly left?: LeftFile;
  /** Git has one of these files, and whoever reads the repository its password. Looked at for new roles alone. */
  readonly isTracked?: boolean;
}

export interface LeftFile {
  /** Its path as the operator knows it. */
  readonly path: string;
  readonly password: Secret;
}

/** Every distinct password that a role's files hold, staged ones first. */
export function candidatePasswords(pairs: readonly FilePair[]): Secret[] {
  const readings = [...pairs.map(({ staged }) => staged), ...pairs.flatMap(standing)];
  const byText = new Map<string, Secret>();
  for (const reading of readings) {
    if (reading.state === 'present' && !byText.has(reading.password.reveal())) {
      byText.set(reading.password.reveal(), reading.password);
    }
  }
  return [...byText.values()];
}

/** The passwords of the live files, or of the staged ones, one for each file that has one. */
export function passwordsIn(pairs: readonly FilePair[], which: 'live' | 'staged'): Secret[] {
  const readings = which === 'live' ? pairs.flatMap(standing) : pairs.map(({ staged }) => staged);
  return readings.flatMap((reading) => (reading.state === 'present' ? [reading.password] : []));
}

function standing({ live, former }: FilePair): FileReading[] {
  return former === undefined ? [live] : [live, former];
}

/** What of a file's endpoint differs from the wanted one: `host 10.0.0.1, expected db.example.com`; undefined where nothing does. */
export function endpointFault(
  { live: reading, output }: Pick<FilePair, 'live' | 'output'>,
  configured: Endpoint,
  { shownPart, wanted: wantedOf }: ConnectionStrings,
): string | undefined {
  if (reading.state !== 'present') return undefined;
  // What an operator added is kept, and may be secret.
  const endpoint = shownPart(reading.endpoint, configured);
  const wanted = shownPart(wantedOf(output, configured, reading), configured);
  const differing = [...new Set([...Object.keys(wanted), ...Object.keys(endpoint)])].filter(
    (name) => endpoint[name] !== wanted[name],
  );
  const faults = differing.map((name) => {
    const [is, expected] = [endpoint[name], wanted[name]].map((value) =>
      value === undefined ? 'unset' : shown(value),
    );
    return `${name} is ${is}, expected ${expected}`;
  });
  return faults.length === 0 ? undefined : faults.join('; ');
}

/** Whether a file holds this password. */
export function holds(reading: FileReading, password: Secret | undefined): boolean {
  return reading.state === 'present' && reading.password.reveal() === password?.reveal();
}
