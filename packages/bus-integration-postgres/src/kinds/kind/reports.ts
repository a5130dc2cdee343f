// Steps that change nothing: they say what was found and what was done.

import { count, type StepOfAction } from 'bus-integration-database';
import { shown } from '../../text/shown.ts';
import type { Rule } from './kind.ts';

const doesNothing = { statements: () => [], lacks: () => [], changes: () => undefined };

type Report = 'discover-provider' | 'compute-database-plan' | 'apply-database-plan';

export const reports: { readonly [A in Report]: Rule<StepOfAction<A>> } = {
  'discover-provider': {
    place: 'report',
    summary: ({ after }) =>
      `${after?.provider} ${after?.server_version}, admin may create ${after?.admin_may_create.join(' and ') || 'neither roles nor databases'}`,
    ...doesNothing,
  },
  'compute-database-plan': {
    place: 'report',
    summary: ({ after }) =>
      after === undefined
        ? ''
        : [
            count(after.roles, 'role'),
            count(after.databases, 'database'),
            ...(after.schemas.length === 0 ? [] : [`schema ${after.schemas.map(shown).join(', ')}`]),
          ].join(', ') + (after.dsn_directory === undefined ? '' : `; files go to ${after.dsn_directory}`),
    ...doesNothing,
  },
  'apply-database-plan': {
    place: 'report',
    summary: ({ after }) => count(after?.steps ?? 0, 'step'),
    ...doesNothing,
  },
};
