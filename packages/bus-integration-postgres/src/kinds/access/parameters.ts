// What a role may do with parameters that a superuser alone sets, beside what it is to may. Pure.
// https://www.postgresql.org/docs/current/ddl-priv.html
import { advise, type Diagnostic } from 'bus-integration-database';
import type { Observation } from '../../observe/observation.ts';
import type { ObservedParameterGrants } from '../../observe/observed-details.ts';
import { beyondReach, effectivePrivileges, type Guarded, revocable } from '../../ownership/effective.ts';
import { someNames } from '../../text/bounded.ts';
import { anyDatabase, runs, superuser } from '../../text/psql-remedy.ts';
import { printable, shown } from '../../text/shown.ts';
import type { Scope } from '../kind/kind.ts';
import { type OnObject, privilegeSql, type StepPrivileges } from './privileges.ts';

export const parameterPrivileges = ['SET', 'ALTER SYSTEM'] as const;
export type ParameterPrivilege = (typeof parameterPrivileges)[number];

/** Names of parameters in lower case, sorted. */
type Names = Readonly<Record<ParameterPrivilege, readonly string[]>>;

export interface ParameterGrant extends Names {
  readonly kind: 'parameter-grant';
  readonly role: string;
  /** Of an observed one: those of them that it may pass on, where this admin can take that. */
  readonly grantable?: Names;
}

function objectOf({ owner, acl }: ObservedParameterGrants, { admin }: Observation): Guarded {
  return { owner, acl, adminActsAsOwner: admin.isSuperuser };
}

function grantsOf(seen: Observation): readonly ObservedParameterGrants[] {
  return seen.details?.parameterGrants ?? [];
}

function namesOf(list: (privilege: ParameterPrivilege) => readonly string[]): Names {
  return { SET: [...list('SET')].sort(), 'ALTER SYSTEM': [...list('ALTER SYSTEM')].sort() };
}

/** What it has of what it is to have, however it came to that, and what this admin could take. */
export function heldParameters(
  desired: ParameterGrant,
  byRole: ReadonlyMap<string, ParameterGrant>,
  { seen }: Scope,
): ParameterGrant {
  const { role } = desired;
  const { inherits = [] } = seen.roles.get(role) ?? {};
  const extras = grantsOf(seen).map((one) => ({
    name: one.name,
    ...revocable(objectOf(one, seen), role, seen.admin.name),
  }));
  const held = namesOf((privilege) => {
    // What a role of the file is not to have may be taken from it in the same run.
    const isEffective = (name: string) => {
      const found = grantsOf(seen).find((one) => one.name === name);
      if (found === undefined) return false;
      const groups = inherits.filter((group) => byRole.get(group)?.[privilege].includes(name) ?? true);
      const may = effectivePrivileges(objectOf(found, seen), { name: role, inherits: groups }, new Set());
      return may.privileges.has(privilege);
    };
    const own = extras.filter(({ privileges }) => privileges.has(privilege)).map(({ name }) => name);
    return [...new Set([...desired[privilege].filter(isEffective), ...own])];
  });
  const grantable = namesOf((privilege) =>
    extras.filter((one) => one.grantable.has(privilege)).map(({ name }) => name),
  );
  const isAny = parameterPrivileges.some((privilege) => grantable[privilege].length > 0);
  return { kind: 'parameter-grant', role, ...held, ...(isAny && { grantable }) };
}

/** What a role was granted of which the file says nothing. */
export function untoldParameters(role: string, { seen }: Scope): ParameterGrant[] {
  const held = namesOf((privilege) =>
    grantsOf(seen)
      .filter(({ acl }) => acl.some((entry) => entry.grantee === role && entry.privilege === privilege))
      .map(({ name }) => name),
  );
  return held.SET.length + held['ALTER SYSTEM'].length === 0 ? [] : [{ kind: 'parameter-grant', role, ...held }];
}

/** What two differ in, in the form of a step; undefined of nothing. */
export function inParameterStep(
  role: string,
  list: (privilege: ParameterPrivilege) => {
    readonly plain: readonly string[];
    readonly grantable?: readonly string[];
  },
): StepPrivileges | undefined {
  const on = parameterPrivileges.flatMap((privilege): OnObject[] => {
    const { plain, grantable = [] } = list(privilege);
    const one = { type: 'parameters' as const, privileges: [privilege] };
    return [
      ...(plain.length > 0 ? [{ ...one, names: plain }] : []),
      ...(grantable.length > 0 ? [{ ...one, names: grantable, grantable: true as const }] : []),
    ];
  });
  return on.length === 0 ? undefined : { grantee: role, on };
}

/** Why a server has no such privileges, or no such parameter. */
export function parametersRefused(
  desired: ParameterGrant,
  { server, details, admin }: Observation,
): Diagnostic | undefined {
  const names = [...new Set(parameterPrivileges.flatMap((privilege) => desired[privilege]))];
  const target = printable(desired.role);
  const told = { severity: 'fail', target, remedy: 'take it out of its parameters in the manifest' } as const;
  if (names.length === 0) return undefined;
  if (server.versionNum < 150000)
    return {
      ...told,
      code: 'unknown-privilege',
      message: `PostgreSQL ${server.version} has no privileges on parameters, which role ${shown(desired.role)} is to have on ${someNames(names)}; expected 15 or newer`,
    };
  // Of others the server hides some.
  const unknown = names.filter(
    (name) => admin.isSuperuser && !name.includes('.') && details?.parameters.get(name)?.context == null,
  );
  if (unknown.length === 0) return undefined;
  return {
    ...told,
    code: 'setting',
    message: `PostgreSQL ${server.version} has no parameter ${someNames(unknown)}, which role ${shown(desired.role)} is to have privileges on`,
  };
}

/** What others granted beyond what is declared: theirs to take. */
export function foreignParameters(desired: ParameterGrant, seen: Observation): Diagnostic[] {
  return grantsOf(seen).flatMap((one) =>
    beyondReach(objectOf(one, seen), desired.role, seen.admin.name)
      .filter(({ privilege }) => !desired[privilege as ParameterPrivilege].includes(one.name))
      .map(({ privilege, grantor }): Diagnostic => {
        const on: OnObject = { type: 'parameters', names: [one.name], privileges: [privilege] };
        const sql = `${privilegeSql('REVOKE', on, { grantee: desired.role })};`;
        return {
          severity: 'warn',
          code: 'extra-privilege',
          message: `role ${shown(desired.role)} has ${privilege} on parameter ${shown(one.name)}, granted by ${shown(grantor)}; this admin can't take it away`,
          target: printable(desired.role),
          ...advise(runs(grantor === one.owner ? superuser : `${shown(grantor)} or a superuser`, anyDatabase, sql)),
        };
      }),
  );
}

/** Of a role whose parameters the file does not name. */
export function undeclaredParameters(held: ParameterGrant): Diagnostic {
  const { role } = held;
  const step = inParameterStep(role, (privilege) => ({ plain: held[privilege] }));
  const on = step?.on ?? [];
  const list = parameterPrivileges.flatMap((privilege) =>
    held[privilege].length === 0 ? [] : [`${privilege} on ${someNames(held[privilege])}`],
  );
  const sql = on.map((one) => `${privilegeSql('REVOKE', one, { grantee: role })};`).join(' ');
  return {
    severity: 'warn',
    code: 'extra-privilege',
    message: `role ${shown(role)} has ${list.join(' and ')}, parameters that are not declared`,
    target: printable(role),
    ...advise([
      'declare them under parameters of the role; or, if they are not meant, ',
      runs('who granted them, or a superuser', anyDatabase, sql),
    ]),
  };
}
