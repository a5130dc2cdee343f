import { describe, expect, test } from 'vitest';
import { inputOf, joinedAnswers, reportPage, savedAnswer, verdictOf } from '../../src/report/index.ts';
import { answer, content, database, role, step, whole } from './sample.ts';

describe('verdict', () => {
  const stateOf = (...[parts, inside]: Parameters<typeof whole>) => verdictOf(inputOf(whole(parts, inside))).state;

  test('ok only where all was seen and is as declared', () => {
    expect(stateOf()).toBe('ok');
    expect(stateOf({ drift: [step('app')] })).toBe('work');
    const access = [{ role: 'svc', database: 'app', word: 'write', declared: 'read', ground: 0 }];
    expect(stateOf({}, { access })).toBe('work');
    const failed = { id: 'trust', kind: 'listener-policy', result: 'fail', seen: 'trust' } as const;
    expect(stateOf({ listener_policy: [failed] })).toBe('failed');
    expect(stateOf({ listener_policy: [{ ...failed, result: 'unknown' }] })).toBe('unknown');
    expect(stateOf({}, { unseen: [{ what: 'rules', why: 'not readable' }] })).toBe('unknown');
    expect(stateOf({ complete: false })).toBe('unknown');
  });

  test.each(['status', 'verify'] as const)('what was not given is unknown: %s alone', (part) => {
    const given = part === 'status' ? answer({ drift: [] }) : answer({ connectivity: [], listener_policy: [] });
    const { state, reasons } = verdictOf(inputOf(given));
    expect(state).toBe('unknown');
    expect(reasons.join('\n')).toContain('report was not given');
    expect(reportPage(inputOf(given))).toContain('No answer of report was given.');
  });
});

test('whatever names hold is text', () => {
  const hostile = [`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'&quot;</style>\u202e`];
  const page = reportPage(
    inputOf(
      whole(
        {
          deployment_id: hostile[0] ?? '',
          drift: hostile.map((name) => step(name, { summary: name, sql: [name] })),
          diagnostics: hostile.map((name) => ({ severity: 'warn', code: name, message: name, remedy: name })),
          databases: hostile.map((name) => ({ name, state: 'ours', size_bytes: 5 })),
          leftovers: hostile.map((name) => ({ kind: name, name, retire: [{ database: name, sql: [name] }] })),
        },
        {
          roles: hostile.map((name) => role(name, { connection_limit: 5, valid_until: '2027-01-01T00:00:00Z' })),
          databases: hostile.map((name) => database(name)),
          access: hostile.map((name) => ({ role: name, database: name, word: name, declared: name, ground: 0 })),
          grounds: [hostile.map((name) => ({ on: name, privileges: [name], via: [name] }))],
          entrances: hostile.map((name) => ({
            from: name,
            roles: [name],
            databases: [name],
            rule: { file: name, line: 1, text: name },
            method: name,
          })),
          memberships: hostile.map((name) => ({
            member: name,
            group: `${name}2`,
            admin: true,
            inherit: false,
            set: true,
          })),
          ownership: hostile.map((name) => ({ owner: name, of: `schema ${name}`, databases: [name] })),
          files: hostile.map((name) => ({ path: name, role: name, changed_at: '2026-01-01T00:00:00Z' })),
        },
      ),
    ),
  );
  expect(page.match(/<script|<img|onerror=alert\(1\)>|\u202e/g)).toBeNull();
  expect(page.match(/<\/style>/g)).toHaveLength(1);
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  // No attribute is left by a quotation mark: what is between marks holds none.
  for (const [, value = ''] of page.matchAll(/\s[a-z-]+="([^"]*)"/g)) expect(value).not.toMatch(/[<>]/);
});

/** As good as random, and the same in every run. */
function scattered(one: number, at: number): number {
  return Math.imul((one + 1) * 374_761_393 + at * 668_265_263, 1_274_126_177) >>> 13;
}

describe('size', () => {
  const databases = Array.from({ length: 100 }, (_, index) => `app_${String(index).padStart(3, '0')}`);
  const roles = Array.from({ length: 200 }, (_, index) => `role_${String(index).padStart(3, '0')}`);
  const words = ['connect', 'read', 'write', 'create', 'read, write in part'];
  const grounds = words.map((word) =>
    Array.from({ length: 6 }, (_, index) => ({
      on: `40 tables of schema s${index}`,
      privileges: [word],
      via: ['PUBLIC'],
    })),
  );
  const pageOf = (isHeld: (role: number, database: number) => boolean) =>
    reportPage(
      inputOf(
        whole(
          { databases: databases.map((name, index) => ({ name, state: 'ours', size_bytes: 8_000_000 + index })) },
          content({
            roles: roles.map((name) => role(name)),
            databases: databases.map((name) => database(name)),
            grounds,
            access: roles.flatMap((name, index) =>
              databases.flatMap((one, at) => {
                const ground = (index * 7 + at * 3) % words.length;
                return isHeld(index, at) ? [{ role: name, database: one, word: words[ground] ?? '', ground }] : [];
              }),
            ),
            memberships: roles.slice(1).map((member) => ({
              member,
              group: 'role_000',
              admin: false,
              inherit: true,
              set: true,
            })),
            files: roles.map((name) => ({ path: `./${name}`, role: name, changed_at: '2026-01-01T00:00:00Z' })),
          }),
        ),
      ),
    );

  test.each([
    ['each role in one database', (one: number, at: number) => at === one % 100],
    ['each role in half of them', (one: number, at: number) => (one + at) % 2 === 0],
    ['each role in a third of them, no two alike', (one: number, at: number) => scattered(one, at) % 3 === 0],
    ['each role in all', () => true],
  ])('100 databases and 200 roles are under 1 MB: %s', (_, isHeld) => {
    const page = pageOf(isHeld);
    console.log(`report of 100 databases and 200 roles: ${Math.round(page.length / 1000)} kB`);
    expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
    for (const name of ['role_000', 'role_199']) expect(page).toContain(name);
  });
});

test('no text of a template is beyond ASCII: a page is loaded out of bundles that read it otherwise', () => {
  expect(reportPage(inputOf(whole())).match(/[^\n\x20-\x7e]/g)).toBeNull();
});

describe('saved answers', () => {
  test('are joined, and told apart by deployment and server', () => {
    const status = answer({ drift: [step('app')] });
    const verify = answer({ ok: false, connectivity: [], listener_policy: [] });
    const joined = joinedAnswers([
      { shown: 'a.json', response: status },
      { shown: 'b.json', response: verify },
    ]);
    expect([...joined.parts]).toEqual(['plan', 'status', 'verify']);
    expect(joined.response).toMatchObject({ ok: false, drift: [{ target: 'app' }], connectivity: [] });
    const other = answer({ drift: [], deployment_id: 'other' });
    const elsewhere = [
      { shown: 'a.json', response: status },
      { shown: 'c.json', response: other },
    ];
    expect(() => joinedAnswers(elsewhere)).toThrow('c.json is not about the same deployment and server as a.json');
  });

  test('are refused where they are none', () => {
    expect(() => savedAnswer('ok: true', 'a.json')).toThrow('a.json is not JSON');
    expect(() => savedAnswer('{}', 'a.json')).toThrow('a.json is not an answer of this version');
    const doctor = JSON.stringify(answer({ checks: [] }));
    expect(() => savedAnswer(doctor, 'a.json')).toThrow('is not an answer to plan, status, verify or report');
    expect(savedAnswer(JSON.stringify(whole()), 'a.json').report?.version).toBe(1);
  });
});

test('what became different is told: gone, new and changed', () => {
  const before = whole({ databases: [{ name: 'app', state: 'ours', size_bytes: 9_000_000 }] });
  const after = whole(
    {
      databases: [{ name: 'app', state: 'ours', size_bytes: 30_000_000 }],
      listener_policy: [{ id: 'trust', kind: 'listener-policy', result: 'fail', seen: 'host all all all trust' }],
    },
    {
      roles: [role('svc'), role('intruder', { is_declared: false, powers: ['CREATEDB'] })],
      access: [
        { role: 'svc', database: 'app', word: 'read', ground: 0 },
        { role: 'intruder', database: 'app', word: 'write', ground: 0 },
      ],
    },
  );
  const page = reportPage(inputOf(after), { previous: inputOf(before) });
  const [, part = ''] = page.split('<h2 id="different">');
  const rows = [...(part.split('</section>')[0] ?? '').matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    row
      .replace(/<\/t[dh]>/g, '|')
      .replace(/<[^>]*>/g, '')
      .trim(),
  );
  expect(rows.slice(1)).toEqual([
    'verdict|verdict|ok|failed|',
    'role|intruder|was not there|not declared, login, CREATEDB|',
    'access|svc in app|create|read|',
    'access|intruder in app|was not there|write|',
    'finding|trust|was not there|fail: host all all all trust|',
    'size|app|9.0 MB|30 MB|',
  ]);
  expect(reportPage(inputOf(before), { previous: inputOf(before) })).toContain('<p>Nothing.</p>');
});
