import { describe, expect, it } from 'vitest';
import type { DeclaredSchema } from '../../../src/sql/verify/declared-schemas-query.ts';
import { schemaChecks } from '../../../src/verify/connectivity/schemas.ts';

const trial = { roles: ['svc'], adminRole: 'admin', owner: undefined };
const usual: DeclaredSchema = { name: 'public', owner: 'admin', isStrange: false, creators: [] };

function judge(...schemas: Partial<DeclaredSchema>[]) {
  return schemaChecks(
    'app',
    schemas.map((said) => ({ ...usual, ...said })),
    trial,
  );
}

describe('strangers at declared schemas', () => {
  it('says nothing of one that is as it should be', () => {
    expect(judge({})).toEqual([]);
  });

  it('advises to take a schema from a stranger, as SQL for a superuser in that database', () => {
    const [check, ...others] = judge({ name: 'data', owner: 'boss', isStrange: true });
    expect(others).toEqual([]);
    expect(check).toMatchObject({ id: 'other-owner', kind: 'connectivity', result: 'warn', target: 'app' });
    expect(check?.seen).toBe('schema data of app belongs to boss, which can drop it, and grant rights on it');
    const advice = {
      kind: 'sql',
      as: 'if it is not meant, a superuser',
      where: 'in database app',
      database: 'app',
      sql: 'ALTER SCHEMA "data" OWNER TO "admin";',
    };
    expect(check?.advice).toEqual([advice]);
    expect(check?.remedy).toBe(`${advice.as} runs, ${advice.where}: ${advice.sql}`);
  });

  it('only remarks on one that a service of the deployment owns', () => {
    expect(judge({ owner: 'svc', isStrange: true })).toMatchObject([{ id: 'other-owner', result: 'info' }]);
  });

  it('advises to revoke CREATE, and names who can: who granted it, where that is not the owner', () => {
    const creators = [
      { name: 'ann', grantor: 'admin' },
      { name: 'b"b', grantor: 'ann' },
    ];
    expect(judge({ creators })).toMatchObject([
      {
        id: 'create-of-others',
        result: 'warn',
        seen: 'role ann may create in schema public of app, and is not a role of this deployment',
        advice: [
          {
            as: 'if it is not meant, its owner or a superuser',
            database: 'app',
            sql: 'REVOKE CREATE ON SCHEMA "public" FROM "ann";',
          },
        ],
      },
      {
        id: 'create-of-others',
        advice: [
          {
            as: 'if it is not meant, ann or a member of it',
            database: 'app',
            sql: 'REVOKE CREATE ON SCHEMA "public" FROM "b""b";',
          },
        ],
      },
    ]);
  });

  it('names ten and no more, and how many there are further', () => {
    const creators = Array.from({ length: 300 }, (_, index) => ({ name: `role${index}`, grantor: 'admin' }));
    const checks = judge({ creators });
    expect(checks).toHaveLength(11);
    expect(checks.at(-1)).toMatchObject({ result: 'warn', seen: 'and 290 more findings on schemas of app' });
  });
});
