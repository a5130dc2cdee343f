// A kind that no provider has: what the comment on a schema says, beside the mark.
import type { AnyResource } from 'bus-integration-database';
import type { Kind, Meanings, Registered } from '../src/kinds/kind/kind.ts';
import { identifier, literal } from '../src/text/sql-text.ts';

export interface Note extends AnyResource {
  readonly kind: 'note';
  readonly database: string;
  readonly about: string;
  readonly text: string;
}

const registered = {
  'write-note': {
    before: ({ shape, text }) => shape({ text }),
    after: ({ shape, text, may, list }) => shape({ database: text, about: text, text, tags: may(list(text)) }),
  },
} satisfies Registered;

type NoteKind = Kind<Note, typeof registered>;

export const note = (about: string, text: string): Note => ({ kind: 'note', database: 'app', about, text });

const told = (message: string): Meanings<never> => [{ finding: { severity: 'warn', code: 'note', message } }];

/** The kind, where these are found. */
export function notes(found: readonly Note[] = [], said: Partial<NoteKind> = {}): NoteKind {
  return {
    registered,
    identity: ({ about }) => [about],
    database: ({ database }) => database,
    isManaged: ({ about }) => about !== 'theirs',
    observed: () => [...found],
    made: ({ database, about, text }) => [
      { step: { action: 'write-note', target: about, risk: 'update', after: { database, about, text } } },
    ],
    changed: (before, { text }) => told(`${before.text} should be ${text}`),
    gone: ({ text }) => told(`${text} is not declared`),
    findings: () => [],
    actions: {
      'write-note': {
        place: 'contents',
        isIndivisible: true,
        summary: ({ after }) => `says ${after?.text}`,
        statements: ({ after }) =>
          after === undefined
            ? []
            : [
                {
                  phase: 'inside',
                  database: after.database,
                  sql: `COMMENT ON SCHEMA ${identifier(after.about)} IS ${literal(after.text)}`,
                },
              ],
        lacks: () => [],
        changes: ({ after }) => ({ database: after?.database ?? '' }),
      },
    },
    status: () => ({}),
    ...said,
  };
}
