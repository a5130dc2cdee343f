// The shapes of what a service's own session answers when it is tried. Pure.

import { boolean, integer, list, nullable, oneOf, record, text } from '../../connection/session/shape.ts';
import { markedSchema } from '../../observe/catalog-shapes.ts';
import type { Contents } from '../../sql/contents-query.ts';
import type { DangerousGrant } from '../../sql/grants-query.ts';
import type { Attempted, EffectiveSearchPath, Powers, ServiceFacts } from '../../sql/verify-query.ts';
import { writableShape } from '../listener/database-sweep.ts';

const powers = record<Powers>({
  isSuperuser: boolean,
  createsRoles: boolean,
  createsDatabases: boolean,
  replicates: boolean,
  bypassesRowSecurity: boolean,
  powerfulGroups: list(text),
  memberships: list(record<Powers['memberships'][number]>({ group: text, grantor: nullable(text) })),
});

export const grantShape = record<DangerousGrant>({
  kind: oneOf('table', 'function', 'language', 'parameter'),
  name: text,
  to: nullable(text),
});

export const factsShape = record<ServiceFacts>({
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
  closedSchemas: list(text),
  otherSchemas: list(record<ServiceFacts['otherSchemas'][number]>({ name: text, isByPublic: boolean })),
  mayHaveStrangers: boolean,
  writableSchemas: list(writableShape),
  markedSchemas: list(markedSchema),
  sharers: list(text),
  readsVerifiers: boolean,
  grants: list(grantShape),
  hasContents: boolean,
  powers: nullable(powers),
  reachable: nullable(
    list(
      record<NonNullable<ServiceFacts['reachable']>[number]>({
        name: text,
        isByPublic: boolean,
        comment: nullable(text),
      }),
    ),
  ),
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
});

export const standingShape = record<EffectiveSearchPath>({ path: list(text), searchPath: text });

export const encodingShape = record<{ readonly isKnown: boolean }>({ isKnown: boolean });

export const attemptedShape = record<{ readonly attempted: Attempted }>({
  attempted: record<Attempted>({
    managed: list(oneOf('create roles', 'create schemas', 'read password verifiers')),
    unclear: list(text),
  }),
});
