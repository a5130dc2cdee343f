// The manifest that the environment of a process or a request names. Its reader is loaded only for one.
import { manifestFileOf } from '../config/manifest-key.ts';
import { OperationError } from '../contract/errors.ts';
import type { RefusedManifest } from '../manifest/declared-manifest.ts';
import type { ManifestLanguage } from '../manifest/read-manifest.ts';
import type { DeclaredManifest } from '../model/desired-state.ts';
import type { Environment } from '../text/environment.ts';
import { giveWay } from './give-way.ts';

/** A provider that may read manifests. */
interface Reading {
  readonly name: string;
  readonly manifest?: (() => Promise<ManifestLanguage>) | undefined;
}

/**
 * The manifest of an environment; undefined if none is named, or the provider reads none.
 *
 * @param providers the first is the one where none is named
 * @throws OperationError `invalid-request` with everything that is wrong with it
 * @example
 * await namedManifest(process.env, process.cwd(), providers);
 */
export async function namedManifest(
  env: Environment,
  cwd: string,
  providers: readonly Reading[],
): Promise<DeclaredManifest | undefined> {
  const file = manifestFileOf(env);
  if (file === undefined) return undefined;
  const wanted = env.BUS_DATABASE_PROVIDER || providers[0]?.name;
  const language = await providers.find(({ name }) => name === wanted)?.manifest?.();
  if (language === undefined) return undefined;
  const { manifestInFile } = await import('../manifest/declared-manifest.ts');
  return usable(manifestInFile(file, cwd, language));
}

/**
 * The manifest that a request carries.
 *
 * @throws OperationError `invalid-request` with everything that is wrong with it, or of a provider that reads none
 */
export async function carriedManifest(carried: object, { name, manifest }: Reading): Promise<DeclaredManifest> {
  if (manifest === undefined)
    throw new OperationError('invalid-request', `the provider ${name} reads no manifests`, { target: 'manifest' });
  const { manifestInRequest } = await import('../manifest/declared-manifest.ts');
  return usable(await manifestInRequest(carried, await manifest(), giveWay));
}

function usable(read: DeclaredManifest | RefusedManifest): DeclaredManifest {
  if (!('refused' in read)) return read;
  const { refused, diagnostics } = read;
  throw new OperationError('invalid-request', refused, { diagnostics });
}
