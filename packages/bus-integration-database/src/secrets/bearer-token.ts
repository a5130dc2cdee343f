// Whether a secret can travel as a token in a header of HTTP. Never shows it.
import { OperationError } from '../contract/errors.ts';
import type { Secret } from './secret.ts';

/**
 * The token, when it is visible ASCII without blanks, as `Authorization: Bearer` needs it; `key` names where it is from.
 *
 * @throws OperationError `invalid-request`
 * @example
 * headerSafe(new Secret('two words'), 'BUS_API_TOKEN'); // throws
 */
export function headerSafe(token: Secret, key: string): Secret {
  if (/^[\x21-\x7e]+$/.test(token.reveal())) return token;
  throw new OperationError('invalid-request', `${key} holds a token with characters that no token has`, {
    target: key,
    remedy: 'write the token alone, on one line',
  });
}
