// How a secret may be spelled in a text, and the texts without it. Pure.

/** A spelling of a secret, and what is shown in its place. */
export interface Form {
  readonly secret: string;
  readonly text: string;
  readonly shown: string;
}

/** No name, number or word is so by chance. */
export function isUnmistakable(value: string): boolean {
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d]/u].filter((kind) => kind.test(value)).length;
  return (value.length >= 8 && kinds >= 3) || (value.length >= 16 && kinds >= 2);
}

/** Every spelling, wherever it stands. */
export function everywhere(secret: string): Form[] {
  return spellings(secret).map((text) => ({ secret, text, shown: '***' }));
}

/** Only `PASSWORD '…'`, `password=…`, `:…@`: for what could as well be a name. */
export function wherePasswordsStand(secret: string): Form[] {
  const sql = secret.replaceAll("'", "''");
  return [
    [`PASSWORD '${sql}'`, "PASSWORD '***'"],
    [`password '${sql}'`, "password '***'"],
    [`password=${secret}`, 'password=***'],
    [`password='${sql}'`, "password='***'"],
    [`:${percentEncoded(secret)}@`, ':***@'],
    [`:${secret}@`, ':***@'],
  ].map(([text = '', shown = '']) => ({ secret, text, shown }));
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
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return text.slice(shift === 0 ? 0 : 4, Math.floor((shift + bytes.length) / 3) * 4);
  });
  return [
    value,
    percentEncoded(value),
    // RFC 3986's reserved characters too, which encodeURIComponent leaves.
    percentEncoded(value).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`),
    JSON.stringify(value).slice(1, -1),
    sql,
    sql.replaceAll('\\', '\\\\'),
    ...base64.filter((text) => text.length >= 8),
    bytes.toString('hex'),
  ];
}

/** Half a surrogate pair has no encoding. */
function percentEncoded(value: string): string {
  return encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, '\ufffd'));
}
