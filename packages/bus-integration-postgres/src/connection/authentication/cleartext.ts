// Whether a password in plaintext may go over a connection: judged by what was really dialled, never by what a DSN calls it.
// https://www.postgresql.org/docs/current/libpq-ssl.html
import { OperationError } from 'bus-integration-database';
import { isSocketDirectory, type PinnedAddress } from '../network/dial.ts';
import type { TlsState } from '../tls/tls.ts';

export interface Channel {
  readonly pinned: Pick<PinnedAddress, 'address'>;
  readonly tls: Pick<TlsState, 'verification'> | null;
}

/** Nobody but the server reads it: a Unix-domain socket, or TLS to a server whose name was checked. */
export function keepsCleartext({ pinned, tls }: Channel): boolean {
  return isSocketDirectory(pinned.address) || tls?.verification === 'name';
}

/** @throws {OperationError} unsafe, before anything is sent over a connection that others could read. */
export function demandCleartextChannel(session: Channel & { readonly where: string }): void {
  if (keepsCleartext(session)) return;
  const over = session.tls === null ? 'without TLS' : 'over TLS that checked no name';
  throw new OperationError('unsafe', `${session.where} was reached ${over}: others could read the passwords`, {
    code: 'cleartext-refused',
    target: 'BUS_DATABASE_PASSWORD_SEND',
    remedy: cleartextRemedy,
  });
}

export const cleartextRemedy =
  'connect with sslmode=verify-full or over a unix socket, or leave BUS_DATABASE_PASSWORD_SEND at verifier';
