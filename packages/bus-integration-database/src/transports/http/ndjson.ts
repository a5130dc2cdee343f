// Lines out of a stream of bytes that may be cut anywhere, within a character too. Judges no line's content.

export interface LineReader {
  /** The texts of the lines that these bytes complete, without empty ones. */
  read(bytes: Buffer): readonly string[];
}

/**
 * A reader of newline-delimited text; a line longer than `limitBytes`, which may have no end, is told of once and skipped.
 *
 * @example
 * createLineReader(1_000_000, () => {}).read(Buffer.from('{"a":1}\n{"b"')); // ['{"a":1}']
 */
export function createLineReader(limitBytes: number, onTooLong: () => void): LineReader {
  let pieces: Buffer[] = [];
  let lengthBytes = 0;
  const take = (piece: Buffer) => {
    const isKnown = lengthBytes > limitBytes;
    lengthBytes += piece.length;
    if (lengthBytes <= limitBytes) {
      pieces.push(piece);
      return;
    }
    pieces = [];
    if (!isKnown) onTooLong();
  };
  return {
    read: (bytes) => {
      const lines: string[] = [];
      let from = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
        take(bytes.subarray(from, end));
        const line = Buffer.concat(pieces).toString('utf8').trim();
        pieces = [];
        lengthBytes = 0;
        from = end + 1;
        if (line !== '') lines.push(line);
      }
      if (from < bytes.length) take(bytes.subarray(from));
      return lines;
    },
  };
}
