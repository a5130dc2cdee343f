// Where an events API is, from any form in which its address is written. Pure.
import { OperationError } from '../../contract/errors.ts';

const eventsPath = '/api/v1/events';

/**
 * The address that events are published to; `/stream` under it is what they are read from. A path that already ends in
 * `/api/v1/events` is used as it is.
 *
 * @throws OperationError `invalid-request`
 * @example
 * eventsUrl('http://127.0.0.1:8081/local/v1').href; // 'http://127.0.0.1:8081/local/v1/api/v1/events'
 */
export function eventsUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw refusal('is not an http or https address');
  if (url.username !== '' || url.password !== '') throw refusal('holds credentials, which belong into a token file');
  if (url.search !== '' || url.hash !== '') throw refusal('has a query or a fragment');
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(eventsPath) ? path : path + eventsPath;
  return url;
}

function refusal(why: string): OperationError {
  return new OperationError('invalid-request', `the events API's address ${why}`, {
    target: 'BUS_EVENTS_API_URL',
    remedy: 'write it like BUS_EVENTS_API_URL=http://127.0.0.1:8081',
  });
}
