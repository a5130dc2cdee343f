// What pg_dump writes at the beginning and at the end of its files. Pure.
// https://github.com/postgres/postgres/blob/REL_18_STABLE/src/bin/pg_dump/pg_backup_archiver.c (ReadHead)

const magic = Buffer.from('PGDMP');
/** The header of the first file in a tar, toc.dat, before its content. */
const tarBlock = 512;

/** Format custom, the table of contents of format directory, or a tar that begins with it. */
export function isArchive(head: Buffer): boolean {
  return archiveIn(head) !== undefined;
}

function archiveIn(head: Buffer): Buffer | undefined {
  if (startsWith(head, magic)) return head;
  const isTar = head.subarray(0, 7).toString('latin1') === 'toc.dat' && startsWith(head.subarray(tarBlock), magic);
  return isTar ? head.subarray(tarBlock) : undefined;
}

function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.subarray(0, start.length).equals(start);
}

/** The database that an archive says it is of; undefined where it can't be read from it. */
export function archivedDatabase(head: Buffer): string | undefined {
  const archive = archiveIn(head);
  if (archive === undefined) return undefined;
  const [major = 0, minor = 0, , integerBytes = 0] = archive.subarray(magic.length);
  const version = major * 256 + minor;
  // Sizes of an integer and of an offset, the format.
  let at = magic.length + 6;
  const integer = () => {
    const isNegative = archive[at] === 1;
    let value = 0;
    for (let index = integerBytes; index > 0; index -= 1) value = value * 256 + (archive[at + index] ?? 0);
    at += 1 + integerBytes;
    return isNegative ? -value : value;
  };
  // Until 1.14 the compression is an integer, since then a byte.
  if (version >= 0x010f) at += 1;
  else integer();
  // Second, minute, hour, day, month, year, daylight saving.
  for (let field = 0; field < 7; field += 1) integer();
  const length = integer();
  if (major !== 1 || integerBytes !== 4 || length < 1 || length > 1_000 || at + length > archive.length)
    return undefined;
  return archive.subarray(at, at + length).toString('utf8');
}

/** Format plain, from its first comment to its last. */
export function isWholeScript(head: Buffer, tail: Buffer): boolean {
  return (
    /^--\n-- PostgreSQL database dump\n--/m.test(head.subarray(0, 4_000).toString('utf8').replaceAll('\r', '')) &&
    /^-- PostgreSQL database dump complete$/m.test(tail.subarray(-4_000).toString('utf8').replaceAll('\r', ''))
  );
}

/** An archive in one file ends with what ends its last part: of a tar two empty blocks, of format custom an empty chunk. */
export function endsWhole(head: Buffer, tail: Buffer): boolean {
  const zeros = startsWith(head, magic) ? 5 : 2 * tarBlock;
  return tail.length >= zeros && tail.subarray(-zeros).every((byte) => byte === 0);
}
