import { expect, test } from 'vitest';
import { encodingOf, isSameLocale } from '../../../src/kinds/databases/locale.ts';

test.each([
  ['libc', 'POSIX', 'C', true],
  ['libc', 'de_DE.UTF-8', 'de_DE.utf8', true],
  ['libc', 'de_DE.UTF-8@euro', 'de_DE.utf8@euro', true],
  ['libc', 'de_DE.UTF-8', 'de_DE.ISO-8859-1', false],
  ['libc', 'de_DE.utf8', 'de_AT.utf8', false],
  ['icu', 'de_DE@collation=phonebook', 'de-DE-u-co-phonebk', true],
  ['icu', 'en@colNumeric=yes;colStrength=secondary', 'en-u-kn-true-ks-level2', true],
  ['icu', 'en-US-u-kn', 'en-US-u-kn-true', true],
  ['icu', 'en-us', 'en-US', true],
  ['icu', '', 'und', true],
  ['icu', 'de-DE', 'de-AT', false],
  ['icu', 'not a tag', 'not a tag', true],
  ['builtin', 'C.UTF8', 'C.UTF-8', true],
  ['builtin', 'C', 'C.UTF-8', false],
] as const)('%s: %j beside %j', (provider, one, other, isSame) => {
  expect(isSameLocale(provider, one, other)).toBe(isSame);
});

test.each([
  ['de_DE.UTF-8', 'UTF8'],
  ['de_DE.ISO-8859-15@euro', 'LATIN9'],
  ['C', undefined],
  ['de_DE', undefined],
  ['xx_XX.unheard-of', undefined],
])('%s is for %s', (locale, encoding) => {
  expect(encodingOf(locale)).toBe(encoding);
});
