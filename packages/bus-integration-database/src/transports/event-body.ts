// What the text of an event holds, as far as it is safe to walk: text that nests deeper than any request is not parsed as
// it is, since a few kilobytes of brackets would exhaust the stack of whatever walks them; nor is text that is longer. Pure.
import { requestEvent } from '../contract/events.ts';
import { cutDeeper, deepestLevels, nestsDeeper } from '../contract/json-depth.ts';
import { repeatedKey } from '../contract/json-keys.ts';
import type { Delivery } from './transport.ts';

/**
 * The body that a text is; undefined when it is not JSON. Of one that nests too deep or is too long only so much is there as
 * tells who asked, and for which deployment; of one that says a key twice it is said which.
 *
 * @example
 * readBody('{"name":"bus.database.plan.request"}', 'bus.database.plan.request'); // { body: { name: 'bus.database.plan.request' } }
 */
export function readBody(text: string, name: string): Pick<Delivery, 'body' | 'isTooDeep' | 'longest' | 'repeats'> {
  const longest = longestEvent(name);
  if (text.length > longest) {
    const head = cutDeeper(text, envelopeAndPayload);
    return { body: head.length > longestHead ? undefined : parsed(head), longest };
  }
  if (nestsDeeper(text, deepestLevels)) return { body: parsed(cutDeeper(text, envelopeAndPayload)), isTooDeep: true };
  const body = parsed(text);
  const repeats = body === undefined ? undefined : repeatedKey(text);
  return repeats === undefined ? { body } : { body, repeats };
}

const envelopeAndPayload = 2;
const longestHead = 64 * 1024;

/** Only an apply may hold a saved plan, which is long. */
function longestEvent(name: string): number {
  return (name === requestEvent('apply') ? 16 : 2) * 1024 * 1024;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
