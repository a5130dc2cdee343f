// Lines of JSON out of a stream of bytes that may be cut anywhere, within a character too. Pure.

export interface LineReader {
  /** The lines that these bytes complete, parsed; `undefined` stands for a line that is no JSON. */
  read(bytes: Buffer): readonly unknown[];
}

/**
 * A reader of newline-delimited JSON; a line longer than `limitBytes` is an error, since it may have no end.
 *
 * @example
 * createLineReader(1_000_000).read(Buffer.from('{"a":1}\n{"b"')); // [{ a: 1 }]
 */
export function createLineReader(limitBytes: number): LineReader {
  let pieces: Buffer[] = [];
  let lengthBytes = 0;
  return {
    read: (bytes) => {
      const values: unknown[] = [];
      let from = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
        const line = Buffer.concat([...pieces, bytes.subarray(from, end)]);
        pieces = [];
        lengthBytes = 0;
        from = end + 1;
        const text = line.toString('utf8').trim();
        if (text !== '') values.push(parsed(text));
      }
      const rest = bytes.subarray(from);
      lengthBytes += rest.length;
      if (lengthBytes > limitBytes) throw new Error(`a line of more than ${limitBytes} bytes`);
      if (rest.length > 0) pieces.push(rest);
      return values;
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
