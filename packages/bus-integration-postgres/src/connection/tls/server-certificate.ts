// The certificate that a server shows, looked at in a TLS handshake of our own and without logging in.

import { isIP } from 'node:net';
import * as tls from 'node:tls';
import { OperationError, type Wording, wordingOfError } from 'bus-integration-database';
import type { ConnectionTarget } from '../../conninfo/target.ts';
import { networkReason, serverText } from '../../text/sqlstate.ts';
import { startDeadline } from '../network/deadline.ts';
import { dial, type PinnedAddress, shownAddress } from '../network/dial.ts';
import { socketEvent } from '../network/socket-event.ts';
import { isForHost } from './certificate.ts';
import { offersTls } from './tls.ts';
import { readTlsFiles } from './tls-files.ts';

export type Presented =
  | {
      readonly state: 'presented';
      /** The host that services dial, which the certificate should carry. */
      readonly host: string;
      readonly isForHost: boolean;
      readonly names: string;
      readonly validFrom: Date;
      readonly validTo: Date;
      /** Undefined where services have no CA to check against. */
      readonly chainFault?: string;
      /** Why services' CA can't be read. */
      readonly rootFault?: Wording;
    }
  | { readonly state: 'no-tls'; readonly where: string }
  | { readonly state: 'unknown'; readonly reason: Wording };

const timeoutMs = 10_000;

/** @param sslrootcert what services check against: a path, `system`, or nothing */
export async function lookAtCertificate(
  pinned: PinnedAddress,
  target: ConnectionTarget,
  sslrootcert: string | undefined,
  signal: AbortSignal,
): Promise<Presented> {
  const where = shownAddress(pinned);
  const deadline = startDeadline(timeoutMs, signal, () => new OperationError('timeout', `${where} gave no answer`));
  let socket: Awaited<ReturnType<typeof dial>> | undefined;
  try {
    const roots = await rootsOf(target, sslrootcert);
    socket = await dial(pinned, deadline.signal);
    if (target.sslnegotiation !== 'direct' && !(await offersTls(socket, where, deadline.signal)))
      return { state: 'no-tls', where };
    const secure = tls.connect({
      socket,
      secureContext: roots.context,
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ALPNProtocols: ['postgresql'],
      ...(isIP(pinned.host) === 0 && { servername: pinned.host }),
    });
    secure.on('error', () => {});
    await socketEvent(secure, 'secureConnect', deadline.signal);
    const certificate = secure.getPeerX509Certificate();
    if (certificate === undefined) return { state: 'unknown', reason: `${where} shows no certificate` };
    const error = secure.authorized ? undefined : String(secure.authorizationError);
    // An orderly end leaves no line in the server's log.
    secure.end();
    return {
      state: 'presented',
      host: pinned.host,
      isForHost: isForHost(certificate, pinned.host),
      names: serverText(certificate.subjectAltName ?? certificate.subject),
      validFrom: new Date(certificate.validFrom),
      validTo: new Date(certificate.validTo),
      ...(roots.isThere && error !== undefined && !dates.includes(error) && { chainFault: serverText(error) }),
      ...(roots.fault !== undefined && { rootFault: roots.fault }),
    };
  } catch (error) {
    if (signal.aborted) throw error;
    const reason =
      error instanceof OperationError
        ? wordingOfError(error)
        : `the TLS handshake with ${where} failed: ${networkReason(error)}`;
    return { state: 'unknown', reason };
  } finally {
    deadline.stop();
    setTimeout(() => socket?.destroy(), 0);
  }
}

// Told by the dates themselves.
const dates = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];

async function rootsOf(target: ConnectionTarget, sslrootcert: string | undefined) {
  const none = tls.createSecureContext({ ca: [], minVersion: 'TLSv1' });
  if (sslrootcert === undefined) return { context: none, isThere: false };
  const { sslcert: _cert, sslkey: _key, ...others } = target;
  try {
    const { context } = await readTlsFiles({ ...others, sslmode: 'verify-ca', sslrootcert });
    return { context, isThere: true };
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return { context: none, isThere: false, fault: wordingOfError(error) };
  }
}
