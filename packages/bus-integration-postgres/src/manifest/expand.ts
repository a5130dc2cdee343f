// A manifest with nothing inherited, and everything that it contradicts itself in. Needs no server.
import {
  type ExpandedOutput,
  expandOutputs,
  type KnownNames,
  keyAt,
  knownNames,
  type Node,
  type NodePath,
  nodeAt,
  type OutputRule,
  type Problems,
  quotedName,
  type Span,
  spelled,
} from 'bus-integration-database/manifest';
import { type ExpandedDatabase, expandDatabases } from './databases.ts';
import type { Manifest } from './definition.ts';
import { reservedOf } from './reserved.ts';
import { judgeRoles, type RoleGround, requireRole } from './roles.ts';
import { outputForms } from './shapes/output-forms.ts';
import type { MembershipEntry, RoleEntry } from './shapes/role-shape.ts';
import { manifestSize, sizeFault } from './size.ts';

export type ExpandedRole = Omit<RoleEntry, 'member_of'> & {
  readonly member_of?: readonly Exclude<MembershipEntry, string>[];
};

/** What a manifest declares, with nothing inherited. */
export interface ExpandedManifest {
  readonly deployment: string;
  /** How many resources it comes to. */
  readonly size: number;
  readonly reserved: readonly string[];
  readonly roles: Readonly<Record<string, ExpandedRole>>;
  readonly databases: Readonly<Record<string, ExpandedDatabase>>;
  readonly outputs: readonly ExpandedOutput[];
  readonly verify: NonNullable<Manifest['verify']>;
  readonly retire: NonNullable<Manifest['retire']>;
}

/**
 * Merges `every_database` into each database, writes out words and defaults, and tells everything that contradicts itself.
 *
 * @param root what was read, for the places of problems
 */
export function expandManifest(manifest: Manifest, root: Node, problems: Problems): ExpandedManifest {
  const tooMuch = sizeFault(manifestSize(manifest));
  if (tooMuch !== undefined) {
    problems.report({ start: root.start, end: root.start }, 'too-many', tooMuch);
    return { deployment: '', size: 0, reserved: [], roles: {}, databases: {}, outputs: [], verify: [], retire: {} };
  }
  const declared = knownNames(namesUnder(root, 'roles'));
  const ground: RoleGround = { root, problems, declared };
  judgeRoles(manifest, ground);
  const databases = expandDatabases(manifest, ground);
  judgeDeclaration(manifest, ground);
  judgeRetired(manifest, ground);
  const { deployment = '', roles = {}, verify = [], retire = {} } = manifest;
  // What outputs and verify come to is told of what else is right: the rest would only be told twice.
  const entrances = entrancesOf(roles, databases, root);
  judgeNamed(manifest, databases, ground);
  const rules: readonly OutputRule[] = manifest.outputs ?? [{ form: 'uri' }];
  const outputs = expandOutputs(rules, {
    forms: outputForms,
    declared: { roles: new Set(Object.keys(roles)), databases: new Set(Object.keys(databases)) },
    deployment,
    entrances,
    root,
    problems,
  });
  judgeVerify(verify, roles, entrances, ground);
  return {
    deployment,
    size: manifestSize({ roles, databases }).resources,
    reserved: reservedOf(manifest, databases),
    roles: recordOf(Object.entries(roles).map(([name, role]) => [name, expandedRole(role)])),
    databases,
    outputs,
    verify,
    retire,
  };
}

function expandedRole({ member_of, ...role }: RoleEntry): ExpandedRole {
  if (member_of === undefined) return role;
  return { ...role, member_of: member_of.map((one) => (typeof one === 'string' ? { role: one } : one)) };
}

function namesUnder(root: Node, key: string): readonly string[] {
  const node = nodeAt(root, [key]);
  return node?.kind === 'map' ? [...node.entries.keys()] : [];
}

function judgeDeclaration({ roles = {}, databases = {}, retire = {} }: Manifest, { root, problems }: RoleGround): void {
  const parts = [roles, databases, retire.roles ?? {}, retire.databases ?? {}];
  const isAny = parts.some((part) => Object.keys(part).length > 0);
  if (!isAny && problems.isEmpty())
    problems.report({ start: root.start, end: root.start }, 'empty', 'nothing is declared: no role and no database');
}

function judgeRetired({ databases = {}, retire = {} }: Manifest, { root, problems }: RoleGround): void {
  for (const [name, { drop }] of Object.entries(retire.databases ?? {})) {
    const path = ['retire', 'databases', name];
    if (Object.hasOwn(databases, name))
      problems.report(
        keyAt(root, path) ?? root,
        'contradiction',
        `database ${quotedName(name)} is declared under databases too`,
      );
    if (drop !== undefined && drop !== name)
      problems.report(
        nodeAt(root, [...path, 'drop']) ?? root,
        'contradiction',
        `drop has to say the name once more: ${quotedName(name)}`,
      );
  }
}

/** Roles and databases that outputs and verify name. */
function judgeNamed(
  { outputs = [], verify = [] }: Manifest,
  databases: Readonly<Record<string, unknown>>,
  ground: RoleGround,
): void {
  const names = knownNames([...namesUnder(ground.root, 'databases'), ...Object.keys(databases)]);
  for (const rule of outputs) {
    const node = ground.problems.nodeOf(rule) ?? ground.root;
    for (const [place, role] of (rule.roles ?? []).entries())
      requireRole(role, nodeAt(node, ['roles', place]) ?? node, ground);
    for (const [place, name] of (rule.databases ?? []).entries())
      requireDatabase(name, nodeAt(node, ['databases', place]) ?? node, names, ground);
  }
  for (const row of verify) {
    const node = ground.problems.nodeOf(row) ?? ground.root;
    requireRole(row.role, nodeAt(node, ['role']) ?? node, ground);
    requireDatabase(row.database, nodeAt(node, ['database']) ?? node, names, ground);
  }
}

function requireDatabase(name: string, place: Span, declared: KnownNames, { problems }: RoleGround): void {
  if (declared.has(name)) return;
  const close = declared.nearest(name);
  const hint = close === undefined ? 'declare it under databases' : `did you mean ${quotedName(close)}?`;
  problems.report(
    place,
    'undeclared-database',
    `database ${quotedName(name)} is not declared; ${hint}`,
    close === undefined ? undefined : spelled(close),
  );
}

/** Which databases each login role may enter, as far as the file can be read. */
function entrancesOf(
  roles: Readonly<Record<string, RoleEntry>>,
  databases: Readonly<Record<string, ExpandedDatabase>>,
  root: Node,
): ReadonlyMap<string, readonly string[]> {
  const entrances = new Map<string, string[]>();
  for (const [role, { login }] of Object.entries(roles)) if (login) entrances.set(role, []);
  const everywhere = writtenAccess(root, ['every_database']);
  for (const [name, { access, owner, public: everyone }] of Object.entries(databases)) {
    const own = writtenAccess(root, ['databases', name]);
    // A word that was refused is not refused once more.
    const refused = [...own.given, ...everywhere.given].filter((role) => !own.taken.includes(role));
    const named = [...Object.keys(access), ...(owner === undefined ? [] : [owner]), ...refused];
    const entering = new Set(everyone?.connect ? entrances.keys() : named);
    for (const role of entering) entrances.get(role)?.push(name);
  }
  return entrances;
}

/** The roles under access, as they stand in the file: those that something is given to, and those that it is taken from. */
function writtenAccess(root: Node, path: NodePath): { readonly given: string[]; readonly taken: string[] } {
  const node = nodeAt(root, [...path, 'access']);
  const entries = node?.kind === 'map' ? [...node.entries] : [];
  const isTaken = ([, { value }]: (typeof entries)[number]) => value.kind === 'text' && value.source === 'none';
  const rolesOf = (list: typeof entries) => list.map(([role]) => role);
  return { given: rolesOf(entries.filter((one) => !isTaken(one))), taken: rolesOf(entries.filter(isTaken)) };
}

function judgeVerify(
  rows: NonNullable<Manifest['verify']>,
  roles: Readonly<Record<string, RoleEntry>>,
  entrances: ReadonlyMap<string, readonly string[]>,
  { root, problems, declared }: RoleGround,
): void {
  for (const row of rows) {
    const { role, database } = row;
    if (!declared.has(role) || nodeAt(root, ['databases', database]) === undefined) continue;
    const enters = entrances.get(role);
    const node = problems.nodeOf(row) ?? root;
    const place = nodeAt(node, ['role']) ?? node;
    const [who, where] = [quotedName(role), quotedName(database)];
    if (enters?.includes(database) || (enters === undefined && !Object.hasOwn(roles, role))) continue;
    if (enters === undefined) problems.report(place, 'no-login', `role ${who} does not log in: it can try nothing`);
    else
      problems.report(place, 'no-access', `access to ${where} is not given to role ${who}: it can try nothing there`);
  }
}

function recordOf<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  const made: Record<string, T> = Object.create(null);
  for (const [name, value] of entries) made[name] = value;
  return made;
}
