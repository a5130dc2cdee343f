import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCertificateAuthority } from '../src/index.ts';

describe('certificates', () => {
  const authority = createCertificateAuthority('Test authority');
  const root = new X509Certificate(authority.certificate);

  it('the authority signs itself and may sign others', () => {
    expect(root.ca).toBe(true);
    expect(root.subject).toBe('CN=Test authority');
    expect(root.verify(root.publicKey)).toBe(true);
  });

  it('an issued one is for its names, by the authority, with its own key', () => {
    const { certificate, key } = authority.issue({
      commonName: 'bus_service',
      names: ['db.example', '10.0.3.7', 'fd00::7'],
    });
    const leaf = new X509Certificate(certificate);
    expect(leaf.checkIssued(root)).toBe(true);
    expect(leaf.verify(root.publicKey)).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.subject).toBe('CN=bus_service');
    expect(leaf.subjectAltName).toBe('DNS:db.example, IP Address:10.0.3.7, IP Address:FD00:0:0:0:0:0:0:7');
    expect(leaf.checkHost('db.example')).toBe('db.example');
    expect(leaf.checkHost('other.example')).toBeUndefined();
    expect(leaf.checkIP('10.0.3.7')).toBe('10.0.3.7');
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });

  it('a declaration may be a certificate that has expired or isn’t valid yet', () => {
    const validFrom = new Date('2020-01-02T03:04:05Z');
    const validTo = new Date('2051-02-03T04:05:06Z');
    const leaf = new X509Certificate(authority.issue({ validFrom, validTo }).certificate);
    expect([new Date(leaf.validFrom), new Date(leaf.validTo)]).toEqual([validFrom, validTo]);
  });
});
