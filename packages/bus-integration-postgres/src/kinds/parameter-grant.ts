// Privileges of a role on parameters that a superuser alone sets: what it names is what it has. Of a role that names none they
// are told, and left. Its steps are those of grants, of risk `elevate`: who sets such parameters can come to more.
// https://www.postgresql.org/docs/current/sql-grant.html
import { printable } from '../text/shown.ts';
import {
  foreignParameters,
  heldParameters,
  inParameterStep,
  type ParameterGrant,
  type ParameterPrivilege,
  parameterPrivileges,
  parametersRefused,
  undeclaredParameters,
  untoldParameters,
} from './access/parameters.ts';
import type { grantActions } from './grant.ts';
import { type Meaning, meanings, type Registered, type Row, type StepsOfKind } from './kind/kind.ts';

type Steps = StepsOfKind<typeof grantActions>;

export const parameterGrant: Row<ParameterGrant, Steps> & {
  readonly registered: Registered;
  readonly actions: object;
} = {
  registered: {},
  actions: {},
  identity: ({ role }) => [role],
  database: () => undefined,
  asksDetails: (wanted) => parameterPrivileges.flatMap((privilege) => wanted[privilege]),

  isManaged: ({ role }, { roles }) => roles.has(role) && roles.get(role) !== 'refused',

  observed: (scope, desired) => {
    const byRole = new Map(desired.map((wanted) => [wanted.role, wanted]));
    return [
      ...desired.map((wanted) => heldParameters(wanted, byRole, scope)),
      ...[...scope.roles.keys()].filter((role) => !byRole.has(role)).flatMap((role) => untoldParameters(role, scope)),
    ];
  },

  made: () => {
    throw new Error('internal error: a role was compared without its parameters');
  },
  changed: (before, after, { seen }) => {
    const { role } = after;
    const refusal = parametersRefused(after, seen);
    if (refusal !== undefined) return [{ refusal }];
    const target = printable(role);
    const beyond = (from: ParameterGrant, than: ParameterGrant, privilege: ParameterPrivilege) =>
      from[privilege].filter((name) => !than[privilege].includes(name));
    const missing = inParameterStep(role, (privilege) => ({ plain: beyond(after, before, privilege) }));
    const extra = inParameterStep(role, (privilege) => ({
      plain: beyond(before, after, privilege),
      grantable: (before.grantable?.[privilege] ?? []).filter((name) => after[privilege].includes(name)),
    }));
    const found: Meaning<Steps>[] = [];
    if (missing !== undefined)
      found.push({ step: { action: 'grant-privileges', target, risk: 'elevate', after: missing } });
    if (extra !== undefined)
      found.push({ step: { action: 'revoke-privileges', target, risk: 'revoke', before: extra } });
    return meanings(found);
  },
  gone: (before) => [{ finding: undeclaredParameters(before) }],

  findings: (wanted, { seen }) => foreignParameters(wanted, seen),
  status: () => ({}),
};
