// What a server's certificate says to a client: whether it carries a host's name, and the hash that binds a SCRAM login
// to it. Signatures and dates are OpenSSL's business, not this file's.
import { createHash, type X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/**
 * True when a certificate is for this host, by libpq's rules for verify-full: a wildcard stands for one whole label,
 * the common name counts only where no alternative name of a fitting kind is given.
 * https://www.postgresql.org/docs/current/libpq-ssl.html#LIBQ-SSL-CERTIFICATES
 *
 * @example
 * isForHost(socket.getPeerX509Certificate(), 'db.example.com');
 */
export function isForHost(certificate: X509Certificate, host: string): boolean {
  if (isIP(host) === 0) return certificate.checkHost(host, { ...strict, subject: 'default' }) !== undefined;
  if (certificate.checkIP(host) !== undefined) return true;
  const hasAddress = /(^|, )IP Address:/.test(certificate.subjectAltName ?? '');
  return certificate.checkHost(host, { ...strict, subject: hasAddress ? 'never' : 'default' }) !== undefined;
}

const strict = { wildcards: true, partialWildcards: false, multiLabelWildcards: false } as const;

/**
 * The `tls-server-end-point` channel binding of RFC 5929: the certificate hashed with its signature's own hash, or with
 * SHA-256 where that is MD5 or SHA-1. Undefined for signatures without one (Ed25519), which PostgreSQL can't bind to.
 *
 * @param der the certificate as it came
 */
export function certificateHash(der: Buffer): Buffer | undefined {
  const hash = signatureHash(der);
  return hash === undefined ? undefined : createHash(hash).update(der).digest();
}

// Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OBJECT IDENTIFIER, parameters }, … }
function signatureHash(der: Buffer): string | undefined {
  const [certificate] = parts(der);
  const [, algorithm] = certificate ? parts(certificate.content) : [];
  const [identifier, parameters] = algorithm ? parts(algorithm.content) : [];
  const name = identifier?.content.toString('hex') ?? '';
  if (name !== rsaPss) return hashOfSignature[name];
  // RSASSA-PSS-params ::= SEQUENCE { [0] hashAlgorithm DEFAULT sha1, … }
  const [tagged] = parameters ? parts(parameters.content) : [];
  if (tagged?.tag !== 0xa0) return 'sha256';
  const [hashAlgorithm] = parts(tagged.content);
  const [hashIdentifier] = hashAlgorithm ? parts(hashAlgorithm.content) : [];
  return hashOfIdentifier[hashIdentifier?.content.toString('hex') ?? ''];
}

interface Part {
  readonly tag: number;
  readonly content: Buffer;
}

// The elements of a DER value one after the other; what is cut short is left out.
function parts(der: Buffer): Part[] {
  const found: Part[] = [];
  let offset = 0;
  while (offset + 2 <= der.length) {
    const tag = der[offset] as number;
    let length = der[offset + 1] as number;
    offset += 2;
    if (length >= 0x80) {
      const lengthBytes = length & 0x7f;
      if (lengthBytes < 1 || lengthBytes > 4 || offset + lengthBytes > der.length) break;
      length = der.readUIntBE(offset, lengthBytes);
      offset += lengthBytes;
    }
    if (offset + length > der.length) break;
    found.push({ tag, content: der.subarray(offset, offset + length) });
    offset += length;
  }
  return found;
}

const rsaPss = '2a864886f70d01010a';

const hashOfSignature: Readonly<Record<string, string>> = {
  // RSA: md5, sha1, sha224, sha256, sha384, sha512
  '2a864886f70d010104': 'sha256',
  '2a864886f70d010105': 'sha256',
  '2a864886f70d01010e': 'sha224',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  // ECDSA: sha1, sha224, sha256, sha384, sha512
  '2a8648ce3d0401': 'sha256',
  '2a8648ce3d040301': 'sha224',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
};

const hashOfIdentifier: Readonly<Record<string, string>> = {
  '2b0e03021a': 'sha256',
  '608648016503040204': 'sha224',
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
};
