// The certificates and keys that a target names, read with libpq's rules for their absence.
// Modes of keys were judged where the target was made.
// https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-FILEUSAGE
import { readFile } from 'node:fs/promises';
import * as tls from 'node:tls';
import { OperationError, say, type Wording, wordedText } from 'bus-integration-database';
import type { ConnectionTarget } from '../../conninfo/target.ts';
import { networkReason, serverText } from '../../text/sqlstate.ts';

/** How far a server's certificate is checked: not at all, that a trusted CA signed it, or its name too. */
export type Verification = 'nothing' | 'chain' | 'name';

export interface TlsFiles {
  readonly context: tls.SecureContext;
  readonly verification: Verification;
  /** What the certificates are checked against, for messages. */
  readonly trusted: Wording;
}

/**
 * Reads what a target's TLS needs. Under `require` and weaker modes a root certificate that exists makes the chain
 * checked, as in libpq; one that doesn't is an error only where the mode asks for checks.
 *
 * @throws {OperationError} not-configured, naming the file, why it can't be used, and the command that fixes it.
 */
export async function readTlsFiles(target: ConnectionTarget): Promise<TlsFiles> {
  const roots = await readRoots(target);
  const crl = roots && target.sslcrl !== undefined ? await readIfThere(target.sslcrl, 'sslcrl') : undefined;
  const cert = target.sslcert === undefined ? undefined : await readIfThere(target.sslcert, 'sslcert');
  const key = cert && target.sslkey !== undefined ? await readIfThere(target.sslkey, 'sslkey') : undefined;
  const isFull = target.sslmode === 'verify-full' || target.sslrootcert === 'system';
  try {
    const context = tls.createSecureContext({
      // Without certificates of its own Node would load some 150 that nobody checks against.
      ca: roots ?? [],
      ...(crl && { crl }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(key && target.sslpassword && { passphrase: target.sslpassword.reveal() }),
      minVersion: (target.sslMinProtocolVersion ?? 'TLSv1.2') as tls.SecureVersion,
      ...(target.sslMaxProtocolVersion !== undefined && {
        maxVersion: target.sslMaxProtocolVersion as tls.SecureVersion,
      }),
    });
    return {
      context,
      verification: roots === undefined ? 'nothing' : isFull ? 'name' : 'chain',
      trusted: target.sslrootcert === 'system' ? "this system's certificates" : { path: target.sslrootcert ?? '' },
    };
  } catch (error) {
    const named = [target.sslcert, target.sslkey, target.sslrootcert, target.sslcrl].filter(
      (path) => path !== undefined,
    );
    const all = named.map((path, index) => say`${index === 0 ? '' : ', '}${{ path }}`);
    throw notUsable(all, opensslReason(error), { target: named.join(', '), cause: error });
  }
}

async function readRoots(target: ConnectionTarget): Promise<string | string[] | undefined> {
  const { sslrootcert, sslmode } = target;
  if (sslrootcert === 'system') return await systemRoots();
  const roots = sslrootcert === undefined ? undefined : await readIfThere(sslrootcert, 'sslrootcert');
  if (roots !== undefined && !roots.includes('-----BEGIN')) {
    throw notUsable(say`sslrootcert ${{ path: sslrootcert ?? '' }}`, 'it holds no PEM certificate');
  }
  if (roots === undefined && sslmode.startsWith('verify-')) {
    const seen =
      sslrootcert === undefined ? 'sslrootcert is not set' : say`sslrootcert ${{ path: sslrootcert }} doesn't exist`;
    throw new OperationError('not-configured', say`sslmode=${sslmode} checks the server's certificate, but ${seen}`, {
      remedy: "set sslrootcert to the CA's certificate, or to system",
    });
  }
  return roots;
}

// Where OpenSSL keeps its certificates depends on who built it; Node 20 has no call for them.
async function systemRoots(): Promise<string | string[]> {
  for (const path of systemBundles) {
    const bundle = await readFile(path, 'utf8').catch(() => undefined);
    if (bundle !== undefined) return bundle;
  }
  return [...tls.rootCertificates];
}

const systemBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

async function readIfThere(path: string, key: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as { code?: string }).code ?? '')) return undefined;
    throw notUsable(say`${key} ${{ path }}`, networkReason(error), { cause: error });
  }
}

function notUsable(
  file: Wording,
  seen: string,
  { target = wordedText(file), cause }: { readonly target?: string; readonly cause?: unknown } = {},
): OperationError {
  return new OperationError('not-configured', say`can't use ${file}: ${seen}`, { target, cause });
}

// OpenSSL's messages begin with numbers and library names; what it found is at their end: `bad decrypt`.
function opensslReason(error: unknown): string {
  const { reason, message } = error as { reason?: string; message: string };
  return serverText(reason ?? message);
}
