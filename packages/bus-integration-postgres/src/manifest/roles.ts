// Judges what roles say of one another: acts_as, memberships and their circles, who a retired role leaves things to. Pure.

import {
  type KnownNames,
  keyAt,
  type Node,
  nodeAt,
  type Problems,
  quotedName,
  type Span,
  spelled,
} from 'bus-integration-database/manifest';
import type { Manifest } from './definition.ts';
import type { MembershipEntry, RoleEntry } from './shapes/role-shape.ts';

export interface RoleGround {
  readonly root: Node;
  readonly problems: Problems;
  /** Every role that stands in the file, whatever is wrong with it. */
  readonly declared: KnownNames;
}

/** Tells a role that is named at a place and not declared; whether it is. @param of the role that names it, and is not meant */
export function requireRole(name: string, place: Span, { problems, declared }: RoleGround, of?: string): boolean {
  if (declared.has(name)) return true;
  const nearest = declared.nearest(name);
  const close = nearest === of ? undefined : nearest;
  problems.report(place, 'undeclared-role', undeclared(name, close), close === undefined ? undefined : spelled(close));
  return false;
}

function undeclared(name: string, close: string | undefined): string {
  const shown = quotedName(name);
  if (/^public$/i.test(name)) return `${shown} is not a role; what every role may stands under public of the database`;
  if (name.startsWith('pg_'))
    return `role ${shown} is the server's own; this file gives no membership in it, and nothing to it`;
  const hint = close === undefined ? 'declare it under roles' : `did you mean ${quotedName(close)}?`;
  return `role ${shown} is not declared; ${hint}`;
}

/** Everything that roles say of roles. */
export function judgeRoles({ roles = {}, retire = {} }: Manifest, ground: RoleGround): void {
  const { root, problems } = ground;
  for (const [name, role] of Object.entries(roles)) {
    judgeActsAs(name, role, roles, ground);
    judgeMemberships(name, role, ground);
    judgeParameters(name, role, ground);
  }
  for (const circle of circlesOf(roles)) {
    const [name = ''] = circle;
    const way = [...circle, name].map(quotedName).join(' → ');
    problems.report(placeOfGroup(name, circle[1] ?? name, root), 'circle', `roles are members of each other: ${way}`);
  }
  for (const [name, { reassign_to }] of Object.entries(retire.roles ?? {})) {
    const path = ['retire', 'roles', name];
    if (ground.declared.has(name))
      problems.report(
        keyAt(root, path) ?? root,
        'contradiction',
        `role ${quotedName(name)} is declared under roles too`,
      );
    if (reassign_to !== undefined) requireRole(reassign_to, nodeAt(root, [...path, 'reassign_to']) ?? root, ground);
  }
}

function judgeActsAs(
  name: string,
  role: RoleEntry,
  roles: Readonly<Record<string, RoleEntry>>,
  ground: RoleGround,
): void {
  const { acts_as } = role;
  if (acts_as === undefined) return;
  const place = nodeAt(ground.root, ['roles', name, 'acts_as']) ?? ground.root;
  const why =
    acts_as === name || requireRole(acts_as, place, ground, name) ? actsAsFault(name, role, acts_as, roles) : undefined;
  if (why !== undefined) ground.problems.report(place, 'contradiction', why);
}

/** The server asks which role a session works as. */
function judgeParameters(name: string, { parameters, acts_as }: RoleEntry, { root, problems }: RoleGround): void {
  if (parameters === undefined || acts_as === undefined) return;
  const message = `${quotedName(name)} acts as ${quotedName(acts_as)}, and sets what that one may: give the parameters to ${quotedName(acts_as)}`;
  problems.report(keyAt(root, ['roles', name, 'parameters']) ?? root, 'contradiction', message);
}

function actsAsFault(
  name: string,
  { login }: RoleEntry,
  target: string,
  roles: Readonly<Record<string, RoleEntry>>,
): string | undefined {
  const [actor, as] = [quotedName(name), quotedName(target)];
  if (target === name) return `role ${actor} can not act as itself`;
  const other = roles[target];
  if (other?.acts_as !== undefined) return `${actor} acts as ${as}, which itself acts as ${quotedName(other.acts_as)}`;
  if (other?.login) return `${as} logs in; acts_as names a role without login, to which all that is made belongs`;
  return login ? undefined : `${actor} acts as ${as} from its login on, and has no login: true`;
}

function judgeMemberships(name: string, { member_of = [], acts_as }: RoleEntry, ground: RoleGround): void {
  const { root, problems } = ground;
  for (const group of member_of.map(groupOf)) {
    // A place is looked for in the whole list: only for what is told.
    if (group !== name && group !== acts_as && ground.declared.has(group)) continue;
    const place = placeOfGroup(name, group, root);
    const [who, what] = [quotedName(name), quotedName(group)];
    if (group === name) problems.report(place, 'contradiction', `role ${who} can not be a member of itself`);
    else if (requireRole(group, place, ground, name) && group === acts_as)
      problems.report(place, 'contradiction', `acts_as makes ${who} a member of ${what} already, without its rights`);
  }
}

function groupOf(membership: MembershipEntry): string {
  return typeof membership === 'string' ? membership : membership.role;
}

/** Where a role names a group; what was refused there is no item any more. */
function placeOfGroup(name: string, group: string, root: Node): Node {
  const list = nodeAt(root, ['roles', name, 'member_of']);
  const names = (list?.kind === 'list' ? list.items : []).map((item) => nodeAt(item, ['role']) ?? item);
  const found = names.find((node) => node.kind === 'text' && node.source === group);
  return found ?? nodeAt(root, ['roles', name, 'acts_as']) ?? root;
}

function groupsOf({ member_of = [], acts_as }: RoleEntry): readonly string[] {
  const groups = member_of.map(groupOf);
  return acts_as === undefined ? groups : [...groups, acts_as];
}

/** Each is told with all its roles: of very many the first ones are. */
const mostCircles = 20;

/** Each circle of more than one role once, from the role that stands first in the file. */
function circlesOf(roles: Readonly<Record<string, RoleEntry>>): readonly (readonly string[])[] {
  const circles: (readonly string[])[] = [];
  const done = new Set<string>();
  for (const start of Object.keys(roles)) {
    // A walk of its own stack: a chain may be longer than the language's.
    const path: { name: string; rest: string[] }[] = [{ name: start, rest: [...groupsOf(roles[start] ?? {})] }];
    const onPath = new Set([start]);
    while (path.length > 0 && !done.has(start)) {
      if (circles.length === mostCircles) return circles;
      const here = path.at(-1);
      const next = here?.rest.pop();
      if (here === undefined) break;
      if (next === undefined) {
        done.add(here.name);
        onPath.delete(here.name);
        path.pop();
      } else if (onPath.has(next)) {
        const circle = path.slice(path.findIndex(({ name }) => name === next)).map(({ name }) => name);
        if (circle.length > 1 && !isLoggedIn(circle, roles)) circles.push(circle);
      } else if (!done.has(next) && Object.hasOwn(roles, next)) {
        onPath.add(next);
        path.push({ name: next, rest: [...groupsOf(roles[next] ?? {})] });
      }
    }
  }
  return circles;
}

/** Told as that already: one of them acts as a role that acts as another. */
function isLoggedIn(circle: readonly string[], roles: Readonly<Record<string, RoleEntry>>): boolean {
  return circle.every((name, index) => roles[name]?.acts_as === circle[(index + 1) % circle.length]);
}
