import { expect, test } from 'vitest';
import { readEvents, type StreamEvent } from '../../src/api/event-stream.ts';

async function eventsOf(chunks: readonly (string | Uint8Array)[], longest?: number): Promise<StreamEvent[]> {
  async function* body() {
    for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
  }
  const events: StreamEvent[] = [];
  for await (const event of readEvents(body(), longest)) events.push(event);
  return events;
}

const stream = ['id: 1', 'event: step', 'data: {"a":1}', '', ': still there', '', 'data: two', 'data: lines', '', ''];
const expected = [
  { id: 1, event: 'step', data: '{"a":1}' },
  { id: undefined, event: 'message', data: 'two\nlines' },
];

test.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
])('events of a stream whose lines end with %s, wherever it is cut', async (_, end) => {
  // The last CR alone may be the half of a CRLF.
  const text = `${stream.join(end)}${end === '\r' ? '\r:' : ''}`;
  expect(await eventsOf([text])).toEqual(expected);
  expect(await eventsOf([...text])).toEqual(expected);
});

test('a character in two chunks, a byte order mark, and an event that is cut off', async () => {
  const bytes = new TextEncoder().encode('\uFEFFdata: Größe\n\ndata: never finished');
  const half = bytes.indexOf(0xc3) + 1;
  expect(await eventsOf([bytes.slice(0, half), bytes.slice(half)])).toEqual([
    { id: undefined, event: 'message', data: 'Größe' },
  ]);
});

test('an event without an end is refused, many events and comments are not', async () => {
  const endless = Array.from({ length: 20 }, () => 'data: 0123456789\n');
  await expect(eventsOf(endless, 100)).rejects.toThrow('an event without an end');
  expect(await eventsOf(Array(20).fill('data: 0123456789\n\n'), 100)).toHaveLength(20);
  expect(await eventsOf(Array(20).fill(': still there\n\n'), 100)).toEqual([]);
});
