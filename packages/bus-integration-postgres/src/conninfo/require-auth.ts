// Which authentication methods a server may ask for, as `require_auth` says. Decides nothing about a live exchange.
import { type ConnectionSettings, settingError, textOf } from './settings/setting.ts';

export interface RequiredAuth {
  readonly methods: readonly string[];
  /** The methods are those that a server may not ask for. */
  readonly negated: boolean;
}

const methods = ['password', 'md5', 'gss', 'sspi', 'scram-sha-256', 'oauth', 'none'];
/** `none` is a server that asks for nothing: trust, or a certificate. */
const supported = ['password', 'md5', 'scram-sha-256', 'none'];

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-REQUIRE-AUTH */
export function readRequireAuth(settings: ConnectionSettings): RequiredAuth | undefined {
  const given = textOf(settings, 'require_auth')?.split(',');
  if (given === undefined) return undefined;
  const fault = (trouble: string) => settingError(settings, 'require_auth', trouble);
  const negated = given[0]?.startsWith('!') === true;
  if (given.some((method) => method.startsWith('!') !== negated)) {
    throw fault('mixes methods with and without "!"; write all of them one way');
  }
  const named = given.map((method) => (negated ? method.slice(1) : method));
  if (named.some((method) => !methods.includes(method))) {
    throw fault(
      `must be a list, with commas and no blanks, of ${methods.join(', ')}, or of these with "!" before each`,
    );
  }
  if (new Set(named).size < named.length) throw fault('names a method more than once');
  if (!supported.some((method) => named.includes(method) !== negated)) {
    throw fault(`leaves none of the methods that are supported here: ${supported.join(', ')}`);
  }
  return { methods: named, negated };
}
