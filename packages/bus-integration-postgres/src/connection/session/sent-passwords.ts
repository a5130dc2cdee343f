// Passwords that a server was told in plaintext, and may repeat in whatever it says: as it likes to quote them.
import { withoutPasswords } from 'bus-integration-database';

/** All that a message quotes; its severity and SQLSTATE are no text of anybody's. */
const quoting = [
  'message',
  'detail',
  'hint',
  'where',
  'internalQuery',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
];

/**
 * Takes these passwords out of an ErrorResponse or NoticeResponse, before anybody else hears of it.
 * https://www.postgresql.org/docs/current/protocol-error-fields.html
 *
 * @example
 * wire.on('notice', (message) => hidePasswords(message, new Set(['pencil'])));
 */
export function hidePasswords(message: Record<string, unknown>, passwords: ReadonlySet<string>): void {
  if (passwords.size === 0) return;
  for (const field of quoting) {
    const text = message[field];
    if (typeof text === 'string') message[field] = withoutPasswords(text, passwords);
  }
}
