// How the manifests of the provider are read that is meant: by flag, by environment, or the first there is.
import { type Environment, OperationError, printable } from 'bus-integration-database';
import type { ManifestLanguage } from 'bus-integration-database/manifest';
import type { Flags } from '../command-line/flags.ts';
import type { ProviderRoot } from '../providers.ts';

/** @throws OperationError `invalid-request` where there is no such provider, or it reads none */
export async function providerLanguage(
  { BUS_DATABASE_PROVIDER: configured }: Environment,
  { provider }: Pick<Flags, 'provider'>,
  roots: readonly ProviderRoot[],
): Promise<{ readonly root: ProviderRoot; readonly language: ManifestLanguage }> {
  if (provider !== undefined && configured && provider !== configured)
    throw usage(`--provider is ${printable(provider)}, but BUS_DATABASE_PROVIDER is ${printable(configured)}`);
  const name = provider ?? (configured || roots[0]?.name);
  const root = roots.find((one) => one.name === name);
  if (root === undefined) {
    const known = roots.map((one) => one.name).join(', ');
    throw usage(`${printable(name ?? '')}: no such provider; name one of: ${known}`);
  }
  if (root.manifest === undefined) throw usage(`the provider ${root.name} reads no manifests`);
  return { root, language: await root.manifest() };
}

function usage(message: string): OperationError {
  return new OperationError('invalid-request', message, { code: 'usage' });
}
