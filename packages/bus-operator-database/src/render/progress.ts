// What a run says on stderr while it is at work: one live line on a terminal, redrawn at most ten times a second and gone
// at the end; elsewhere, as in a CI log, a line now and then.

import { masked, type Progress, printable, type Stream } from 'bus-integration-database';
import { timeText } from '../command-line/figures.ts';
import type { OperatorVerb } from '../command-line/flag-table.ts';

export interface ProgressLine {
  readonly onProgress: (progress: Progress) => void;
  /** Takes the live line away; more may follow. */
  readonly clear: () => void;
  /** Says nothing more. */
  readonly end: () => void;
}

export interface ProgressOptions {
  readonly verb: OperatorVerb;
  /** `auto`: the live line on a terminal that can draw one, lines elsewhere; `plain`: lines; `none`. */
  readonly how: 'auto' | 'plain' | 'none';
  /** The terminal takes no escape sequences. Default: false. */
  readonly isDumb?: boolean;
  /** Milliseconds from one line to the next. Default: 10 000. */
  readonly everyMs?: number | undefined;
  readonly now?: () => number;
}

const redrawMs = 100;
const lineEveryMs = 10_000;

/**
 * The progress of a run; `end` is to be called when it has ended.
 *
 * @example
 * const line = createProgress(process.stderr, { verb: 'apply', how: 'auto' });
 * line.onProgress({ phase: 'creating databases', done: 37, total: 100, detail: 'bus_0037' });
 * line.end();
 */
export function createProgress(stream: Stream, options: ProgressOptions): ProgressLine {
  if (options.how === 'none') return { onProgress: () => {}, clear: () => {}, end: () => {} };
  const isLive = options.how === 'auto' && stream.isTTY === true && options.isDumb !== true;
  return isLive ? liveLine(stream, options) : plainLines(stream, options);
}

function liveLine(stream: Stream, { now = () => performance.now() }: ProgressOptions): ProgressLine {
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  const clear = () => {
    if (isDrawn) stream.write('\r\u001b[2K');
    isDrawn = false;
  };
  return {
    onProgress: (progress) => {
      const at = now();
      if (at - drawnAt < redrawMs) return;
      drawnAt = at;
      isDrawn = true;
      // One column stays free: a full line would wrap, and its first half could not be taken away.
      stream.write(`\r\u001b[2K${progressText(progress).slice(0, Math.max(10, (stream.columns || 80) - 1))}`);
    },
    clear,
    end: clear,
  };
}

/** Whoever reads a log, or ends what is silent for long, sees that the run goes on, whatever it waits for. */
function plainLines(
  stream: Stream,
  { verb, everyMs = lineEveryMs, now = () => performance.now() }: ProgressOptions,
): ProgressLine {
  const startedAt = now();
  let last: Progress | undefined;
  const tell = () => {
    const what = last === undefined ? 'at work' : progressText(last);
    stream.write(masked(`bus operator database: ${verb} after ${timeText(now() - startedAt)}: ${what}\n`));
  };
  const timer = setInterval(tell, everyMs);
  timer.unref();
  return {
    onProgress: (progress) => {
      last = progress;
    },
    clear: () => {},
    end: () => clearInterval(timer),
  };
}

/** `creating databases 37 of 100, bus_0037`. */
function progressText({ phase, done, total, detail }: Progress): string {
  const count = total > 1 ? ` ${done} of ${total}` : '';
  return `${printable(phase)}${count}${detail === undefined ? '' : `, ${printable(detail)}`}`;
}
