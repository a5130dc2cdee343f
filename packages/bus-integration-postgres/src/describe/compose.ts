// From what was read of a server to the manifest that says it: a role that the file could not say as it is, is left out of
// it, so that a plan leaves it alone. Pure.
import { printable } from 'bus-integration-database';
import type { CommentedManifest } from 'bus-integration-database/manifest';
import type { RoleEntry } from '../manifest/shapes/role-shape.ts';
import { type AccessGround, type DescribedAccess, describeAccess } from './access.ts';
import { actingIn, actingRoles } from './acting.ts';
import { databasePart } from './database-part.ts';
import type { DescribedCluster, DescribedInside } from './described.ts';
import { foldDatabases } from './fold.ts';
import { createHolders, direct, isSame } from './holders.ts';
import { commentsOf, type Note } from './notes.ts';
import { rolePart } from './role-part.ts';
import { roleFault, type Selected, type Selection, selectRoles } from './select.ts';

export interface Composed extends CommentedManifest {
  readonly notes: readonly Note[];
}

export function composeManifest(
  cluster: DescribedCluster,
  insides: ReadonlyMap<string, DescribedInside>,
  selected: Selected,
  selection: Selection,
): Composed {
  const holders = createHolders(cluster);
  const databases = selected.databases.flatMap((database) => {
    const inside = insides.get(database.name);
    return inside === undefined ? [] : [{ database, inside }];
  });
  const chosen = new Set(databases.map(({ database }) => database.name));
  const faults = new Map<string, string>();
  for (const name of selectRoles(cluster, selected, selection)) {
    const fault = roleFault(name, cluster, holders, chosen, selection);
    if (fault !== undefined) faults.set(name, fault);
  }
  const candidates = [...selectRoles(cluster, selected, selection)];
  const elsewhere = new Set<string>();
  const grounds = (): AccessGround[] => {
    const names = new Set(candidates.filter((name) => !faults.has(name)));
    const acting = actingRoles(cluster, names, chosen);
    for (const role of elsewhere) acting.delete(role);
    return databases.map((one) => ({ cluster, holders, roles: names, acting, ...one }));
  };
  // Each one that is left out may change who owns and who creates.
  for (let size = -1; size < faults.size + elsewhere.size; ) {
    size = faults.size + elsewhere.size;
    const said = grounds().map((ground) => ({ ground, access: describeAccess(ground) }));
    for (const { ground, access } of said)
      for (const [name, why] of access.unsayable)
        if (!faults.has(name)) faults.set(name, `${why} in database ${printable(ground.database.name)}`);
    for (const role of said[0]?.ground.acting.keys() ?? []) {
      const entered = said.filter(({ ground, access }) => isEntered(role, ground, access));
      const names = entered.map(({ ground }) => ground.database.name);
      if (!isSame(new Set(names), actingIn(role, cluster))) elsewhere.add(role);
    }
  }
  const [
    { roles: names, acting } = {
      roles: new Set(candidates.filter((name) => !faults.has(name))),
      acting: new Map<string, string>(),
    },
  ] = grounds();
  const roles: Record<string, RoleEntry> = Object.create(null);
  const notes: Note[] = [...selected.notes];
  for (const role of cluster.roles.filter(({ name }) => names.has(name))) {
    const part = rolePart(role, cluster, names, acting.get(role.name));
    roles[role.name] = part.entry;
    notes.push(...part.notes);
  }
  for (const [name, why] of faults)
    notes.push({ path: ['roles'], text: `role ${printable(name)} is left out, and left as it is: it ${why}` });
  const parts = grounds().map(
    (ground) => [ground.database.name, databasePart(ground, describeAccess(ground))] as const,
  );
  notes.push(...parts.flatMap(([, part]) => part.notes));
  const { every, databases: own } = foldDatabases(Object.fromEntries(parts.map(([name, { entry }]) => [name, entry])));
  const file = {
    version: 1,
    deployment: selection.deployment,
    ...(names.size > 0 && { roles }),
    ...(every !== undefined && { every_database: every }),
    ...(parts.length > 0 && { databases: own }),
    outputs: [],
  };
  const placed = notes.map((note) =>
    note.path.every((_, depth) => isThere(file, note.path.slice(0, depth + 1))) ? note : { ...note, path: ['outputs'] },
  );
  return { file, notes, comments: [...commentsOf([...placed, ofOutputs])] };
}

const ofOutputs: Note = {
  path: ['outputs'],
  text: 'No file is written for anybody: whoever logs in has a password already. Without this line each login role gets its files, with a new password: apply --rotate ROLE.',
  isOfFile: true,
};

/** As the manifest's reader has it. */
function isEntered(role: string, { database }: AccessGround, { access, owner }: DescribedAccess): boolean {
  return role === owner || Object.hasOwn(access, role) || direct(database.acl, null).has('CONNECT');
}

function isThere(file: object, path: Note['path']): boolean {
  let at: unknown = file;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return false;
    at = (at as Record<string | number, unknown>)[step];
  }
  return true;
}
