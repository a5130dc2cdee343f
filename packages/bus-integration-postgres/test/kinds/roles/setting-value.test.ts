// What a value means is compared with what real servers make of it.
import { majors, startServer } from 'embedded';
import { describe, expect, test } from 'vitest';
import { someOf } from '../../../../../test/variants.ts';
import {
  elementsOf,
  isSameValue,
  normalValues,
  storedValues,
  valueFault,
} from '../../../src/kinds/roles/setting-value.ts';
import type { ObservedParameter } from '../../../src/observe/observed-details.ts';

const values: readonly (readonly [name: string, ...values: string[]])[] = [
  [
    'work_mem',
    '4MB',
    '4096',
    '4096kB',
    '4096 kB',
    '0.00390625GB',
    '1e3',
    '0x1000',
    '64',
    '5MB',
    '1',
    '1XB',
    '4 mb',
    '',
  ],
  ['statement_timeout', '30s', '30000', '30000ms', '0.5min', '1d', '24h', '-1', '1e', '5us', 'soon'],
  ['temp_buffers', '8MB', '1024', '8192kB', '800', '1'],
  ['vacuum_cost_delay', '1.5', '1500us', '1.5ms', '2', '101'],
  ['seq_page_cost', '1', '1.0', '.5', '5e-1', '-1'],
  ['jit', 'on', 'ON', 'true', 't', 'yes', '1', 'off', 'of', 'f', 'n', '0', 'o', 'maybe'],
  ['synchronous_commit', 'on', 'true', 'Local', 'local', 'off', 'no', 'remote'],
  ['default_transaction_isolation', 'serializable', 'SERIALIZABLE', 'snapshot'],
  ['bytea_output', 'hex', 'HEX', 'escape'],
  ['application_name', 'a', 'A', 'a '],
];

describe.each(someOf('values of settings', majors, 1))('PostgreSQL %i', (major) => {
  test('two values are the same where the server shows the same of them, and one is refused where it refuses it', async () => {
    await using server = await startServer({ major });
    const rows = await server.query<Omit<ObservedParameter, 'adminMaySet'>>(
      `SELECT lower(name) AS name, vartype AS type, unit, context, min_val AS least, max_val AS most, enumvals AS words
         FROM pg_settings WHERE name = ANY ($1)`,
      { values: [values.map(([name]) => name)] },
    );
    for (const [name, ...written] of values) {
      const row = rows.find((one) => one.name === name);
      if (row === undefined) throw new Error(name);
      const parameter: ObservedParameter = { ...row, adminMaySet: true };
      const shown = new Map<string, string | undefined>();
      for (const value of written) {
        const answer = server.query(`SET ${name} TO '${value}'; SELECT current_setting('${name}') AS shown`);
        const [first] = (await answer.catch(() => [])) as readonly { readonly shown: string }[];
        shown.set(value, first?.shown);
        expect(valueFault(parameter, [value]) === undefined, `${name} ${value}`).toBe(first !== undefined);
      }
      for (const [one, first] of shown) {
        for (const [other, second] of shown) {
          if (first === undefined || second === undefined) continue;
          expect(isSameValue(parameter, [one], [other]), `${name}: ${one}, ${other}`).toBe(first === second);
        }
      }
    }
  });

  test('list settings quoted once are one element: each element is what the server stored', async () => {
    await using server = await startServer({ major });
    const lists = [['app'], ['App', 'a b', '$user', 'a"b'], [''], ['a,b'], ['"'], ['ä', 'select', '1']];
    for (const list of lists) {
      const quoted = list.map((element) => `'${element}'`).join(', ');
      await server.query(`ALTER DATABASE postgres SET search_path TO ${quoted}`);
      const [stored] = await server.query<{ item: string }>('SELECT setconfig[1] AS item FROM pg_db_role_setting');
      expect(storedValues('search_path', `${stored?.item.slice('search_path='.length)}`)).toEqual(list);
    }
  });
});

test.each([
  ['app, public', ['app', 'public']],
  ['"$user",public', ['$user', 'public']],
  ['App', ['app']],
  ['""', ['']],
  ['', ['']],
])('the elements of %s', (stored, elements) => expect(elementsOf(stored)).toEqual(elements));

test('a list without elements is one that is empty, as the server has it', () => {
  expect(normalValues('search_path', [])).toEqual(['']);
  expect(normalValues('datestyle', ['ISO', 'MDY'])).toEqual(['ISO', 'MDY']);
  expect(normalValues('work_mem', '4MB')).toEqual(['4MB']);
});

test('of DateStyle blanks and case mean nothing', () => {
  const parameter = { name: 'datestyle' } as ObservedParameter;
  expect(isSameValue(parameter, ['ISO, MDY'], ['iso', 'mdy'])).toBe(true);
  expect(isSameValue(parameter, ['ISO, MDY'], ['ISO', 'DMY'])).toBe(false);
});

test('of search_path the order counts, and the case', () => {
  const parameter = { name: 'search_path' } as ObservedParameter;
  expect(isSameValue(parameter, ['a', 'b'], ['b', 'a'])).toBe(false);
  expect(isSameValue(parameter, ['a'], ['A'])).toBe(false);
});
