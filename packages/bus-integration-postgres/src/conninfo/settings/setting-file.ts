// Reads the small files in which libpq finds settings: all of a regular file at once, byte for byte.
// Judges neither its owner nor its mode, and never waits for somebody to write.
import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';

export interface SettingFile {
  /** Of the opened file itself, whatever has since happened to its name. */
  readonly status: Stats;
  /** One character for each byte, so that a comment in another encoding hurts nobody; none if it is not a regular file. */
  readonly lines: readonly string[];
}

/**
 * Reads the file, following symbolic links as libpq does; throws the system's own error when it can't be opened.
 *
 * @example
 * const { status, lines } = await readSettingFile('/home/ann/.pg_service.conf');
 */
export async function readSettingFile(path: string): Promise<SettingFile> {
  // Without O_NONBLOCK, opening a fifo would wait for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = await file.stat();
    return { status, lines: status.isFile() ? (await file.readFile('latin1')).split('\n') : [] };
  } finally {
    await file.close();
  }
}

/** The text of such bytes; undefined where they are not UTF-8, which are refused and never replaced by marks. */
export function decodeUtf8(bytes: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}

/** Text as it would stand in such a line. */
export function encodeUtf8(text: string): string {
  return Buffer.from(text).toString('latin1');
}
