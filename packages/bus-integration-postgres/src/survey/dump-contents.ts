// What a dump holds, by its table of contents or, of format plain, by its statements: for which database, and of which
// tables the definition and the rows. Pure.
// https://github.com/postgres/postgres/blob/REL_18_STABLE/src/bin/pg_dump/pg_backup_archiver.c (ReadHead, ReadToc)

/** A table by schema and name, as one text. */
export type TableKey = string;

export interface DumpContents {
  readonly database: string | undefined;
  /** Tables whose definition is in it. */
  readonly defined: ReadonlySet<TableKey>;
  /** Tables whose rows are in it. */
  readonly filled: ReadonlySet<TableKey>;
  /** Files beside the table of contents that hold rows. */
  readonly files: readonly string[];
}

export function tableKey(schema: string, name: string): TableKey {
  return JSON.stringify([schema, name]);
}

const magic = Buffer.from('PGDMP');
const [custom, files] = [1, 5];

/**
 * The contents of an archive; undefined where it is none that can be read whole, or its table of contents is cut off.
 *
 * @param archive from `PGDMP` on, with all of its table of contents
 */
export function archiveContents(archive: Buffer): DumpContents | undefined {
  try {
    return read(archive);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function read(archive: Buffer): DumpContents | undefined {
  if (!archive.subarray(0, magic.length).equals(magic)) return undefined;
  const [major = 0, minor = 0, , integerBytes = 0, offsetBytes = 0, format = 0] = archive.subarray(magic.length);
  // pg_dump 9.0 and newer.
  if (major !== 1 || minor < 12 || minor > 40 || integerBytes !== 4) return undefined;
  const reader = createReader(archive, magic.length + 6);
  // Until 1.14 the compression is an integer, since then a byte.
  if (minor >= 15) reader.byte();
  else reader.integer();
  // Second, minute, hour, day, month, year, daylight saving.
  for (let field = 0; field < 7; field += 1) reader.integer();
  const database = reader.text();
  // The versions of the server and of pg_dump.
  reader.text();
  reader.text();
  const [defined, filled, beside] = [new Set<TableKey>(), new Set<TableKey>(), [] as string[]];
  for (let entries = reader.integer(); entries > 0; entries -= 1) {
    reader.integer();
    const hasRows = reader.integer() !== 0;
    reader.text();
    reader.text();
    const [name, kind] = [reader.text(), reader.text()];
    reader.integer();
    // Definition, statement that drops it, COPY statement.
    for (let text = 0; text < 3; text += 1) reader.text();
    const schema = reader.text();
    reader.text();
    if (minor >= 14) reader.text();
    if (minor >= 16) reader.integer();
    reader.text();
    reader.text();
    while (reader.text() !== undefined);
    const file = format === custom ? reader.skip(1 + offsetBytes) : reader.text();
    if (name === undefined || schema === undefined) continue;
    if (kind === 'TABLE') defined.add(tableKey(schema, name));
    if (kind !== 'TABLE DATA' || !hasRows) continue;
    filled.add(tableKey(schema, name));
    if (format === files && file) beside.push(file);
  }
  return { database, defined, filled, files: beside };
}

function createReader(bytes: Buffer, start: number) {
  let at = start;
  const byte = () => bytes.readUInt8(at++);
  const integer = () => {
    const isNegative = byte() === 1;
    const value = bytes.readUInt32LE(at);
    at += 4;
    return isNegative ? -value : value;
  };
  return {
    byte,
    integer,
    /** Undefined for what is absent. */
    text: () => {
      const length = integer();
      if (length < 0) return undefined;
      if (at + length > bytes.length) throw new RangeError('cut off');
      at += length;
      return bytes.toString('utf8', at - length, at);
    },
    skip: (count: number): undefined => {
      at += count;
    },
  };
}

/** Collects the contents of a dump of format plain, line by line. */
export function createScriptReader() {
  const [defined, filled] = [new Set<TableKey>(), new Set<TableKey>()];
  let [database, isInRows, hasConnected]: [string | undefined, boolean, boolean] = [undefined, false, false];
  return {
    line: (line: string) => {
      if (isInRows) {
        isInRows = line !== '\\.';
        return;
      }
      const connected = connectedIn(line);
      if (connected !== undefined) {
        // Of several databases it is none of one.
        database = hasConnected && database !== connected ? undefined : connected;
        hasConnected = true;
      }
      const table = /^CREATE (?:UNLOGGED )?TABLE (.*) \($/.exec(line)?.[1];
      const copied = /^COPY (.*?) \(.*\) FROM stdin;$/.exec(line)?.[1] ?? /^COPY (\S+) +FROM stdin;$/.exec(line)?.[1];
      const [made, rows] = [table, copied].map((name) => (name === undefined ? undefined : keyIn(name)));
      if (made !== undefined) defined.add(made);
      if (copied === undefined) return;
      isInRows = true;
      if (rows !== undefined) filled.add(rows);
    },
    contents: (): DumpContents => ({ database, defined, filled, files: [] }),
  };
}

/** https://www.postgresql.org/docs/current/app-psql.html: a name that is not plain stands in a connection string. */
function connectedIn(line: string): string | undefined {
  const plain = /^\\connect ([\w.]+)$/.exec(line)?.[1];
  if (plain !== undefined) return plain;
  const quoted = /^\\connect -reuse-previous=on "dbname=(.*)"$/.exec(line)?.[1]?.replaceAll('""', '"');
  const inner = quoted === undefined ? undefined : (/^'(.*)'$/.exec(quoted)?.[1] ?? quoted);
  return inner?.replace(/\\(.)/g, '$1');
}

function keyIn(name: string): TableKey | undefined {
  const part = '(?:"((?:[^"]|"")+)"|([^".]+))';
  const [, quotedSchema, schema, quotedTable, table] = new RegExp(`^${part}\\.${part}$`).exec(name) ?? [];
  const [one, other] = [quotedSchema?.replaceAll('""', '"') ?? schema, quotedTable?.replaceAll('""', '"') ?? table];
  return one === undefined || other === undefined ? undefined : tableKey(one, other);
}
