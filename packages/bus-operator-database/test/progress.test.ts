import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createProgressLine } from '../src/progress.ts';

function draw(isTTY: boolean, isWanted: boolean) {
  let at = 0;
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 40 });
  const line = createProgressLine(stream, { isWanted, now: () => at });
  for (let done = 0; done < 100; done += 1) {
    line.onProgress({ phase: 'creating databases', done, total: 100, detail: `bus_${done}\u001b[2J\u202e` });
    at += 20;
  }
  line.clear();
  line.clear();
  return String(stream.read() ?? '');
}

describe('createProgressLine', () => {
  it('draws one line, at most ten times a second, and takes it away', () => {
    const drawn = draw(true, true).split('\r\u001b[2K');
    // 2 seconds: 20 drawings, one removal, and the empty beginning.
    expect(drawn).toHaveLength(22);
    expect(drawn[2]).toBe('creating databases 5 of 100, bus_5\\u001');
    expect(drawn.at(-1)).toBe('');
    expect(drawn.join('')).not.toMatch(/\p{C}/u);
  });

  it('draws nothing where nobody watches or nobody wants it', () => {
    expect(draw(false, true)).toBe('');
    expect(draw(true, false)).toBe('');
  });
});
