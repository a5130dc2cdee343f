// Whether a DSN file's new content protects a connection less than its old one. Pure.
import type { Endpoint } from 'bus-integration-database';
import { isSocket } from './dsn-endpoint.ts';

/**
 * Whether a service that reads `next` instead of `before` is protected less by TLS. A socket needs none.
 * https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 *
 * @param hasTls whether the server offers TLS: only then `prefer`, which is what no sslmode means, gives any
 * @example
 * isWeakerTls({ sslmode: 'verify-full' }, { sslmode: 'require' }, true); // true
 */
export function isWeakerTls(before: Endpoint, next: Endpoint, hasTls: boolean): boolean {
  if (isSocket(before) || isSocket(next)) return false;
  return strengthOf(next, hasTls) < strengthOf(before, hasTls);
}

function strengthOf({ sslmode = 'prefer', sslrootcert }: Endpoint, hasTls: boolean): number {
  switch (sslmode) {
    case 'verify-full':
      return 4;
    case 'verify-ca':
      return 3;
    case 'require':
      // With a CA at hand libpq checks it as verify-ca does.
      return sslrootcert === undefined ? 2 : 3;
    case 'prefer':
      return hasTls ? 1 : 0;
    default:
      return 0;
  }
}
