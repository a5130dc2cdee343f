// A response as JSON that a terminal may show. Leaves nothing out and adds nothing.
import type { Response } from 'bus-integration-database';

/** Names with control or bidirectional characters in them stand there as escapes. */
export function jsonText(response: Response): string {
  const escaped = (character: string) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('');
  return `${JSON.stringify(response, null, 2).replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, escaped)}\n`;
}
