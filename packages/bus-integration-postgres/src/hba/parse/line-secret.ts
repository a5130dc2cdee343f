// Keeps what a pg_hba.conf must hold in plaintext (an LDAP bind password, RADIUS secrets) out of everything that is shown.

const secretOptions = ['ldapbindpasswd', 'radiussecrets'];
/** As the names stand in a line, in which a quotation mark may stand anywhere. */
const namesInLine = new RegExp(secretOptions.map((name) => [...name].join('"*')).join('|'));
const masked = '********';

/** The line up to such an option's name; without one, all of it. */
export function withoutSecrets(line: string): string {
  const at = line.includes('=') ? line.search(namesInLine) : -1;
  return at < 0 ? line : `${line.slice(0, at)}${masked}`;
}

/** The option's value, or a mask. */
export function shownHbaValue(name: string, value: string): string {
  return secretOptions.includes(name) ? masked : value;
}
