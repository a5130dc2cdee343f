// What a manifest can't say of a server: told at its place in the file, and as a finding. Pure.
import { type Diagnostic, printable } from 'bus-integration-database';
import type { ManifestComment, NodePath } from 'bus-integration-database/manifest';

export interface Note {
  /** Of what it is said: a role, a database; the whole file where there is none of it. */
  readonly path: NodePath;
  readonly text: string;
  /** `warn`: a plan would change it. Default: it is left as it is. */
  readonly severity?: 'warn';
  /** It is about this file, and no news of the server. */
  readonly isOfFile?: true;
}

export function commentsOf(notes: readonly Note[]): ManifestComment[] {
  return notes.map(({ path, text }) => ({ path, at: 'before', lines: [text] }));
}

export function findingsOf(notes: readonly Note[]): Diagnostic[] {
  return notes.flatMap(({ path, text, severity, isOfFile }): Diagnostic[] => {
    if (isOfFile) return [];
    const [kind, name] = path;
    const target = name === undefined ? {} : { target: printable(String(name)) };
    const where = name === undefined || kind !== 'databases' ? '' : `database ${printable(String(name))}: `;
    return [{ severity: severity ?? 'info', code: 'not-in-manifest', message: `${where}${text}`, ...target }];
  });
}
