import { createHash, X509Certificate } from 'node:crypto';
import { createCertificateAuthority } from 'embedded';
import { describe, expect, test } from 'vitest';
import { certificateHash, isForHost } from '../../../src/connection/tls/certificate.ts';

// Self-signed, for localhost; the signatures of each kind that a server of PostgreSQL may show.
const certificates = {
  'ECDSA with SHA-384':
    'MIIBmTCCAT+gAwIBAgIURWOF+gm4xES+OxltcB/CZhS2GRkwCgYIKoZIzj0EAwMwFDESMBAGA1UEAwwJbG9jYWxob3N0MB4XDTI2MTEyMjE1' +
    'MTAyM1oXDTM2MTExOTE1MTAyM1owFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEBjJ5c/XBvq0Q47gB' +
    '0ZV7gTReQbgLu75lnLVT97a6patsdvxmy2ImmVwxjglT/7Lsb8PGiRpRcYb56wFS7vSHN6NvMG0wHQYDVR0OBBYEFCrvV6FbOOjGjLV3PgS7' +
    'p2Ow2HTMMB8GA1UdIwQYMBaAFCrvV6FbOOjGjLV3PgS7p2Ow2HTMMA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/' +
    'AAABMAoGCCqGSM49BAMDA0gAMEUCICSaZVn1OAgqtvnDvHRg1OJ1a4H8VrvQdD6SM/J3kiEjAiEA7kXghW/ezn56BZbgMkFlb5tRPys9TRR+' +
    '8AzvZ0V1kvc=',
  'RSA-PSS with SHA-512':
    'MIIDjzCCAkKgAwIBAgIUX7Y2DokaEXhvlJB6qACw5jTa1TowQgYJKoZIhvcNAQEKMDWgDzANBglghkgBZQMEAgMFAKEcMBoGCSqGSIb3DQEB' +
    'CDANBglghkgBZQMEAgMFAKIEAgIAvjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwHhcNMjYxMTIyMTUxMDIzWhcNMzYxMTE5MTUxMDIzWjAUMRIw' +
    'EAYDVQQDDAlsb2NhbGhvc3QwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCntLCCsIywi9N7EAg1fsPFSOPKbs/qlkaKGdBVm1FR' +
    'heUJ/wpRAnxkPagJv9pQdxwaGqOPJOLGuhtBhguBy99J3JSzBDVGq0NexVfgFgpH2mMyRaBb2wn+twvWGqdmrrAye0KdRfBqGblouMbPNbkL' +
    'iSiGuhXG6qUK0eiFhcP17CUxBRvylRMxmHakeceF5vPv3SO5mNnZg4LsigZA7ePSMXCk4j+2+kBhc/E9Usqep4TO5jCI9uHhUn7dlXNHtC9v' +
    'mezdmczuV/gNVuKtJFtjGoitbfYkh/Gu8PCs9vNKm/XV70QXST02qf/hQRn1j9C/DcNfHrUCgQ8PTZxMPpuJAgMBAAGjbzBtMB0GA1UdDgQW' +
    'BBRp8TjzMPAB5xoOoChBBuoww+tZCjAfBgNVHSMEGDAWgBRp8TjzMPAB5xoOoChBBuoww+tZCjAPBgNVHRMBAf8EBTADAQH/MBoGA1UdEQQT' +
    'MBGCCWxvY2FsaG9zdIcEfwAAATBCBgkqhkiG9w0BAQowNaAPMA0GCWCGSAFlAwQCAwUAoRwwGgYJKoZIhvcNAQEIMA0GCWCGSAFlAwQCAwUA' +
    'ogQCAgC+A4IBAQB8hZXZgX3lg+J3OGsqxb09inrNhlh6JGilV0Y/ZLN/YD/vEVzIZ9C7I6CEFn06uetVleljnFvsFoAVWu37w1uD0YqT2IwW' +
    'VErknVyrcbmZE17mv/sEtkXYa+bKYtgavItvwVlQJDDhJ6HtgsxaCt/4pXS6POgFKcB5+9Wp4OTjqWfrofvSyKLDuhS1Pkd9zH0NiaO34H6p' +
    'nPJbWm+WLr8lzu7QWNkpFuIlcOhWeGA5NmnKoggHZpBjXcEotPYB2Go0H02Et7K+9epZHlcN0CPMvwqMDdAIm3VgwwilBHQAqNBZlLPcnzOy' +
    'qq1xc7fmtrr82Sv4Xvo292pUlR++3Nmj',
  'RSA with SHA-1':
    'MIIDJTCCAg2gAwIBAgIUBNCBCtyA2aZxzmyMDvT90UOE7MIwDQYJKoZIhvcNAQEFBQAwFDESMBAGA1UEAwwJbG9jYWxob3N0MB4XDTI2MTEy' +
    'MjE1MTAyM1oXDTM2MTExOTE1MTAyM1owFDESMBAGA1UEAwwJbG9jYWxob3N0MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxpy4' +
    'dYJldRS0knRHlnOS/tBA4gL7cad+5vyesWFOSniy4ennGunXdaAqacBzuX9X/HWGfrekVOoAFBXVSiNPERQ+jnQwqS3MsrhqVMbBLztSjA7H' +
    'lfUqAphaJgyEvw00CPV/QyHeWSdFIo4hinbn6OFcqlAd3bO7vRqkk9v+AI+XA1bOXiOcWXGNFGdsFmtgSFst2m2OcLdkjiwxr25LlN+BN+xy' +
    'SnRUIjFlsDXwyhfZgzZe0y3lOUjFDgderhZAZuLZvILuK145liGUmex1vqkhZSB2/q0LKxCvXaTZCgKQmv9LitNZfAVBgo7avhTQwe8EbK1D' +
    'dvuOCayjnd1NOQIDAQABo28wbTAdBgNVHQ4EFgQUdK59w86SlsDoUkJ5IGhgI+6xKE8wHwYDVR0jBBgwFoAUdK59w86SlsDoUkJ5IGhgI+6x' +
    'KE8wDwYDVR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwDQYJKoZIhvcNAQEFBQADggEBABA87EhrzeHXDY5q3Xxf' +
    'DrPWMSthZ2KeES3u0DaDoJzl2Fqj3GeN94+OCWDjTv5Uj9trwBp/vVM5BQPIjTL+tagITQ3bqueLAy0RnfDI67d7Ej8zgAbMqsZWqeVh5sS8' +
    'ghMDgi0w6KDrWh3MqTlNZUPbQBVqr5Oll7PiFBUXusmGFAW8+cdRBODI1r4auNAiIZBQLvjM/5a8elSUPeHnn7wwfANQaB1xKZb07nfV4UBd' +
    'IIFv09t1RTKhX1klAPrVY0B/oIsdIzzcWOizjtHw1O8wX+iZwuOwNTPxc7rIorUzkfgpHVXE/kfvhi5Nb1s8TJmxKowIsSnX4JOEiFyBHvI=',
  Ed25519:
    'MIIBWTCCAQugAwIBAgIUam7N33ua4QXRlnKup9QXbfpN2M8wBQYDK2VwMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDAeFw0yNjExMjIxNTEwMjNa' +
    'Fw0zNjExMTkxNTEwMjNaMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDAqMAUGAytlcAMhAAy9I5sKZlUDl2x8js+uXJz0iAvSOvvptY+enCqVKDik' +
    'o28wbTAdBgNVHQ4EFgQUnM/ktvsjJB+l9Nm2SLw+h4yQFu8wHwYDVR0jBBgwFoAUnM/ktvsjJB+l9Nm2SLw+h4yQFu8wDwYDVR0TAQH/BAUw' +
    'AwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwBQYDK2VwA0EAzq+ze7cyiwxnz715pj2jNoKFCcwN+a7tF484Qm4U7RJXq6GgXJFS' +
    'vdgo8j2t/K6I/QspAkm7izdjJCLfrXIpAQ==',
};

const der = (kind: keyof typeof certificates): Buffer => Buffer.from(certificates[kind], 'base64');

describe('certificateHash', () => {
  test.each([
    ['ECDSA with SHA-384', 'sha384'],
    ['RSA-PSS with SHA-512', 'sha512'],
    ['RSA with SHA-1', 'sha256'],
  ] as const)('of %s uses %s', (kind, hash) => {
    expect(certificateHash(der(kind))).toEqual(createHash(hash).update(der(kind)).digest());
  });

  test('of Ed25519 there is none', () => {
    expect(certificateHash(der('Ed25519'))).toBeUndefined();
  });

  test('of what is cut short or no certificate there is none', () => {
    const whole = der('RSA-PSS with SHA-512');
    for (let length = 0; length < whole.length; length += 7) {
      expect(certificateHash(whole.subarray(0, length))).toBeUndefined();
    }
    expect(certificateHash(Buffer.alloc(64, 0x30))).toBeUndefined();
  });
});

describe('isForHost', () => {
  const authority = createCertificateAuthority();
  const issued = (commonName: string, names: readonly string[]): X509Certificate =>
    new X509Certificate(authority.issue({ commonName, names }).certificate);

  test.each([
    ['the name itself, whatever its case', 'x', ['db.example.com'], 'DB.example.com', true],
    ['another name', 'x', ['db.example.com'], 'db.example.org', false],
    ['a wildcard for one label', 'x', ['*.example.com'], 'db.example.com', true],
    ['a wildcard for two labels', 'x', ['*.example.com'], 'a.db.example.com', false],
    ['a wildcard for no label', 'x', ['*.example.com'], 'example.com', false],
    ['a wildcard inside a label', 'x', ['d*.example.com'], 'db.example.com', false],
    ['the common name where no name is given', 'db.example.com', [], 'db.example.com', true],
    ['the common name beside a name', 'db.example.com', ['other.example.com'], 'db.example.com', false],
    ['an address', 'x', ['10.0.3.7'], '10.0.3.7', true],
    ['an IPv6 address, written otherwise', 'x', ['2001:db8::1'], '2001:0db8:0:0:0:0:0:1', true],
    ['another address', '10.0.3.8', ['10.0.3.7'], '10.0.3.8', false],
    ['an address as the common name', '10.0.3.7', [], '10.0.3.7', true],
  ] as const)('%s', (_, commonName, names, host, expected) => {
    expect(isForHost(issued(commonName, names), host)).toBe(expected);
  });
});
