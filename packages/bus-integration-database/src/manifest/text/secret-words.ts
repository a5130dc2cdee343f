// What looks like a secret: keys by their names, values by their forms. Nothing of either is ever shown. Pure.
import { editDistance } from '../../text/edit-distance.ts';

const secretParts = ['password', 'passwd', 'passphrase', 'secret', 'credential', 'apikey', 'privatekey', 'token'];
const secretWords = ['pass', 'pw', 'pwd', 'psw', 'dsn', 'md5', 'scram'];

/**
 * Whether a key is one that secrets stand under, mistyped too.
 *
 * @example
 * isSecretKey('admin_password'); // true
 */
export function isSecretKey(key: string): boolean {
  const parts = key.toLowerCase().split(/[^a-z0-9]+/);
  const joined = parts.join('');
  if (secretParts.some((part) => joined.includes(part)) || parts.some((part) => secretWords.includes(part)))
    return true;
  return parts.some((part) => part.length > 5 && part.length < 12 && editDistance(part, 'password') <= 2);
}

/** A URL with a password, one in its query, `PASSWORD '…'` of SQL, a private key, a stored form of a password. */
const secretForms: readonly RegExp[] = [
  // Bounded, or a text made for it would take hours.
  /:\/\/[^\s/?#@:]{0,200}:[^\s@]{1,300}@/,
  /[?&;](?:password|passwd|pwd)=[^\s&]/i,
  /\bpassword\s{1,9}'[^']/i,
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY/,
  /\bSCRAM-SHA-256\$/i,
  /^md5[0-9a-f]{32}$/i,
  // Tokens of well-known services, JSON web tokens, and stored passwords as crypt(3) writes them.
  /\b(?:gh[opsur]_\w{20}|github_pat_\w{20}|glpat-[\w-]{20}|xox[abeoprs]-[\w-]{10}|AKIA[0-9A-Z]{16}|[sr]k_live_\w{16}|npm_\w{36})/,
  /\beyJ[\w-]{10,2000}\.eyJ[\w-]{4}/,
  /\bAGE-SECRET-KEY-1/,
  /\$(?:1|2[abxy]|5|6|7|y|gy|argon2(?:i|d|id)|scrypt)\$[^\s$]/,
];

/** `password=` counts where other keywords of a connection string stand too. */
const keyword = /\bpassword\s{0,9}=\s{0,9}\S/i;
const otherKeywords = /\b(?:host|hostaddr|port|user|dbname)\s{0,9}=/i;

/**
 * Whether a value holds a secret by its form, a connection string with a password above all.
 *
 * @example
 * holdsSecret('host=10.0.3.7 password=hunter2'); // true
 */
export function holdsSecret(value: string): boolean {
  if (value.length < 6) return false;
  return (keyword.test(value) && otherKeywords.test(value)) || secretForms.some((form) => form.test(value));
}

/**
 * From where on a line of a file may not be shown, as far as that can be told without reading the file as a whole.
 *
 * @example
 * secretStart('shop_app: {password: hunter2}'); // 21
 */
export function secretStart(line: string): number | undefined {
  const starts = secretForms.map((form) => line.search(form)).filter((start) => start >= 0);
  // NUL stands for what is hidden already, and a map is a role or a database of that name.
  for (const { 0: all, 1: key = '', index } of line.matchAll(
    /([A-Za-z][\w.-]{0,60})["']?\s{0,9}[:=]\s{0,9}(?=[^\s\0{])/g,
  )) {
    if (!isSecretKey(key)) continue;
    starts.push(index + all.length);
    break;
  }
  return starts.length === 0 ? undefined : Math.min(...starts);
}
