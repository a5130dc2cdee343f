// What `help -f opencli` prints: flags as --help has them, and the configuration keys of every provider.
import { configurationKeys, openCliText } from 'bus-integration-database/help';
import { tokenKeys } from '../api/token-keys.ts';
import type { OperatorVerb } from '../command-line/flag-table.ts';
import { commandHelp } from '../command-line/help.ts';
import { version } from '../command-line/version.ts';
import type { ProviderRoot } from '../providers.ts';

/** The OpenCLI document of the family, or of one verb. */
export async function openCliAnswer(verb: OperatorVerb | undefined, roots: readonly ProviderRoot[]): Promise<string> {
  const loaded = await Promise.all(roots.map((root) => root.load()));
  const [first] = loaded;
  const known = configurationKeys(loaded.flatMap((root) => root.keys.known)).map((key) =>
    key.name === 'BUS_DATABASE_PROVIDER' && first !== undefined ? { ...key, default: first.keys.provider } : key,
  );
  const keys = [...known, ...tokenKeys];
  return openCliText({ ...commandHelp(verb), keys }, version);
}
