// One live line on a terminal's stderr, redrawn at most ten times a second and gone at the end; elsewhere nothing.
import { type Progress, printable } from 'bus-integration-database';
import type { Stream } from './surroundings.ts';

export interface ProgressLine {
  readonly onProgress: (progress: Progress) => void;
  /** Takes the line away; more may follow. */
  readonly clear: () => void;
}

const redrawMs = 100;

/**
 * The live line of a run.
 *
 * @example
 * const line = createProgressLine(process.stderr, { isWanted: !flags.isQuiet });
 * line.onProgress({ phase: 'creating databases', done: 37, total: 100, detail: 'bus_0037' });
 */
export function createProgressLine(
  stream: Stream,
  { isWanted, now = () => performance.now() }: { isWanted: boolean; now?: () => number },
): ProgressLine {
  if (!isWanted || stream.isTTY !== true) return { onProgress: () => {}, clear: () => {} };
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  return {
    onProgress: (progress) => {
      const at = now();
      if (at - drawnAt < redrawMs) return;
      drawnAt = at;
      isDrawn = true;
      // One column stays free: a full line would wrap, and its first half could not be taken away.
      stream.write(`\r\u001b[2K${progressText(progress).slice(0, Math.max(10, (stream.columns || 80) - 1))}`);
    },
    clear: () => {
      if (isDrawn) stream.write('\r\u001b[2K');
      isDrawn = false;
    },
  };
}

/** `creating databases 37 of 100, bus_0037`. */
function progressText({ phase, done, total, detail }: Progress): string {
  const count = total > 1 ? ` ${done} of ${total}` : '';
  return `${printable(phase)}${count}${detail === undefined ? '' : `, ${printable(detail)}`}`;
}
