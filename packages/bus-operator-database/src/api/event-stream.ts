// A server-sent-event stream as events: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
import { createParser } from 'eventsource-parser';

export interface StreamEvent {
  readonly id: number | undefined;
  readonly event: string;
  readonly data: string;
}

/** Past this, what comes is no stream of ours. */
const longestEventCharacters = 64 * 1024 * 1024;

/**
 * The events of a stream; what is cut off at its end is none.
 *
 * @param longest of an event, in characters
 * @throws Error for an event that is longer
 * @example
 * for await (const { event, data } of readEvents(answer.body)) console.log(event, JSON.parse(data));
 */
export async function* readEvents(
  body: AsyncIterable<Uint8Array>,
  longest = longestEventCharacters,
): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  const events: StreamEvent[] = [];
  let unfinished = 0;
  const isRead = () => {
    unfinished = 0;
  };
  const parser = createParser({
    onEvent: ({ id, event = 'message', data }) => {
      isRead();
      events.push({ id: id === undefined ? undefined : Number(id), event, data });
    },
    onComment: isRead,
  });
  for await (const chunk of body) {
    const text = decoder.decode(chunk, { stream: true });
    unfinished += text.length;
    parser.feed(text);
    if (unfinished > longest) throw new Error('an event without an end');
    yield* events.splice(0);
  }
}
