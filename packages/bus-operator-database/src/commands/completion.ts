// What a shell completes a line of this family with: its commands and flags as an OpenCLI document, and what is declared
// where the line is typed. Asks no server, opens no secret, and says nothing of what is wrong with a configuration.
import { resolve } from 'node:path';
import type { ProcessContext } from 'bus-integration-database';
import { openCliText, type ValueNames } from 'bus-integration-database/help';
import { readInvocation } from '../command-line/flags.ts';
import { commandHelp } from '../command-line/help.ts';
import { version } from '../command-line/version.ts';
import { configure } from '../configure.ts';
import { type ProviderRoot, providers } from '../providers.ts';

/** The family's commands and flags, without its configuration keys. */
export function commandDocument(): string {
  return openCliText(commandHelp(), version);
}

/**
 * The names of one sort that a line of this family may mean; none where the configuration can't be read.
 *
 * @param argv the words that are on the line already
 * @example
 * await knownNames('role', ['plan'], processContext); // ['bus_service']
 */
export async function knownNames(
  sort: ValueNames,
  argv: readonly string[],
  processContext: ProcessContext,
  roots: readonly ProviderRoot[] = providers,
): Promise<readonly string[]> {
  if (sort === 'provider') return roots.map(({ name }) => name);
  if (sort === 'finding') {
    const loaded = await Promise.all(roots.map((root) => root.load()));
    return loaded.flatMap(({ findings = {} }) => Object.keys(findings));
  }
  try {
    const { deploymentId, roles, databases } = await declared(argv, processContext, roots);
    return { role: [...roles], database: [...databases.keys()], deployment: [deploymentId] }[sort];
  } catch {
    return [];
  }
}

async function declared(argv: readonly string[], processContext: ProcessContext, roots: readonly ProviderRoot[]) {
  const invocation = readInvocation(argv);
  const read = 'problem' in invocation ? readInvocation([]) : invocation;
  if ('problem' in read) throw new Error(read.problem);
  const { flags } = read;
  const context = { flags, processContext, cwd: resolve(processContext.cwd, flags.directory ?? '.') };
  const { configuration } = await configure(context, roots, 'plan', { needsCredentials: false });
  return configuration.desired;
}
