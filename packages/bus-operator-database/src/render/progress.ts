// What a run says on stderr while it is at work: after half a second one live line on a terminal, redrawn at most ten times
// a second and gone at the end; elsewhere, as in a CI log, a line now and then.

import { masked, type ProcessContext, type Progress, printable, type Stream } from 'bus-integration-database';
import { timeText } from '../command-line/figures.ts';
import type { OperatorVerb } from '../command-line/flag-table.ts';
import type { Flags } from '../command-line/flags.ts';

export interface ProgressLine {
  readonly onProgress: (progress: Progress) => void;
  /** Takes the live line away; more may follow. */
  readonly clear: () => void;
  /** Says nothing more. */
  readonly end: () => void;
}

export interface ProgressOptions {
  readonly verb: OperatorVerb;
  /** `auto`: the live line on a terminal that can draw one, lines elsewhere; `always`: lines on a terminal too; `never`. */
  readonly how: 'auto' | 'always' | 'never';
  /** The terminal takes no escape sequences. Default: false. */
  readonly isDumb?: boolean;
  /** Milliseconds from one line to the next. Default: 10 000. */
  readonly everyMs?: number | undefined;
  readonly now?: () => number;
}

/** What ends sooner leaves a terminal as it was. */
const quietMs = 500;
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
  if (options.how === 'never') return { onProgress: () => {}, clear: () => {}, end: () => {} };
  const isLive = options.how === 'auto' && stream.isTTY === true && options.isDumb !== true;
  return isLive ? liveLine(stream, options) : plainLines(stream, options);
}

/** The progress of a verb, as its flags and its streams have it. */
export function progressLine(
  verb: OperatorVerb,
  { isQuiet, progress }: Pick<Flags, 'isQuiet' | 'progress'>,
  { stderr, env, progressEveryMs }: ProcessContext,
): ProgressLine {
  return createProgress(stderr, {
    verb,
    how: isQuiet ? 'never' : progress,
    isDumb: env.TERM === 'dumb',
    everyMs: progressEveryMs,
  });
}

function liveLine(stream: Stream, { verb, now = () => performance.now() }: ProgressOptions): ProgressLine {
  const startedAt = now();
  const pace = createPace(now);
  let drawnAt = Number.NEGATIVE_INFINITY;
  let drawn = '';
  let last: Progress | undefined;
  const clear = () => {
    if (drawn !== '') stream.write('\r\u001b[2K');
    drawn = '';
  };
  const draw = () => {
    const at = now();
    if (at - startedAt < quietMs || at - drawnAt < redrawMs) return;
    const text = last === undefined ? atWork(verb, at - startedAt) : progressText(last, pace.leftMs(last));
    // One column stays free: a full line would wrap, and its first half could not be taken away.
    const line = text.slice(0, Math.max(10, (stream.columns || 80) - 1));
    if (line === drawn) return;
    drawnAt = at;
    drawn = line;
    stream.write(`\r\u001b[2K${line}`);
  };
  const timer = setInterval(draw, redrawMs);
  timer.unref();
  return {
    onProgress: (progress) => {
      last = progress;
      pace.see(progress);
      draw();
    },
    clear,
    end: () => {
      clearInterval(timer);
      clear();
    },
  };
}

/** Whoever reads a log, or ends what is silent for long, sees that the run goes on, whatever it waits for. */
function plainLines(
  stream: Stream,
  { verb, everyMs = lineEveryMs, now = () => performance.now() }: ProgressOptions,
): ProgressLine {
  const startedAt = now();
  const pace = createPace(now);
  let last: Progress | undefined;
  const tell = () => {
    const what = last === undefined ? 'at work' : progressText(last, pace.leftMs(last));
    stream.write(masked(`bus operator database: ${verb} after ${timeText(now() - startedAt)}: ${what}\n`));
  };
  const timer = setInterval(tell, everyMs);
  timer.unref();
  return {
    onProgress: (progress) => {
      last = progress;
      pace.see(progress);
    },
    clear: () => {},
    end: () => clearInterval(timer),
  };
}

/** `creating databases 37 of 100, about 12 s left in this phase, bus_0037`. */
function progressText({ phase, done, total, detail }: Progress, leftMs: number | undefined): string {
  const count = total > 1 ? ` ${done} of ${total}` : '';
  const left = leftMs === undefined ? '' : `, about ${secondsText(leftMs)} left in this phase`;
  return `${printable(phase)}${count}${left}${detail === undefined ? '' : `, ${printable(detail)}`}`;
}

function atWork(verb: OperatorVerb, elapsedMs: number): string {
  return `${verb}: at work for ${secondsText(elapsedMs)}`;
}

/** How long the rest of a phase takes at the pace that it had so far; nothing is said of one that has just begun. */
function createPace(now: () => number) {
  let first: { readonly phase: string; readonly done: number; readonly at: number } | undefined;
  return {
    see: ({ phase, done }: Progress) => {
      if (first?.phase !== phase || done < first.done) first = { phase, done, at: now() };
    },
    leftMs: ({ done, total }: Progress): number | undefined => {
      if (first === undefined) return undefined;
      const [made, tookMs] = [done - first.done, now() - first.at];
      return made < fewestDone || tookMs < shortestPaceMs ? undefined : ((total - done) * tookMs) / made;
    },
  };
}

const fewestDone = 3;
const shortestPaceMs = 1_000;

function secondsText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 100 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
