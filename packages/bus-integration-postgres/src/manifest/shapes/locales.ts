// Encodings and locales of a database, as far as no server is needed to judge them.
// https://www.postgresql.org/docs/current/multibyte.html, https://www.postgresql.org/docs/current/locale.html
import { quotedName } from 'bus-integration-database/manifest';

/** What a database can be in. */
export const encodings = [
  ...[
    'UTF8',
    'SQL_ASCII',
    'LATIN1',
    'LATIN2',
    'LATIN3',
    'LATIN4',
    'LATIN5',
    'LATIN6',
    'LATIN7',
    'LATIN8',
    'LATIN9',
    'LATIN10',
  ],
  ...[
    'ISO_8859_5',
    'ISO_8859_6',
    'ISO_8859_7',
    'ISO_8859_8',
    'KOI8R',
    'KOI8U',
    'EUC_CN',
    'EUC_JP',
    'EUC_JIS_2004',
    'EUC_KR',
  ],
  ...['EUC_TW', 'MULE_INTERNAL', 'WIN866', 'WIN874', 'WIN1250', 'WIN1251', 'WIN1252', 'WIN1253', 'WIN1254', 'WIN1255'],
  ...['WIN1256', 'WIN1257', 'WIN1258'],
] as const;

const builtinLocales = ['C', 'C.UTF-8', 'C.UTF8', 'PG_UNICODE_FAST'];

interface DesiredLocale {
  readonly encoding?: string;
  readonly locale?: string;
  readonly provider?: string;
}

/** What contradicts itself: the key to mark, and why. */
export function localeFault({
  encoding = 'UTF8',
  locale,
  provider,
}: DesiredLocale): { readonly key: keyof DesiredLocale; readonly why: string } | undefined {
  if (provider === undefined) return undefined;
  if (locale === undefined && provider !== 'libc')
    return { key: 'provider', why: `provider ${provider} needs a locale` };
  if (provider === 'builtin' && locale !== undefined && !builtinLocales.includes(locale))
    return { key: 'locale', why: 'provider builtin has the locales C, C.UTF-8 and PG_UNICODE_FAST only' };
  if (provider === 'builtin' && locale !== 'C' && encoding !== 'UTF8')
    return { key: 'encoding', why: `locale ${quotedName(locale ?? '')} is for encoding UTF8 only` };
  if (provider === 'icu' && ['SQL_ASCII', 'MULE_INTERNAL', 'EUC_JIS_2004'].includes(encoding))
    return { key: 'encoding', why: `provider icu does not know encoding ${encoding}` };
  return undefined;
}
