// Privileges of one grantee on one object: granted where they are missing, revoked where they are too many, judged by
// effective privilege. What others granted is told, with the statements for them.

import type { Diagnostic } from 'bus-integration-database';
import { revocable } from '../ownership/effective.ts';
import { foreignGrants, foreignPublicGrants, ownPrivileges, undeclaredGrant } from './access/grant-findings.ts';
import { asReached, findObject, type Grant, grantedAs, observedGrants } from './access/grant-held.ts';
import {
  type FilledObject,
  type Grantee,
  granteeName,
  identityOfObject,
  isUsed,
  targetOf,
} from './access/grant-object.ts';
import { lacksForGrant } from './access/privilege-powers.ts';
import {
  joined,
  onOneObject,
  type PrivilegeLists,
  privilegeStatements,
  privilegesShape,
  privilegesSummary,
} from './access/privileges.ts';
import { absentUsed, comesLater } from './access/used-object.ts';
import { isUnseen } from './kind/found.ts';
import { identityOf } from './kind/identity.ts';
import { type Kind, type Meaning, meanings, type Registered, type Scope, type StepsOfKind } from './kind/kind.ts';
import { letsNobodyIn } from './owners/entrants.ts';

export const grantActions = {
  'grant-privileges': { after: privilegesShape },
  // What goes with what is taken, and is to stay, is given again.
  'revoke-privileges': { before: privilegesShape, after: privilegesShape },
} satisfies Registered;

export const grant: Kind<Grant, typeof grantActions> = {
  registered: grantActions,
  isInside: true,
  identity: ({ on, grantee }) => [...identityOfObject(on), granteeName(grantee)],
  database: ({ on }) => on.database,
  group: ({ on, grantee }) => JSON.stringify([on.database, granteeName(grantee)]),

  asksDetails: ({ on }) => (on.owner === undefined && !on.isAsOwned && !isUsed(on) ? undefined : []),

  isManaged: ({ on, grantee, privileges }, { databases, seen }) => {
    const { database } = on;
    const standing = databases.get(database);
    if (standing === undefined || standing === 'refused') return false;
    if (on.type !== 'database' && isUnseen(seen, database)) return false;
    // What nobody made yet is told; an extension may be about to make it.
    if (isUsed(on)) return findObject(seen, on) !== undefined || (comesLater(on) && privileges.length > 0);
    if (privileges.length > 0) return true;
    // Nobody has anything on what is not there.
    if (findObject(seen, on) === undefined) return false;
    // What is still to be opened loses PUBLIC's rights by the step that does it.
    return 'role' in grantee || seen.databases.get(database)?.allowsConnections === true;
  },

  observed: observedGrants,

  made: (after, scope) => meanings(changes(after, { privileges: [] }, scope)),
  changed: (before, after, scope) => meanings(changes(after, before, scope)),
  gone: (before, scope) => {
    const { roles, saysAll } = scope;
    const { grantee } = before;
    // Of a role that is no longer declared, all goes with it.
    if ('role' in grantee && !roles.has(grantee.role)) return [{ with: identityOf('role', [grantee.role]) }];
    if (saysAll) {
      const { own, told } = apart(before, scope);
      return meanings([
        ...changes({ ...before, privileges: [], grantable: [] }, { ...before, ...own }, scope),
        ...told.map((finding) => ({ finding })),
      ]);
    }
    return [{ finding: undeclaredGrant(before) }];
  },

  findings: (desired, scope) => {
    const { seen } = scope;
    const { on, grantee } = desired;
    const found = findObject(seen, on);
    if (found === undefined && isUsed(on)) return absentUsed(on, grantee, scope);
    if (found === undefined || (on.type === 'schema' && isUnseen(seen, on.database))) return [];
    const object = asReached(on, found, scope);
    if ('everyone' in grantee) {
      return seen.databases.get(on.database)?.allowsConnections ? foreignPublicGrants(desired, object, seen) : [];
    }
    const role = seen.roles.get(grantee.role) ?? { name: grantee.role, inherits: [] };
    return [...foreignGrants(desired, object, role, seen), ...ownPrivileges(desired, object, role, seen)];
  },

  actions: {
    'grant-privileges': {
      place: 'grant',
      summary: ({ after }) => (after === undefined ? '' : privilegesSummary('GRANT', after)),
      statements: ({ after }) => (after === undefined ? [] : privilegeStatements('GRANT', after)),
      lacks: ({ after }, seen) => (after === undefined ? [] : lacksForGrant(after, seen)),
      // What no database holds is the role's.
      changes: ({ after }) =>
        after?.database !== undefined
          ? { database: after.database }
          : after?.grantee == null
            ? undefined
            : { role: after.grantee },
      join: (steps) => {
        const after = joined(steps.flatMap(({ after }) => after ?? []));
        return { ...steps[0], ...(after && { after }) };
      },
    },
    'revoke-privileges': {
      place: 'revocation',
      summary: ({ before }) => (before === undefined ? '' : privilegesSummary('REVOKE', before)),
      statements: ({ before, after }) => [
        ...(before === undefined ? [] : privilegeStatements('REVOKE', before)),
        ...(after === undefined ? [] : privilegeStatements('GRANT', after)),
      ],
      // Only what this admin can take is found at all; taking it is always a hazard.
      lacks: () => [],
      changes: () => undefined,
      // A revocation from PUBLIC may shut out whoever is connected now.
      shutsOut: ({ before }) => before?.database,
      join: (steps) => {
        const before = joined(steps.flatMap(({ before }) => before ?? []));
        const after = joined(steps.flatMap(({ after }) => after ?? []));
        return { ...steps[0], ...(before && { before }), ...(after && { after }) };
      },
    },
  },

  // A status tells privileges by the steps that are left.
  status: () => ({}),
};

function changes(wanted: Grant, before: PrivilegeLists, scope: Scope): Meaning<StepsOfKind<typeof grantActions>>[] {
  const { grantee } = wanted;
  const owner = grantedAs(wanted.on, findObject(scope.seen, wanted.on), scope);
  const on = owner === undefined ? withoutOwner(wanted.on) : { ...wanted.on, owner };
  const target = targetOf(on);
  const found: Meaning<StepsOfKind<typeof grantActions>>[] = [];
  const missing = gained(before, wanted);
  const unwanted = lost(before, wanted);
  if (missing.on.length > 0)
    found.push({ step: { action: 'grant-privileges', target, risk: 'grant', after: missing } });
  if (unwanted.on.length > 0)
    found.push({
      step: { action: 'revoke-privileges', target, risk: riskOfTaking(wanted.on, grantee, scope), before: unwanted },
    });
  return found;

  function gained(from: PrivilegeLists, to: PrivilegeLists) {
    const grantable = without(to.grantable, from.grantable);
    return onOneObject(on, grantee, {
      privileges: without(without(to.privileges, from.privileges), grantable),
      grantable,
    });
  }

  function lost(from: PrivilegeLists, to: PrivilegeLists) {
    const privileges = without(from.privileges, to.privileges);
    // Taking the privilege takes its grant option too.
    return onOneObject(on, grantee, {
      privileges,
      grantable: without(without(from.grantable, to.grantable), privileges),
    });
  }
}

/** What PUBLIC has in a database from the start is nobody's yet where nobody is let in. */
function riskOfTaking({ type, database }: FilledObject, grantee: Grantee, scope: Scope): 'grant' | 'revoke' {
  return type !== 'database' && 'everyone' in grantee && letsNobodyIn(database, scope) ? 'grant' : 'revoke';
}

/** What this admin can take, and what others gave. */
function apart(before: Grant, scope: Scope): { readonly own: PrivilegeLists; readonly told: readonly Diagnostic[] } {
  const { on, grantee } = before;
  const found = findObject(scope.seen, on);
  if (!isUsed(on) || found === undefined || !('role' in grantee)) return { own: before, told: [] };
  const object = asReached(on, found, scope);
  const { privileges, grantable } = revocable(object, grantee.role, scope.seen.admin.name);
  return {
    own: { privileges: [...privileges], grantable: [...grantable] },
    told: foreignGrants({ on, privileges: [] }, object, { name: grantee.role, inherits: [] }, scope.seen),
  };
}

function withoutOwner(on: FilledObject): FilledObject {
  const { owner: _, ...bare } = on;
  return bare;
}

function without(list: readonly string[] = [], taken: readonly string[] = []): readonly string[] {
  return list.filter((one) => !taken.includes(one));
}
