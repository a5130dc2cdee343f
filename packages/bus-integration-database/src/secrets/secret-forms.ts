// How a secret may be spelled in a text, and the texts without it. Pure.

/** A spelling of a secret, and what is shown in its place. */
export interface Form {
  readonly secret: string;
  readonly text: string;
  readonly shown: string;
  /** Not where a word goes on behind it. */
  readonly isWhole?: true;
}

/** No name, number or word is so by chance. */
export function isUnmistakable(value: string): boolean {
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d]/u].filter((kind) => kind.test(value)).length;
  return value.length >= 16 || (value.length >= 8 && kinds >= 3);
}

/** Every spelling, wherever it stands. */
export function everywhere(secret: string): Form[] {
  return spellings(secret).map((text) => ({ secret, text, shown: '***' }));
}

// Without the first letter, which adminPassword has as a capital one.
const keys = ['assword', 'ASSWORD'];

/** Only `PASSWORD '…'`, `password=…`, `"password":"…"`, `password: …`, `:…@`: for what could as well be a name. */
export function wherePasswordsStand(secret: string): Form[] {
  const sql = secret.replaceAll("'", "''");
  const json = jsonEncoded(secret);
  const plain = [...new Set([secret, percentEncoded(secret)])];
  const behindKeys = [
    ...[' ', '=', ' = ', ': '].flatMap((between) => [
      [`${between}'`, sql, "'"],
      [`${between}E'`, sql.replaceAll('\\', '\\\\'), "'"],
    ]),
    ...['":"', '": "', ': "'].map((between) => [between, json, '"']),
    ...['\\":\\"', '\\": \\"'].map((between) => [between, json, '\\"']),
    ...plain.map((text) => ['=', text, '']),
  ];
  return [
    ...keys.flatMap((key) => behindKeys.map(([between, text, after]) => [`${key}${between}`, text, after])),
    ...plain.map((text) => [':', text, '@']),
  ]
    .map(
      ([before = '', text = '', after = '']): Form => ({
        secret,
        text: `${before}${text}${after}`,
        shown: `${before}***${after}`,
      }),
    )
    .concat(keys.map((key) => ({ secret, text: `${key}: ${secret}`, shown: `${key}: ***`, isWhole: true })));
}

/** Shorter ones stand in many words: which letters are hidden there would tell them. */
const shortestHidden = 4;

/**
 * A text of somebody who was told these passwords, without them, whatever stands around them and however weak they are.
 * A word goes with the password in it; of one shorter than four characters nothing of the text is left.
 *
 * @example
 * withoutPasswords('near "pencil"', ['pencil']); // 'near "***"'
 */
export function withoutPasswords(text: string, passwords: Iterable<string>): string {
  let left = text;
  for (const password of passwords) {
    if (password === '') continue;
    for (const spelling of spellings(password)) {
      if (!left.includes(spelling)) continue;
      if (password.length < shortestHidden) return '***';
      left = withoutWords(left, spelling);
    }
  }
  return left;
}

function withoutWords(text: string, part: string): string {
  let out = '';
  let from = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, from)) {
    let start = at;
    while (start > from && isOfWord(text[start - 1])) start -= 1;
    let end = at + part.length;
    while (isOfWord(text[end])) end += 1;
    out += `${text.slice(from, start)}***`;
    from = end;
  }
  return out + text.slice(from);
}

function isOfWord(character = ''): boolean {
  return /[\p{L}\p{N}_]/u.test(character);
}

function spellings(value: string): string[] {
  const sql = value.replaceAll("'", "''");
  const bytes = Buffer.from(value);
  // In the middle of a longer text base64 is shifted by up to two bytes; groups that hold others' bytes are left out.
  const base64 = [0, 1, 2]
    .map((shift) => {
      const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
      return text.slice(shift === 0 ? 0 : 4, Math.floor((shift + bytes.length) / 3) * 4);
    })
    .filter((text) => text.length >= 8);
  const hex = bytes.toString('hex');
  return [
    ...new Set([
      value,
      ...percentSpellings(value),
      ...jsonSpellings(value),
      sql,
      sql.replaceAll('\\', '\\\\'),
      ...base64,
      ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
      hex,
      hex.toUpperCase(),
    ]),
  ];
}

function percentSpellings(value: string): string[] {
  const url = new URL('http://host');
  url.password = value;
  const encoded = percentEncoded(value);
  const form = new URLSearchParams({ '': value }).toString().slice(1);
  const spelled = [
    encoded,
    // RFC 3986's reserved characters too, which encodeURIComponent leaves.
    encoded.replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`),
    form,
    form.replaceAll('+', '%20'),
    url.password,
  ];
  return spelled.flatMap((text) => [text, text.replaceAll(/%[\dA-F]{2}/g, (one) => one.toLowerCase())]);
}

/** What writers of JSON escape beside what they must: for HTML, or all that isn't ASCII. */
const escapedToo = [/[<>&\u2028\u2029]/g, /[^ -~]/g, /[<>&'+`]|[^ -~]/g];

function jsonSpellings(value: string): string[] {
  const json = jsonEncoded(value);
  const escaped = escapedToo.flatMap((characters) => {
    const lower = json.replaceAll(characters, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
    return [lower, lower.replaceAll(/\\u[\da-f]{4}/g, (one) => `\\u${one.slice(2).toUpperCase()}`)];
  });
  // Twice: a line of JSON in a text of JSON.
  return [json, jsonEncoded(json), ...escaped].flatMap((text) => [text, text.replaceAll('/', '\\/')]);
}

function jsonEncoded(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

/** Half a surrogate pair has no encoding. */
function percentEncoded(value: string): string {
  return encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, '\ufffd'));
}
