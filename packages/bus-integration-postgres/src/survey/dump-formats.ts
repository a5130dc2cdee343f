// What pg_dump writes at the beginning and at the end of its files. Pure.
// https://github.com/postgres/postgres/blob/REL_18_STABLE/src/bin/pg_dump/pg_backup_archiver.c (ReadHead)

const magic = Buffer.from('PGDMP');
/** The header of the first file in a tar, toc.dat, before its content. */
const tarBlock = 512;

/** Where an archive begins: format custom, the table of contents of format directory, or a tar that begins with it. */
export function archiveAt(head: Buffer): number | undefined {
  if (startsWith(head, magic)) return 0;
  const isTar = head.subarray(0, 7).toString('latin1') === 'toc.dat' && startsWith(head.subarray(tarBlock), magic);
  return isTar ? tarBlock : undefined;
}

function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.subarray(0, start.length).equals(start);
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
