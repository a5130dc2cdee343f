// The output files that a manifest's rules come to. Pure.
import { normalize } from 'node:path';
import {
  dsnFileName,
  type Output,
  type OutputConnection,
  type PoolerAddress,
  poolerTwin,
} from 'bus-integration-database';
import type { ExpandedOutput, OutputEntry } from 'bus-integration-database/manifest';
import type { ExpandedManifest } from '../manifest/expand.ts';

/**
 * By their files, in the order of the rules.
 *
 * @example
 * [...manifestOutputs(expanded).keys()]; // ['orders.dsn', './k8s/orders-app.yaml']
 */
export function manifestOutputs({ roles, outputs }: Pick<ExpandedManifest, 'roles' | 'outputs'>): Map<string, Output> {
  const isOnlyLogin = Object.values(roles).filter(({ login }) => login).length === 1;
  const found = new Map<string, Output>();
  const add = (output: Output) => {
    const known = found.get(output.file);
    // Of one rule only: that two of them meet in a file was refused.
    const connections = [...(known?.connections ?? []), ...output.connections];
    found.set(output.file, { ...output, connections });
  };
  for (const rule of outputs) {
    for (const entry of rule.entries) {
      add(outputOf(rule, entry, isOnlyLogin));
      if (rule.form === 'uri' && rule.pooler !== undefined) add(twinOf(rule, entry, rule.pooler));
    }
  }
  return found;
}

function outputOf(rule: ExpandedOutput, entry: OutputEntry, isOnlyLogin: boolean): Output {
  const pooler = rule.form === 'uri' || rule.pooler === undefined ? {} : { pooler: addressOf(rule.pooler) };
  const namespace = entry.namespace === undefined ? {} : { namespace: entry.namespace };
  const settings = { ...pooler, ...namespace };
  return {
    ...(entry.file === undefined ? ownFile(entry, isOnlyLogin) : { file: pathOf(entry.file) }),
    ...common(rule, entry),
    ...(Object.keys(settings).length > 0 && { settings }),
  };
}

/** The same connection by another address, in a file of its own. */
function twinOf(rule: ExpandedOutput, entry: OutputEntry, pooler: string): Output {
  const file = poolerTwin(entry.file ?? dsnFileName(entry.database, entry.role));
  return {
    file: entry.file === undefined ? file : pathOf(file),
    ...common(rule, entry),
    settings: { pooler: addressOf(pooler) },
  };
}

function common(
  { form, owner, mode }: ExpandedOutput,
  { database, role, variable }: OutputEntry,
): Pick<Output, 'form' | 'connections' | 'owner' | 'mode'> {
  const connection: OutputConnection = { database, role, ...(variable !== undefined && { variable }) };
  return {
    form,
    connections: [connection],
    ...(owner !== undefined && { owner }),
    ...(mode !== '0600' && { mode }),
  };
}

/** A manifest's only login has the file that a service role has without a manifest; another login leaves it behind. */
function ownFile({ database, role }: OutputEntry, isOnlyLogin: boolean): Pick<Output, 'file' | 'formerly'> {
  const [alone, beside] = [dsnFileName(database), dsnFileName(database, role)];
  return isOnlyLogin ? { file: alone, formerly: beside } : { file: beside, formerly: alone };
}

/** With a slash, which tells it from a name in the output directory. */
function pathOf(file: string): string {
  const path = normalize(file);
  return path.startsWith('/') ? path : `./${path}`;
}

function addressOf(written: string): PoolerAddress {
  const at = written.lastIndexOf(':');
  return { host: written.slice(0, at).replace(/^\[(.*)\]$/, '$1'), port: written.slice(at + 1) };
}
