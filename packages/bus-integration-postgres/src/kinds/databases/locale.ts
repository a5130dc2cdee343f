// Locales as databases have them: which spellings mean the same, and what a server of a version can't make. Pure.
// https://www.postgresql.org/docs/current/locale.html
import type { ObservedCreation } from '../../observe/observation.ts';

export type LocaleProvider = ObservedCreation['provider'];

/** Whether two spellings are one locale of their provider. */
export function isSameLocale(provider: LocaleProvider, one: string, other: string): boolean {
  return canonical(provider, one) === canonical(provider, other);
}

function canonical(provider: LocaleProvider, locale: string): string {
  switch (provider) {
    case 'libc':
      return systemLocale(locale);
    case 'icu':
      return languageTag(locale);
    case 'builtin':
      return locale === 'C.UTF8' ? 'C.UTF-8' : locale;
  }
}

/** The system takes `de_DE.utf8` for `de_DE.UTF-8`. */
function systemLocale(locale: string): string {
  if (locale === 'POSIX') return 'C';
  return locale.replace(/\.([^.@]+)/, (_, codeset: string) => `.${codeset.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`);
}

/** The encoding that a locale of the operating system is for, where its name says so. */
export function encodingOf(locale: string): string | undefined {
  const [, codeset = ''] = /^[^.@]*\.([^.@]+)/.exec(systemLocale(locale)) ?? [];
  return encodings[codeset];
}

const encodings: Readonly<Record<string, string>> = {
  utf8: 'UTF8',
  iso88591: 'LATIN1',
  iso88592: 'LATIN2',
  iso88599: 'LATIN5',
  iso885915: 'LATIN9',
  koi8r: 'KOI8R',
  koi8u: 'KOI8U',
  eucjp: 'EUC_JP',
  euckr: 'EUC_KR',
  cp1251: 'WIN1251',
  cp1252: 'WIN1252',
};

/** Keywords of ICU's older form, `de_DE@collation=phonebook`, in that of BCP 47, which the server stores from 16 on. */
const keywords: Readonly<Record<string, string>> = {
  collation: 'co',
  colalternate: 'ka',
  colbackwards: 'kb',
  colcaselevel: 'kc',
  colcasefirst: 'kf',
  colnumeric: 'kn',
  colreorder: 'kr',
  colstrength: 'ks',
  numbers: 'nu',
  calendar: 'ca',
  currency: 'cu',
};
const values: Readonly<Record<string, string>> = {
  phonebook: 'phonebk',
  dictionary: 'dict',
  traditional: 'trad',
  gb2312han: 'gb2312',
  'non-ignorable': 'noignore',
  primary: 'level1',
  secondary: 'level2',
  tertiary: 'level3',
  quaternary: 'level4',
  identical: 'identic',
  yes: 'true',
  no: 'false',
};

/** As the server would store it; what is no language tag stays as it is. */
function languageTag(locale: string): string {
  if (locale === '') return 'und';
  if (locale === 'C' || locale === 'POSIX') return 'en-US-u-va-posix';
  const [language = '', given] = locale.split('@', 2);
  const pairs = (given ?? '').split(';').flatMap((pair): (readonly [string, string])[] => {
    const [key = '', value = ''] = pair.toLowerCase().split('=', 2);
    return key === '' ? [] : [[keywords[key] ?? key, values[value] ?? value]];
  });
  const extension = pairs.length === 0 ? '' : `-u-${pairs.map((pair) => pair.join('-')).join('-')}`;
  const tag = `${language.replaceAll('_', '-')}${extension}`;
  try {
    // A keyword that is switched on loses its `true` here, and not at the server.
    return (Intl.getCanonicalLocales(tag)[0] ?? tag).replaceAll(/-(k[bcn])-(?:yes|true)(?=-|$)/g, '-$1');
  } catch {
    return tag;
  }
}
