// What a manifest holds that only a configured one may: what reaches beyond the deployment's own objects. A request that
// carries such a part is refused, whatever its sender may do otherwise. Pure; docs/api-and-events.md has the list.
import { quotedName } from 'bus-integration-database/manifest';
import type { ExpandedDatabase } from './databases.ts';
import type { Manifest } from './definition.ts';
import { isReservedSetting } from './reserved-settings.ts';
import { membershipCount } from './size.ts';

/**
 * @param databases with what every database has
 * @example
 * reservedOf(manifest, databases); // ['pooler of outputs', 'tablespace of database app']
 */
export function reservedOf(manifest: Manifest, databases: Readonly<Record<string, ExpandedDatabase>>): string[] {
  const { verify = [], retire = {} } = manifest;
  const isRetiring = Object.keys(retire.roles ?? {}).length + Object.keys(retire.databases ?? {}).length > 0;
  return [
    ...outputsReserved(manifest),
    ...membershipsReserved(manifest),
    ...rolesReserved(manifest),
    ...Object.entries(databases).flatMap(([name, database]) => databaseReserved(name, database)),
    ...(isRetiring ? ['retire'] : []),
    ...(verify.length > 0 ? ['verify'] : []),
  ];
}

/** Which files are written or read, what they are called inside, and where services are led. */
function outputsReserved({ outputs = [], retire = {} }: Manifest): string[] {
  const keys = ['file', 'owner', 'mode', 'variable', 'namespace', 'pooler'] as const;
  const written = outputs.flatMap((rule) =>
    keys.filter((key) => rule[key] !== undefined && rule[key] !== '0600').map((key) => `${key} of outputs`),
  );
  const dumps = Object.entries(retire.databases ?? {}).flatMap(([name, { dump }]) =>
    dump === undefined ? [] : [`dump of ${name}`],
  );
  return [...new Set([...written, ...dumps])].sort();
}

/** Each is a grant of its own, and circles of them are looked for. */
const mostMemberships = 2_000;

function membershipsReserved(manifest: Manifest): string[] {
  const count = membershipCount(manifest);
  const shown = (number: number) => number.toLocaleString('en-US');
  return count <= mostMemberships ? [] : [`more than ${shown(mostMemberships)} memberships (${shown(count)})`];
}

/** What is in effect in the whole server, not in the deployment's databases alone. */
function rolesReserved({ roles = {} }: Manifest): string[] {
  return Object.entries(roles).flatMap(([name, { settings, ...role }]) => {
    const powers = (['createdb', 'replication', 'bypassrls'] as const).filter((power) => role[power] === true);
    const parameters = Object.keys(role.parameters ?? {}).length > 0 ? ['parameters'] : [];
    const parts = [...powers, ...parameters, ...settingsReserved(settings)];
    return parts.map((part) => `${part} of role ${quotedName(name)}`);
  });
}

/** A template other than the server's own is another database's content; a tablespace another disk. */
function databaseReserved(name: string, { template, tablespace, settings }: ExpandedDatabase): string[] {
  const isOwnTemplate = template === undefined || template === 'template0' || template === 'template1';
  const parts = [
    ...(isOwnTemplate ? [] : ['template']),
    ...(tablespace === undefined ? [] : ['tablespace']),
    ...settingsReserved(settings),
  ];
  return parts.map((part) => `${part} of database ${quotedName(name)}`);
}

function settingsReserved(settings: Readonly<Record<string, unknown>> = {}): string[] {
  return Object.keys(settings)
    .filter(isReservedSetting)
    .map((name) => `setting ${name}`);
}
