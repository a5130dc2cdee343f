// The key that names a manifest, and which keys may stand beside it. Pure; the manifest was read by who opens files.
import type { DeclaredManifest } from '../model/desired-state.ts';
import type { Environment } from '../text/environment.ts';
import { declaringKeys } from './overruled-names.ts';
import { type SettingsReader, shownValue } from './settings.ts';

export const manifestKey = 'BUS_DATABASE_MANIFEST_FILE';

/** The manifest that an environment names, as it is written there; undefined where there is none. */
export function manifestFileOf(env: Environment): string | undefined {
  return env[manifestKey]?.trim() || undefined;
}

/** Refuses whatever can't stand beside a manifest; false where something was refused. */
export function judgeManifestKeys(
  settings: SettingsReader,
  deploymentId: string | undefined,
  { expanded, file }: DeclaredManifest,
): boolean {
  const beside = declaringKeys.filter((key) => settings.isSet(key));
  for (const key of beside)
    settings.refuse({
      key,
      code: 'conflict',
      message: `${key} is set beside ${manifestKey}, expected one of them`,
      remedy: `unset ${key}: the manifest declares all`,
    });
  const isMeant = deploymentId === undefined || deploymentId === expanded.deployment;
  if (!isMeant)
    settings.refuse({
      key: manifestKey,
      code: 'conflict',
      message: `BUS_DEPLOYMENT_ID is ${shownValue(deploymentId)}, but ${shownValue(file ?? manifestKey)} is of deployment ${expanded.deployment}`,
      remedy: 'give both the same value',
    });
  return beside.length === 0 && isMeant;
}
