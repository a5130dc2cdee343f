// TLS on one socket, with libpq's meanings: asking for it, the handshake, the server's certificate.
// Whether plain text may be tried instead is decided in connect.ts, never here.
import type { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import * as tls from 'node:tls';
import { OperationError, type Remedy, say, type Wording } from 'bus-integration-database';
import type { ConnectionTarget } from '../../conninfo/target.ts';
import { reload } from '../../text/psql-remedy.ts';
import { networkReason, serverText } from '../../text/sqlstate.ts';
import { socketEvent } from '../network/socket-event.ts';
import { certificateHash, isForHost } from './certificate.ts';
import type { TlsFiles, Verification } from './tls-files.ts';

/** What protects a connection. */
export interface TlsState {
  /** `TLSv1.3` */
  readonly protocol: string;
  readonly cipher: string;
  readonly verification: Verification;
  /** Binds a SCRAM login to the server's certificate; absent where the certificate has no hash for it. */
  readonly serverEndPoint?: Buffer;
}

export interface SecureSocket {
  readonly socket: tls.TLSSocket;
  readonly tls: TlsState;
  /** What the server showed of itself. */
  readonly certificate: X509Certificate;
}

/** How a handshake is begun. */
export type DesiredTls = Pick<
  ConnectionTarget,
  'sslnegotiation' | 'sslsni' | 'sslMinProtocolVersion' | 'sslMaxProtocolVersion'
>;

/** The code of every OperationError that this file throws. */
export const tlsFailed = 'tls-failed';

/**
 * Asks a server, on a fresh socket, whether it speaks TLS; after a no the socket is still good for plain text.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
 *
 * @throws {OperationError} unreachable, code `tls-failed`, for any answer but yes and no.
 */
export async function offersTls(socket: Socket, where: string, signal: AbortSignal): Promise<boolean> {
  socket.write(sslRequest);
  const answer = await socketEvent<Buffer>(socket, 'data', signal).catch((error: unknown) => {
    if (signal.aborted) throw signal.reason;
    throw failure(where, `${where} closed the connection when asked for TLS`, undefined, error);
  });
  socket.pause();
  if (answer.length === 1 && answer[0] === 0x53) return true;
  if (answer.length === 1 && answer[0] === 0x4e) return false;
  // Bytes behind the yes would be taken for encrypted ones (CVE-2021-23222), and an error's text could be anybody's.
  const seen = answer[0] === 0x45 ? 'an error' : "something else than PostgreSQL's yes or no";
  throw failure(where, `${where} answered the question for TLS with ${seen}`);
}

const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * Encrypts a socket and checks the server's certificate as far as the target's files and mode ask.
 *
 * @throws {OperationError} unreachable, code `tls-failed`, with what was wrong.
 */
export async function startTls(
  plain: Socket,
  target: DesiredTls,
  files: TlsFiles,
  host: string,
  where: string,
  signal: AbortSignal,
): Promise<SecureSocket> {
  if (plain.destroyed) throw failure(where, `${where} closed the connection before the TLS handshake`);
  const socket = tls.connect({
    socket: plain,
    secureContext: files.context,
    // Judged below, by libpq's rules.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ALPNProtocols: ['postgresql'],
    // RFC 6066 has no server names that are addresses.
    ...(target.sslsni && isIP(host) === 0 && { servername: host }),
  });
  socket.on('error', () => {});
  try {
    await socketEvent(socket, 'secureConnect', signal);
  } catch (error) {
    socket.destroy();
    if (signal.aborted) throw signal.reason;
    const { seen, remedy } = handshakeFault(error, target);
    throw failure(where, say`the TLS handshake with ${where} failed: ${seen}`, remedy, error);
  }
  // A server that doesn't know direct TLS may still have answered the handshake of something else on its port.
  if (target.sslnegotiation === 'direct' && socket.alpnProtocol !== 'postgresql') {
    socket.destroy();
    throw failure(where, `${where} speaks TLS but not PostgreSQL's direct one`, 'set sslnegotiation=postgres');
  }
  const certificate = socket.getPeerX509Certificate();
  const fault = certificate === undefined ? { seen: 'none' } : faultOf(socket, certificate, files, host);
  if (certificate === undefined || fault !== undefined) {
    socket.destroy();
    const remedy = fault?.remedy ?? 'check sslrootcert and the host in the DSN';
    throw failure(where, say`${where} shows a certificate that is not trusted: ${fault?.seen ?? 'none'}`, remedy);
  }
  const serverEndPoint = certificateHash(certificate.raw);
  return {
    socket,
    certificate,
    tls: {
      protocol: socket.getProtocol() ?? 'unknown',
      cipher: socket.getCipher().name,
      verification: files.verification,
      ...(serverEndPoint && { serverEndPoint }),
    },
  };
}

interface Fault {
  readonly seen: Wording;
  readonly remedy?: Remedy;
}

function faultOf(
  socket: tls.TLSSocket,
  certificate: X509Certificate,
  files: TlsFiles,
  host: string,
): Fault | undefined {
  if (files.verification === 'nothing') return undefined;
  if (!socket.authorized) {
    const code = String(socket.authorizationError);
    return chainFaults[code]?.(files.trusted, certificate) ?? { seen: serverText(code) };
  }
  if (files.verification === 'chain' || isForHost(certificate, host)) return undefined;
  const names = serverText(certificate.subjectAltName ?? certificate.subject);
  return {
    seen: `it is for ${names}, not for ${host}`,
    remedy: 'connect to the server by a name in its certificate, or give it a certificate for this name',
  };
}

const unsigned = (trusted: Wording): Fault => ({
  seen: say`no CA in ${trusted} signed it`,
  remedy: 'check that this is the right server; then put the CA that signed its certificate into sslrootcert',
});
const renewal = ['renew the certificate in ssl_cert_file on the server, then ', reload()];
const dayOf = (time: string) => new Date(time).toISOString().slice(0, 10);

const chainFaults: Readonly<Record<string, (trusted: Wording, certificate: X509Certificate) => Fault>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: (trusted) => ({
    seen: say`it is self-signed and not in ${trusted}`,
    remedy:
      'give the server a certificate that a CA in sslrootcert signed, or copy this certificate there in a safe way',
  }),
  SELF_SIGNED_CERT_IN_CHAIN: unsigned,
  UNABLE_TO_GET_ISSUER_CERT: unsigned,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unsigned,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unsigned,
  CERT_HAS_EXPIRED: (_, { validTo }) => ({ seen: `it has expired on ${dayOf(validTo)}`, remedy: renewal }),
  CERT_NOT_YET_VALID: (_, { validFrom }) => ({
    seen: `it is not valid before ${dayOf(validFrom)}`,
    remedy: 'check the clocks of this machine and of the one that signed it',
  }),
  CERT_REVOKED: () => ({ seen: 'it is revoked', remedy: renewal }),
  UNABLE_TO_GET_CRL: () => ({ seen: 'sslcrl has no list of its CA' }),
  CRL_HAS_EXPIRED: () => ({
    seen: 'the list in sslcrl has expired',
    remedy: 'get the newest revocation list of that CA',
  }),
};

function handshakeFault(error: unknown, options: DesiredTls): Fault {
  const { reason } = error as { reason?: string };
  if (reason === undefined) return { seen: networkReason(error) };
  if (!/protocol version|unsupported protocol/.test(reason)) return { seen: serverText(reason) };
  const { sslMinProtocolVersion: oldest = 'TLSv1.2', sslMaxProtocolVersion: newest = 'TLSv1.3' } = options;
  return {
    seen: `it takes none of the versions from ${oldest} to ${newest}`,
    remedy:
      'set ssl_min_protocol_version and ssl_max_protocol_version of the server so that it accepts TLSv1.2 or newer',
  };
}

function failure(where: string, message: Wording, remedy?: Remedy, cause?: unknown): OperationError {
  return new OperationError('unreachable', message, {
    code: tlsFailed,
    target: where,
    cause,
    ...(remedy && { remedy }),
  });
}
