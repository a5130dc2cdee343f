// The manifest that a deployment's configuration or a request names: read and judged, or all that is wrong with it. Throws
// nothing, since it may be in another file of a bundle, with other classes.
import { resolve } from 'node:path';
import { OperationError } from '../contract/errors.ts';
import type { Diagnostic } from '../contract/response.ts';
import type { DeclaredManifest, Expansion } from '../model/desired-state.ts';
import { printable } from '../text/printable.ts';
import { type ManifestLanguage, type ManifestReading, readManifest, readManifestValue } from './read-manifest.ts';
import { ownerWarnings } from './text/file-owner.ts';
import { readManifestFile } from './text/read-source.ts';

/** A manifest that can't be used. */
export interface RefusedManifest {
  readonly refused: string;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the manifest of a file.
 *
 * @param file as the operator wrote it; relative to `cwd`
 * @example
 * manifestInFile('bus-database.yaml', process.cwd(), postgresManifest);
 */
export function manifestInFile(
  file: string,
  cwd: string,
  language: ManifestLanguage,
): DeclaredManifest | RefusedManifest {
  try {
    const warnings: Diagnostic[] = [];
    const bytes = readManifestFile(resolve(cwd, file), file, (status) =>
      warnings.push(...ownerWarnings(status, file, process.getuid?.())),
    );
    const read = declared(readManifest(bytes, file, language), file);
    return 'refused' in read ? read : { ...read, file, ...(warnings.length > 0 && { warnings }) };
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return { refused: error.message, diagnostics: error.diagnostics };
  }
}

/** Reads the manifest that a request carries. */
export async function manifestInRequest(
  manifest: object,
  language: ManifestLanguage,
  giveWay: () => Promise<void>,
): Promise<DeclaredManifest | RefusedManifest> {
  return declared(await readManifestValue(manifest, language, giveWay), 'manifest');
}

function declared(
  { expanded, written, diagnostics: found }: ManifestReading<Expansion>,
  name: string,
): DeclaredManifest | RefusedManifest {
  if (expanded !== undefined && written !== undefined) return { expanded, written };
  const diagnostics = found.map((one) => ({ ...one, message: `${one.target ?? name}: ${one.message}` }));
  const [first] = diagnostics;
  const several = diagnostics.length === 1 ? undefined : `${diagnostics.length} problems in ${printable(name)}`;
  return { refused: several ?? first?.message ?? `${printable(name)} is wrong`, diagnostics };
}
