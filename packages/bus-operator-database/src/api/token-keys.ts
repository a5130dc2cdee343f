// Where the token for --api-url is, without --token-file.
import type { Environment } from 'bus-integration-database';
import type { ConfigurationKey } from 'bus-integration-database/help';

export const tokenKeys: readonly ConfigurationKey[] = [
  { name: 'BUS_OPERATOR_TOKEN', isSecret: true, meaning: 'the token for --api-url, without --token-file' },
  { name: 'BUS_INTERNAL_TOKEN', isSecret: true, meaning: 'the same, without BUS_OPERATOR_TOKEN' },
];

/** The first of them that is set. */
export function tokenKeyOf(env: Environment): string | undefined {
  return tokenKeys.map(({ name }) => name).find((name) => env[name]);
}
