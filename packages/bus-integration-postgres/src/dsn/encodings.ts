// The encodings that a client may ask for, by every name that a server takes for one; the same in all majors from 14 on.
// https://www.postgresql.org/docs/current/multibyte.html#MULTIBYTE-CHARSET-SUPPORTED

const windows = '1250 1251 1252 1253 1254 1255 1256 1257 1258 866 874 932 936 949 950'.split(' ');

const names: ReadonlySet<string> = new Set([
  ...'abc alt big5 euccn eucjis2004 eucjp euckr euctw gb18030 gbk johab koi8 koi8r koi8u mskanji muleinternal'.split(
    ' ',
  ),
  ...'shiftjis shiftjis2004 sjis sqlascii tcvn tcvn5712 uhc unicode utf8 vscii win'.split(' '),
  ...['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '13', '14', '15', '16'].map((part) => `iso8859${part}`),
  ...['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'].map((number) => `latin${number}`),
  ...windows.flatMap((page) => [`win${page}`, `windows${page}`]),
]);

/** Whether a client_encoding is one; `auto` and nothing are the client's own to choose. */
export function isEncoding(value: string): boolean {
  if (value === '' || value === 'auto') return true;
  return names.has(value.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
}
