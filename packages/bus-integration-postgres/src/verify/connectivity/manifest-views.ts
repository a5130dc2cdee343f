// What is known of a deployment beside its manifest: what that says itself is no finding; what it says and nobody saw, is not
// known. Nothing of what lists declare. Pure.
import { advise, type Check, ownCommand, printable } from 'bus-integration-database';
import { loginDeclared } from '../../kinds/roles/role-admin.ts';
import type { ExpandedManifest } from '../../manifest/expand.ts';
import type { PowerfulAttributes, Powers, ReachableDatabase } from '../../sql/verify/verify-query.ts';
import { shown } from '../../text/shown.ts';
import { declaredGroups } from '../access/declared-access.ts';
import { declaredCheck, declaredStatements } from '../access/declared-statements.ts';
import type { LoginFindings, Looked } from './login-answer.ts';
import { rolesWithoutFile } from './manifest-login.ts';
import type { DeclaredObjects, Member } from './objects/declared-objects.ts';

/** Powers, memberships and ways into databases that the manifest does not give. */
export function undeclaredPowers(
  login: LoginFindings,
  role: string,
  manifest: ExpandedManifest | undefined,
): LoginFindings {
  const { facts } = login;
  const powers = facts?.powers;
  if (facts === undefined || powers == null) return login;
  if (manifest === undefined) {
    const isItself = ({ member }: { readonly member: string }) => member === role;
    const memberships = powers.memberships.filter(isItself);
    const reachable = undeclaredWays(facts.reachable, () => false, isItself);
    return { ...login, facts: { ...facts, reachable, powers: { ...powers, memberships, groups: [] } } };
  }
  const groups = declaredGroups(role, manifest.roles);
  const beside = <A extends PowerfulAttributes>(name: string, held: A): A => {
    const { createdb, replication, bypassrls } = manifest.roles[name] ?? {};
    return {
      ...held,
      createsDatabases: held.createsDatabases && createdb !== true,
      replicates: held.replicates && replication !== true,
      bypassesRowSecurity: held.bypassesRowSecurity && bypassrls !== true,
    };
  };
  // On each way the first that nobody declared.
  const isFirst = ({ group, member }: Powers['memberships'][number]) =>
    (member === role || groups.has(member)) && !groups.has(group);
  const undeclared = {
    ...beside(role, powers),
    // Those that it is declared a member of have theirs for themselves; to others it should not belong.
    groups: powers.groups.filter(({ name }) => groups.has(name)).map((group) => beside(group.name, group)),
    powerfulGroups: powers.powerfulGroups.filter((group) => !groups.has(group)),
    memberships: powers.memberships.filter(isFirst),
  };
  const mayOwn = [role, ...groups.keys()].some((name) => manifest.roles[name]?.createdb === true);
  const reachable = undeclaredWays(facts.reachable, (name) => groups.has(name), isFirst)?.map((database) =>
    mayOwn ? { ...database, isOwn: false } : database,
  );
  return { ...login, facts: { ...facts, reachable: reachable ?? null, powers: undeclared } };
}

function undeclaredWays(
  reachable: readonly ReachableDatabase[] | null,
  isDeclared: (group: string) => boolean,
  isFirst: (membership: Powers['memberships'][number]) => boolean,
): ReachableDatabase[] | null {
  if (reachable === null) return null;
  return reachable.map((database) => ({
    ...database,
    ways: database.ways
      .filter(({ name }) => !isDeclared(name))
      .map((way) => ({ ...way, memberships: way.memberships.filter(isFirst) })),
  }));
}

/** Who may act as which role, without what the manifest says: nor of groups, which people join elsewhere. */
export function undeclaredMembers(declared: DeclaredObjects, manifest: ExpandedManifest | undefined): DeclaredObjects {
  if (manifest === undefined) return declared;
  const { roles, databases } = manifest;
  const makers = new Set([
    ...Object.values(databases).flatMap(({ owner = '' }) => [owner]),
    ...Object.values(roles).flatMap(({ acts_as = '' }) => [acts_as]),
  ]);
  return {
    ...declared,
    roles: declared.roles.map((role) => {
      const isGroup = roles[role.name]?.login !== true && !makers.has(role.name);
      const isStrange = ({ name }: Member) => !declaredGroups(name, roles).has(role.name);
      const { members, admins } = role;
      return {
        ...role,
        members: isGroup ? [] : members.filter(isStrange),
        admins: isGroup ? [] : admins.filter(isStrange),
        passesOn: role.passesOn.filter(
          ({ group, holder }) =>
            !(Object.hasOwn(roles, holder) && roles[holder]?.member_of?.some((one) => one.role === group && one.admin)),
        ),
      };
    }),
  };
}

/** Roles that may log in although the manifest makes them none that does: whoever set a password for one gets in. */
export function undeclaredLogins({ roles }: DeclaredObjects, manifest: ExpandedManifest | undefined): Check[] {
  if (manifest === undefined) return [];
  return roles.flatMap(({ name, canLogin }): Check[] => {
    const said = Object.hasOwn(manifest.roles, name) ? manifest.roles[name] : undefined;
    if (!canLogin || said === undefined || said.login === true) return [];
    const check = { id: 'undeclared-login', kind: 'connectivity', result: 'fail', target: printable(name) } as const;
    if (said.login === false)
      return [
        {
          ...check,
          seen: `${shown(name)} may log in, and the manifest says login: false`,
          ...advise(ownCommand('plan')),
        },
      ];
    return [
      { ...check, seen: `${shown(name)} may log in, and the manifest does not say so`, ...advise(loginDeclared(name)) },
    ];
  });
}

/** What roles may do to parameters, without what the manifest gives to them or to their groups. */
export function undeclaredParameters(
  declared: DeclaredObjects | undefined,
  manifest: ExpandedManifest | undefined,
): DeclaredObjects | undefined {
  if (declared === undefined || manifest === undefined) return declared;
  const isStrange = ({ name, to }: DeclaredObjects['roles'][number]['parameters'][number]) => {
    const [, privilege = '', parameter = ''] = /^(SET|ALTER SYSTEM) ON PARAMETER "?(.*?)"?$/.exec(name) ?? [];
    const said = to !== null && Object.hasOwn(manifest.roles, to) ? manifest.roles[to]?.parameters : undefined;
    const names = privilege === 'SET' || privilege === 'ALTER SYSTEM' ? said?.[privilege] : undefined;
    return names?.some((one) => one.toLowerCase() === parameter) !== true;
  };
  const roles = declared.roles.map((role) => ({ ...role, parameters: role.parameters.filter(isStrange) }));
  return { ...declared, roles };
}

/** What was not seen is not known. */
export function unseenChecks(
  manifest: ExpandedManifest | undefined,
  databases: Iterable<string>,
  looked: readonly Looked[],
  isNegative: boolean,
): Check[] {
  if (manifest === undefined) return [];
  const asked = new Set(databases);
  const rows = new Set(looked.flatMap((one) => one.rows));
  const seen = new Map<string, Set<string>>();
  for (const { database, roles } of looked) seen.set(database, new Set([...(seen.get(database) ?? []), ...roles]));
  return [
    ...[...asked].flatMap((database) =>
      rolesWithoutFile(manifest, database, [...(seen.get(database) ?? [])]).map(
        (role): Check => ({
          id: 'access',
          kind: 'connectivity',
          result: 'unknown',
          target: `${printable(role)}@${printable(database)}`,
          database,
          seen: 'was not looked at: no login to the database succeeded',
        }),
      ),
    ),
    ...declaredStatements(manifest)
      .filter(({ database, number, mustFail }) => asked.has(database) && !rows.has(number) && (isNegative || !mustFail))
      .map((row) => declaredCheck(row, 'unknown', 'was not tried: its role did not log in')),
  ];
}
