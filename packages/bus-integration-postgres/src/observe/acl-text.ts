// Access control lists as PostgreSQL writes them: `{owner=arwd/owner,"\"odd name\"=r*/owner",=r/owner}`. Pure.
// https://www.postgresql.org/docs/current/ddl-priv.html#PRIVILEGE-ABBREVS-TABLE
import { type RowShape, refuseShape, text } from '../connection/session/shape.ts';
import type { AclEntry } from './acl-entry.ts';

const words: Readonly<Record<string, string>> = {
  r: 'SELECT',
  a: 'INSERT',
  w: 'UPDATE',
  d: 'DELETE',
  D: 'TRUNCATE',
  x: 'REFERENCES',
  t: 'TRIGGER',
  m: 'MAINTAIN',
  X: 'EXECUTE',
  U: 'USAGE',
  C: 'CREATE',
  c: 'CONNECT',
  T: 'TEMPORARY',
  s: 'SET',
  A: 'ALTER SYSTEM',
};

/** Elements of an array: bare, or in quotes with what is special in them behind a backslash. */
const element = /(?:"((?:[^"\\]|\\.)*)"|([^",{}\\]+))(,|$)/suy;
/** A name is bare, or in double quotes; nothing before the sign is PUBLIC. */
const item = /^("(?:[^"]|"")+"|[^"=/]*)=([A-Za-z*]*)\/("(?:[^"]|"")+"|[^"=/]+)$/su;

/** Each list by its text: there are few, and many things have the same. */
const known = new Map<string, readonly AclEntry[]>();
const mostKnown = 500;

/** A list's entries: those of one grantee by one grantor in the order of the privileges' names. */
export const aclText: RowShape<readonly AclEntry[]> = (value) => {
  const written = text(value);
  const found = known.get(written);
  if (found !== undefined) return found;
  const entries = elementsOf(written).flatMap(entriesOf);
  if (known.size >= mostKnown) known.clear();
  known.set(written, entries);
  return entries;
};

function elementsOf(written: string): string[] {
  if (!written.startsWith('{') || !written.endsWith('}')) return refuse(written);
  const inner = written.slice(1, -1);
  const found: string[] = [];
  for (let at = 0; at < inner.length; ) {
    element.lastIndex = at;
    const [whole, quoted, bare = '', end] = element.exec(inner) ?? [];
    if (whole === undefined) return refuse(written);
    found.push(quoted === undefined ? bare : quoted.replaceAll(/\\(.)/gsu, '$1'));
    at += whole.length;
    if (end === ',' && at === inner.length) return refuse(written);
  }
  return found;
}

function entriesOf(written: string): AclEntry[] {
  const [, grantee, letters = '', grantor] = item.exec(written) ?? [];
  if (grantee === undefined || grantor === undefined) return refuse(written);
  const held = { grantee: grantee === '' ? null : nameOf(grantee), grantor: nameOf(grantor) };
  const entries = [...letters.matchAll(/(.)(\*?)/gsu)].map(([, letter = '', option]) => {
    const privilege = Object.hasOwn(words, letter) ? words[letter] : undefined;
    return privilege === undefined ? refuse(written) : { ...held, privilege, isGrantable: option === '*' };
  });
  return entries.sort((one, other) => (one.privilege < other.privilege ? -1 : 1));
}

function nameOf(written: string): string {
  return written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written;
}

function refuse(written: string): never {
  return refuseShape(written, 'an access control list');
}
