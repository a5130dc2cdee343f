import { expect, test } from 'vitest';
import { createSettings, shownValue } from '../../src/config/settings.ts';

test('a list is cut at commas and white space', () => {
  const settings = createSettings({ LIST: ' a, b\t,c d ' });
  expect(settings.list('LIST')).toEqual(['a', 'b', 'c', 'd']);
  expect(settings.list('NONE')).toBeUndefined();
  expect(settings.problems).toEqual([]);
});

test.each(['a,,b', 'a, ,b', ',a', 'a,', ' , ', ','])('IN-25 an empty item in %j is a problem', (LIST) => {
  const settings = createSettings({ LIST });
  settings.list('LIST');
  expect(settings.problems).toEqual([
    {
      severity: 'fail',
      code: 'invalid-value',
      message: 'LIST has an empty item',
      target: 'LIST',
      remedy: 'write the items with one comma between them',
    },
  ]);
});

test('a semicolon in a list is a problem', () => {
  const settings = createSettings({ LIST: 'a;b' }, () => '.env:2');
  expect(settings.list('LIST')).toEqual([]);
  expect(settings.problems).toMatchObject([
    {
      code: 'invalid-value',
      message: 'LIST holds a semicolon, expected commas or white space between two items (.env:2)',
      remedy: 'write commas instead; a name with a semicolon needs a manifest',
    },
  ]);
});

test('a list of white space is empty', () => {
  const settings = createSettings({ LIST: ' \t' });
  settings.list('LIST');
  expect(settings.problems).toMatchObject([{ code: 'empty-key', message: 'LIST is empty' }]);
});

test('set but empty is a problem, and says where', () => {
  const settings = createSettings({ A: '' }, (key) => (key === 'A' ? '.env:4' : undefined));
  expect(settings.value('A')).toBeUndefined();
  expect(settings.problems.map(({ message }) => message)).toEqual(['A is empty (.env:4)']);
  expect([settings.isSet('A'), settings.peek('A')]).toEqual([true, undefined]);
});

test.each([
  ['~/dsn', 'A begins with ~, which only a shell expands'],
  ['postgres://u:hunter2@h/d', 'A holds a URL (not shown), expected a path'],
  ['a\0b', 'A holds a NUL character, which no path can'],
])('a path like %j is a problem', (A, message) => {
  const settings = createSettings({ A });
  expect(settings.path('A')).toBeUndefined();
  expect(settings.problems.map((problem) => problem.message)).toEqual([message]);
});

test('names that objects inherit are not set', () => {
  const settings = createSettings({});
  expect([settings.isSet('toString'), settings.value('constructor'), settings.list('__proto__')]).toEqual([
    false,
    undefined,
    undefined,
  ]);
});

test('a shown value is short, without raw control characters, and no DSN', () => {
  expect(shownValue('a\u202eb')).toBe('"a\\u202eb"');
  expect(shownValue('x'.repeat(100))).toBe(`"${'x'.repeat(77)}…"`);
  for (const dsn of ['postgres://u:hunter2@h/d', 'host=h password=hunter2', 'u:hunter2@h']) {
    expect(shownValue(dsn)).not.toContain('hunter2');
  }
});
