// Roles of a server as a manifest says them. Pure.
import { printable } from 'bus-integration-database';
import type { RoleEntry } from '../manifest/shapes/role-shape.ts';
import { settingNameFault } from '../manifest/shapes/settings.ts';
import { someNames } from '../text/bounded.ts';
import type { DescribedCluster } from './described.ts';
import type { DescribedRole } from './described-shapes.ts';
import type { Note } from './notes.ts';

type Settings = NonNullable<RoleEntry['settings']>;

export function rolePart(
  role: DescribedRole,
  cluster: DescribedCluster,
  declared: ReadonlySet<string>,
  target: string | undefined,
): { readonly entry: RoleEntry; readonly notes: readonly Note[] } {
  const { name, connectionLimit, validUntil } = role;
  const path = ['roles', name];
  const notes: Note[] = [];
  if (!role.adminMayAlter)
    notes.push({ path, text: 'this admin may not alter it: a plan says who can let it', severity: 'warn' });
  const { settings, notes: ofSettings } = settingsPart(name, undefined, path, cluster);
  const until = validUntil?.replace(/\.?0+Z$/, (zeros) => (zeros.startsWith('.') ? 'Z' : zeros)) ?? null;
  if (until === '-infinity') notes.push({ path, text: 'its password is never good (VALID UNTIL -infinity)' });
  const { parameters, notes: ofParameters } = parametersPart(role, target, path, cluster);
  const groups = membershipsOf(name, target, cluster, declared);
  for (const group of groups.others)
    notes.push({ path, text: `it is a member of ${printable(group)}, which this file does not declare` });
  const entry: RoleEntry = {
    ...(role.canLogin && { login: true }),
    ...(connectionLimit >= 0 && { connections: connectionLimit }),
    ...(until !== null && until !== '-infinity' && { valid_until: until }),
    ...(!role.inherits && { inherit: false }),
    ...(target !== undefined && { acts_as: target }),
    ...(role.createsDatabases && { createdb: true }),
    ...(role.bypassesRowSecurity && { bypassrls: true }),
    ...(role.replicates && { replication: true }),
    ...(groups.member_of.length > 0 && { member_of: groups.member_of }),
    ...(Object.keys(settings).length > 0 && { settings }),
    ...(parameters !== undefined && { parameters }),
  };
  return { entry, notes: [...notes, ...ofSettings, ...ofParameters] };
}

/** What it sets although a superuser alone sets it; what no manifest says of that is told, and left. */
function parametersPart(
  { name: role }: DescribedRole,
  target: string | undefined,
  path: Note['path'],
  { parameters }: DescribedCluster,
): { readonly parameters?: NonNullable<RoleEntry['parameters']>; readonly notes: readonly Note[] } {
  const held = parameters.flatMap(({ name, acl }) =>
    acl.filter(({ grantee }) => grantee === role).map((entry) => ({ ...entry, name })),
  );
  if (held.length === 0) return { notes: [] };
  const said = (privilege: string) => [
    ...new Set(held.filter((one) => one.privilege === privilege).map(({ name }) => name)),
  ];
  const [set, alter] = [said('SET'), said('ALTER SYSTEM')];
  const words = [
    ...(set.length > 0 ? [`SET on ${someNames(set)}`] : []),
    ...(alter.length > 0 ? [`ALTER SYSTEM on ${someNames(alter)}`] : []),
  ].join(' and ');
  const why = held.some(({ isGrantable }) => isGrantable)
    ? 'it may pass some of that on (GRANT OPTION), which no file says'
    : target === undefined
      ? held.map(({ name }) => settingNameFault(name)).find((fault) => fault !== undefined)
      : `it acts as ${printable(target)}, and sets what that one may`;
  if (why !== undefined) return { notes: [{ path, text: `it has ${words}, which is not said here: ${why}` }] };
  return {
    parameters: { ...(set.length > 0 && { SET: set }), ...(alter.length > 0 && { 'ALTER SYSTEM': alter }) },
    notes: [],
  };
}

function membershipsOf(
  name: string,
  target: string | undefined,
  { edges }: DescribedCluster,
  declared: ReadonlySet<string>,
) {
  const own = edges.filter(({ member, group }) => member === name && group !== target);
  const groups = [...new Set(own.map(({ group }) => group))];
  const member_of = groups
    .filter((group) => declared.has(group))
    .map((group) => {
      const several = own.filter((edge) => edge.group === group);
      // What several grantors gave adds up.
      const [inherit, set, admin] = (['inherit', 'set', 'admin'] as const).map((key) =>
        several.some((edge) => edge[key]),
      );
      return inherit && set && !admin
        ? group
        : {
            role: group,
            ...(!inherit && { inherit: false }),
            ...(!set && { set: false }),
            ...(admin && { admin: true }),
          };
    });
  return { member_of, others: groups.filter((group) => !declared.has(group)) };
}

/** The settings of a role or of a database; those that no manifest may hold are told by their names alone. */
export function settingsPart(
  role: string | undefined,
  database: string | undefined,
  path: Note['path'],
  cluster: DescribedCluster,
): { readonly settings: Settings; readonly notes: readonly Note[] } {
  const settings: Record<string, string | readonly string[]> = Object.create(null);
  const notes: Note[] = [];
  for (const { name, value, fault, ...one } of cluster.settings) {
    if (one.role !== (role ?? null) || one.database !== (database ?? null)) continue;
    if (fault === undefined) settings[name] = value;
    else notes.push({ path, text: `its setting ${printable(name)} is not said here: ${faultText(name, fault)}` });
  }
  return { settings, notes };
}

function faultText(name: string, fault: string): string {
  if (name === 'role') return 'a session begins as another role';
  return /^(?:is|has|can|may|holds|needs|takes)\b/.test(fault) ? `it ${fault}` : fault;
}
