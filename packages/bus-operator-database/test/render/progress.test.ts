import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgress, type ProgressOptions } from '../../src/render/progress.ts';

const terminal = { isTTY: true, columns: 40 };

/** What is written while 100 databases are made in 2 seconds, one every 20 ms. */
function written(stream: object, options: Partial<ProgressOptions>): string {
  let at = 0;
  const made = Object.assign(new PassThrough(), stream);
  const line = createProgress(made, { verb: 'apply', how: 'auto', now: () => at, ...options });
  for (let done = 0; done < 100; done += 1) {
    line.onProgress({ phase: 'creating databases', done, total: 100, detail: `bus_${done}\u001b[2J\u202e` });
    at += 20;
    vi.advanceTimersByTime(20);
  }
  line.clear();
  line.clear();
  line.end();
  vi.advanceTimersByTime(60_000);
  return String(made.read() ?? '');
}

describe('createProgress', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('draws one line after half a second, at most ten times a second, and takes it away', () => {
    const drawn = written(terminal, {}).split('\r\u001b[2K');
    // The last 1.5 of 2 seconds: 16 drawings, one removal, and the empty beginning.
    expect(drawn).toHaveLength(18);
    expect(drawn[1]).toBe('creating databases 24 of 100, bus_24\\u0');
    expect(drawn[6]).toBe('creating databases 49 of 100, about 2 s');
    expect(drawn.at(-1)).toBe('');
    expect(drawn.join('')).not.toMatch(/\p{C}/u);
  });

  it('tells a terminal that it is at work, also where nothing is told of, and what ends soon leaves it as it was', () => {
    const stream = Object.assign(new PassThrough(), terminal);
    const line = createProgress(stream, { verb: 'doctor', how: 'auto', now: () => Date.now() });
    vi.advanceTimersByTime(499);
    expect(stream.read()).toBe(null);
    vi.advanceTimersByTime(1_001);
    expect(String(stream.read()).split('\r\u001b[2K')).toEqual([
      '',
      'doctor: at work for 1 s',
      'doctor: at work for 2 s',
    ]);
    line.end();
    expect(String(stream.read())).toBe('\r\u001b[2K');
    vi.advanceTimersByTime(10_000);
    expect(stream.read()).toBe(null);
  });

  it('tells how long the rest of a phase takes, at the pace that it had', () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 200 });
    const line = createProgress(stream, { verb: 'apply', how: 'auto', now: () => Date.now() });
    const shown = (ms: number, phase: string, done: number) => {
      vi.advanceTimersByTime(ms);
      line.onProgress({ phase, done, total: 400 });
      return String(stream.read() ?? '')
        .split('\r\u001b[2K')
        .at(-1);
    };
    shown(0, 'creating databases', 1);
    expect(shown(9_900, 'creating databases', 2)).toBe('creating databases 2 of 400');
    expect(shown(100, 'creating databases', 101)).toBe('creating databases 101 of 400, about 30 s left in this phase');
    expect(shown(1_000, 'preparing databases', 1)).toBe('preparing databases 1 of 400');
    expect(shown(10_000, 'preparing databases', 5)).toBe(
      'preparing databases 5 of 400, about 17 min left in this phase',
    );
    line.end();
  });

  const lines = `bus operator database: apply after 1.0 s: creating databases 49 of 100, about 2 s left in this phase, bus_49\\u001b[2J\\u202e
bus operator database: apply after 2.0 s: creating databases 99 of 100, about 1 s left in this phase, bus_99\\u001b[2J\\u202e
`;

  it.each([
    ['in a log', {}, {}],
    ['on a terminal that draws nothing', terminal, { isDumb: true }],
    ['on a terminal, when asked to', terminal, { how: 'always' as const }],
  ])('writes a line now and then %s', (_, stream, options) => {
    expect(written(stream, { everyMs: 1_000, ...options })).toBe(lines);
  });

  it('writes one every 10 seconds at least, also where nothing is told of', () => {
    const stream = new PassThrough();
    const line = createProgress(stream, { verb: 'verify', how: 'auto', now: () => Date.now() });
    vi.advanceTimersByTime(9_999);
    expect(stream.read()).toBe(null);
    vi.advanceTimersByTime(20_001);
    expect(String(stream.read()).split('\n')).toEqual([
      'bus operator database: verify after 10.0 s: at work',
      'bus operator database: verify after 20.0 s: at work',
      'bus operator database: verify after 30.0 s: at work',
      '',
    ]);
    line.end();
  });

  it('writes nothing where nobody wants it', () => {
    for (const stream of [terminal, {}]) expect(written(stream, { how: 'never', everyMs: 10 })).toBe('');
  });
});
