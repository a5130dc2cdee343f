// A server-sent-event stream as events: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream

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
 * @example
 * for await (const { event, data } of readEvents(answer.body)) console.log(event, JSON.parse(data));
 */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    if (text.length > longestEventCharacters) throw new Error('an event without an end');
    for (const block of blocks) {
      const event = readEvent(block);
      if (event !== undefined) yield event;
    }
  }
}

function readEvent(block: string): StreamEvent | undefined {
  const fields = block.split('\n').map((line) => /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []);
  const valuesOf = (name: string) => fields.flatMap(([, field, value = '']) => (field === name ? [value] : []));
  const data = valuesOf('data');
  if (data.length === 0) return undefined;
  const id = valuesOf('id').at(-1);
  return {
    id: id === undefined ? undefined : Number(id),
    event: valuesOf('event').at(-1) ?? 'message',
    data: data.join('\n'),
  };
}
