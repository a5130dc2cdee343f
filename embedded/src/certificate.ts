// Certificates for tests: an authority of its own and what it signs (X.509, RFC 5280); nobody else should trust them.
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bits,
  boolean,
  integer,
  objectIdentifier,
  octets,
  sequence,
  set,
  tagged,
  taggedBytes,
  text,
  time,
} from './der.ts';

/** A certificate and its private key, both as PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateRequest {
  /** Default: `localhost`. A client's is the role it logs in as. */
  readonly commonName?: string;
  /** Host names and addresses. Default: `localhost`, `127.0.0.1`, `::1`. */
  readonly names?: readonly string[];
  /** Default: a day ago. */
  readonly validFrom?: Date;
  /** Default: in a year. */
  readonly validTo?: Date;
}

export interface CertificateAuthority extends Certificate {
  /** Signs a certificate, for a server or a client. */
  issue(options?: CertificateRequest): Certificate;
}

const defaultName = 'localhost';
const dayMs = 86_400_000;
const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));

/**
 * Makes a new authority, whose `certificate` is what `sslrootcert` points to.
 *
 * @example
 * const authority = createCertificateAuthority();
 * await using server = await startServer({ tls: authority.issue({ names: ['localhost'] }) });
 */
export function createCertificateAuthority(commonName = 'Throwaway authority'): CertificateAuthority {
  const own = newKeys();
  const subject = { commonName, names: [] };
  return {
    certificate: build({ options: subject, issuer: commonName, issuerKeys: own, keys: own, isAuthority: true }),
    key: pem(own.privateKey),
    issue: (options = {}) => {
      const keys = newKeys();
      const certificate = build({ options, issuer: commonName, issuerKeys: own, keys, isAuthority: false });
      return { certificate, key: pem(keys.privateKey) };
    },
  };
}

/** A certificate that nobody signed but its own key. */
export function selfSignedCertificate(options: CertificateRequest = {}): Certificate {
  const keys = newKeys();
  const issuer = options.commonName ?? defaultName;
  return {
    certificate: build({ options, issuer, issuerKeys: keys, keys, isAuthority: false }),
    key: pem(keys.privateKey),
  };
}

interface Keys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

interface Contents {
  readonly options: CertificateRequest;
  readonly issuer: string;
  readonly issuerKeys: Keys;
  readonly keys: Keys;
  readonly isAuthority: boolean;
}

function build({ options, issuer, issuerKeys, keys, isAuthority }: Contents): string {
  const { commonName = defaultName, names = ['localhost', '127.0.0.1', '::1'] } = options;
  const { validFrom = new Date(Date.now() - dayMs), validTo = new Date(Date.now() + 365 * dayMs) } = options;
  const version3 = tagged(0, integer(Buffer.from([2])));
  const serial = integer(randomBytes(16));
  const extensions = tagged(3, sequence(...extensionsOf(names, keys, issuerKeys, isAuthority)));
  const content = sequence(
    version3,
    serial,
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(time(validFrom), time(validTo)),
    nameOf(commonName),
    publicBytes(keys),
    extensions,
  );
  const signed = sequence(content, ecdsaWithSha256, bits(sign('sha256', content, issuerKeys.privateKey)));
  const lines = signed.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function extensionsOf(names: readonly string[], keys: Keys, issuerKeys: Keys, isAuthority: boolean) {
  // Bits from the left: 0 signs data, 5 signs certificates, 6 signs revocation lists.
  const usage = isAuthority ? bits(Buffer.from([0b0000_0110]), 1) : bits(Buffer.from([0b1000_0000]), 7);
  return [
    extension('2.5.29.19', sequence(...(isAuthority ? [boolean(true)] : [])), true),
    extension('2.5.29.15', usage, true),
    extension('2.5.29.14', octets(keyIdentifier(keys))),
    extension('2.5.29.35', sequence(taggedBytes(0, keyIdentifier(issuerKeys)))),
    ...(isAuthority ? [] : [extension('2.5.29.37', sequence(...['1', '2'].map(extendedUsage)))]),
    ...(names.length > 0 ? [extension('2.5.29.17', sequence(...names.map(alternativeName)))] : []),
  ];
}

function extension(identifier: string, content: Uint8Array, isCritical = false) {
  return sequence(objectIdentifier(identifier), ...(isCritical ? [boolean(true)] : []), octets(content));
}

// 1 is for servers, 2 for clients.
const extendedUsage = (number: string) => objectIdentifier(`1.3.6.1.5.5.7.3.${number}`);

const nameOf = (commonName: string) => sequence(set(sequence(objectIdentifier('2.5.4.3'), text(commonName))));

function alternativeName(name: string): Buffer {
  return isIP(name) ? taggedBytes(7, addressBytes(name)) : taggedBytes(2, Buffer.from(name, 'ascii'));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const missing = 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function newKeys(): Keys {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicBytes = (keys: Keys) => keys.publicKey.export({ type: 'spki', format: 'der' });
const keyIdentifier = (keys: Keys) => createHash('sha1').update(publicBytes(keys)).digest();
