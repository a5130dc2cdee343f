// The shapes of what is read only where it is desired. Pure.
import { boolean, integer, list, nullable, oneOf, record, text, word } from '../connection/session/shape.ts';
import { strayTypes } from '../sql/strays-query.ts';
import type { AvailableExtension, ObservedCreation, ObservedExtension, ObservedStrays } from './observation.ts';

interface CreationRow {
  readonly databases: readonly ObservedCreation[];
  readonly tablespaces: readonly { readonly name: string; readonly adminMayCreate: boolean }[];
  readonly knowsIcu: boolean;
}

export const creationShape = record<CreationRow>({
  databases: list(
    record<ObservedCreation>({
      name: text,
      encoding: word,
      provider: oneOf('libc', 'icu', 'builtin'),
      locale: nullable(text),
      collate: text,
      characterType: text,
      tablespace: text,
      adminMayCopy: boolean,
    }),
  ),
  tablespaces: list(record<CreationRow['tablespaces'][number]>({ name: text, adminMayCreate: boolean })),
  knowsIcu: boolean,
});

export const availableShape = record<{ readonly extensions: readonly AvailableExtension[] }>({
  extensions: list(
    record<AvailableExtension>({
      name: text,
      version: text,
      isDefault: boolean,
      wantsSuperuser: boolean,
      isTrusted: boolean,
      schema: nullable(text),
      requires: list(text),
    }),
  ),
});

export const extensionsShape = record<{ readonly extensions: readonly ObservedExtension[] }>({
  extensions: list(
    record<ObservedExtension>({
      name: text,
      schema: text,
      version: text,
      adminActsAsOwner: boolean,
      isRelocatable: boolean,
      isUpdatable: boolean,
    }),
  ),
});

export const straysShape = record<{ readonly locks: number; readonly strays: readonly ObservedStrays[] }>({
  locks: integer,
  strays: list(
    record<ObservedStrays>({
      schema: text,
      owner: text,
      adminActsAsOwner: boolean,
      type: oneOf(...strayTypes),
      runsAsOwner: boolean,
      count: integer,
      names: nullable(list(text)),
    }),
  ),
});
