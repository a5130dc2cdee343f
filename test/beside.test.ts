// What lies beside a declaration and lets somebody in, or services not work: told, whether lists declare or a manifest does.
import { afterAll, beforeAll, describe, test } from 'vitest';
import { faultsBeside } from './faults/beside.ts';
import { judgeFault } from './faults/judge.ts';
import { makeManifestStage } from './faults/manifest-stage.ts';
import { makeStage, type Stage } from './faults/stage.ts';
import { someOf } from './variants.ts';

const lists = { make: makeStage, names: { database: 'app', schema: 'public', service: 'svc', isManifest: false } };
const manifest = {
  make: makeManifestStage,
  names: { database: 'shop', schema: 'app', service: 'writer', isManifest: true },
};
const stages = [
  { major: 14, admin: 'plain', declaration: 'lists', ...lists },
  { major: 18, admin: 'superuser', declaration: 'lists', ...lists },
  { major: 14, admin: 'superuser', declaration: 'a manifest', ...manifest },
  { major: 18, admin: 'plain', declaration: 'a manifest', ...manifest },
] as const;

describe.each(someOf('faults beside a declaration', stages, 2))(
  'of $declaration, as $admin, PostgreSQL $major',
  ({ major, admin, make, names }) => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await make(admin, major);
    }, 120_000);
    afterAll(() => stage?.[Symbol.asyncDispose]());

    test.each(faultsBeside(names, major).map((fault) => [fault.name, fault] as const))(
      '%s',
      async (_, fault) => await judgeFault(fault, stage),
      60_000,
    );
  },
);
