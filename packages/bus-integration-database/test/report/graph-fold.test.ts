import { expect, test } from 'vitest';
import { inputOf, reportPage } from '../../src/report/index.ts';
import { role, whole } from './sample.ts';

const membership = (member: string, group: string, inherit = true) => ({
  member,
  group,
  admin: false,
  inherit,
  set: true,
});

test('four roles with the same memberships are one box, that names all of them; others keep their own', () => {
  const people = ['ann', 'bob', 'cy', 'dan'];
  const page = reportPage(
    inputOf(
      whole(
        {},
        {
          roles: [...people, 'eve', 'team'].map((name) => role(name)),
          memberships: [...people.map((name) => membership(name, 'team')), membership('eve', 'team', false)],
        },
      ),
    ),
  );
  const [drawing = ''] = /<svg[^>]*aria-label="Memberships[\s\S]*?<\/svg>/.exec(page) ?? [];
  expect([...drawing.matchAll(/<text[^>]*>([^<]*)/g)].map(([, label]) => label).sort()).toEqual([
    '4 roles: ann and others',
    'eve',
    'team',
  ]);
  expect(drawing).toContain('<title>ann, bob, cy, dan</title>');
  expect(drawing).toContain('<title>each of ann, bob, cy, dan is a member of team</title>');
  for (const name of people) expect(page).toContain(`<li>${name} is a member of team</li>`);
});
