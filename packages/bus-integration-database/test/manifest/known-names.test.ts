import { expect, it } from 'vitest';
import { knownNames } from '../../src/manifest/known-names.ts';

it('names that are near are found, of few names always', () => {
  const { has, nearest } = knownNames(['shop_app', 'shop_owner']);
  expect([has('shop_app'), has('shop_ap')]).toEqual([true, false]);
  expect([nearest('shop_ap'), nearest('nothing'), nearest('shop_onwer')]).toEqual([
    'shop_app',
    undefined,
    'shop_owner',
  ]);
});

it('of thousands the first ones are looked for, and each once', () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `service_role_${index}`);
  const { nearest } = knownNames(names);
  const begun = process.cpuUsage();
  const found = names.map((_, index) => nearest(`service_rle_${index}`));
  expect(found.filter((name) => name !== undefined).length).toBe(5);
  expect(nearest('service_rle_0')).toBe('service_role_0');
  expect(process.cpuUsage(begun).user).toBeLessThan(10_000_000);
});
