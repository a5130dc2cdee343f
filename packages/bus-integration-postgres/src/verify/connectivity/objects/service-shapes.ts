// The shapes of what a service's own session answers when it is tried. Pure.

import {
  boolean,
  integer,
  list,
  nullable,
  oneOf,
  type RowShape,
  record,
  text,
} from '../../../connection/session/shape.ts';
import type { Contents } from '../../../sql/verify/contents-query.ts';
import type { Definers } from '../../../sql/verify/definers-query.ts';
import type { DangerousGrant } from '../../../sql/verify/grants-query.ts';
import type { ReachedSchema } from '../../../sql/verify/reached-schemas-query.ts';
import type { TableNeeds } from '../../../sql/verify/seen-access.ts';
import {
  type FactsRow,
  type Powers,
  type ReachableDatabase,
  type SessionAtLogin,
  sessionSettings,
} from '../../../sql/verify/verify-query.ts';
import type { Attempted } from '../../../sql/verify/verify-script.ts';
import { needsOfTables } from '../../access/access-shape.ts';

const attributes = {
  isSuperuser: boolean,
  createsRoles: boolean,
  createsDatabases: boolean,
  replicates: boolean,
  bypassesRowSecurity: boolean,
};

const memberships = list(record<Powers['memberships'][number]>({ group: text, member: text, grantor: nullable(text) }));

const powers = record<Powers>({
  ...attributes,
  powerfulGroups: list(text),
  groups: list(record<Powers['groups'][number]>({ ...attributes, name: text })),
  memberships,
});

const reachable = record<ReachableDatabase>({
  name: text,
  isByPublic: boolean,
  connects: boolean,
  isOwn: boolean,
  ways: list(record<ReachableDatabase['ways'][number]>({ name: text, owns: boolean, memberships })),
  comment: nullable(text),
});

export const grantShape = record<DangerousGrant>({
  kind: oneOf('table', 'function', 'language', 'parameter'),
  name: text,
  to: nullable(text),
});

export const factsShape = record<FactsRow>({
  user: text,
  session: text,
  database: text,
  startedAt: text,
  isStandby: boolean,
  readsOnly: boolean,
  makesTemporaryTables: boolean,
  createsSchemas: boolean,
  actsAsOwner: boolean,
  catchesErrors: boolean,
  schemas: list(
    record<ReachedSchema>({
      name: text,
      owner: text,
      isUsed: boolean,
      isCreatedIn: boolean,
      actsAsOwner: boolean,
      isMarked: boolean,
      adminActsAsOwner: nullable(boolean),
      creators: list(nullable(text)),
    }),
  ),
  sharers: list(text),
  readsVerifiers: boolean,
  mayHaveGrants: boolean,
  hasContents: boolean,
  powers: nullable(powers),
  reachable: nullable(list(reachable)),
});

export const contentsShape = record<Contents>({
  shadows: nullable(
    record<NonNullable<Contents['shadows']>>({
      count: integer,
      first: list(record<NonNullable<Contents['shadows']>['first'][number]>({ schema: text, name: text, owner: text })),
    }),
  ),
  unusable: nullable(
    list(record<NonNullable<Contents['unusable']>[number]>({ schema: text, kind: text, owner: text, count: integer })),
  ),
  publicDefaults: nullable(
    list(
      record<NonNullable<Contents['publicDefaults']>[number]>({
        role: text,
        schema: nullable(text),
        kind: text,
        privileges: list(text),
      }),
    ),
  ),
  needs: nullable(record<TableNeeds>(needsOfTables)),
  definers: nullable(
    list(
      record<Definers>({
        schema: text,
        isDeclared: boolean,
        owner: text,
        isSuperuser: boolean,
        to: nullable(text),
        count: integer,
        names: list(text),
        strangers: list(text),
      }),
    ),
  ),
});

const everySetting = Object.fromEntries(sessionSettings.map((name) => [name, nullable(text)])) as {
  readonly [Name in (typeof sessionSettings)[number]]: RowShape<string | null>;
};

export const standingShape = record<SessionAtLogin>({
  path: list(text),
  searchPath: text,
  settings: record<SessionAtLogin['settings']>(everySetting),
});

export const encodingShape = record<{ readonly isKnown: boolean }>({ isKnown: boolean });

export const attemptedShape = record<{ readonly attempted: Attempted }>({
  attempted: record<Attempted>({
    managed: list(oneOf('create roles', 'create schemas', 'read password verifiers')),
    unclear: list(text),
  }),
});
