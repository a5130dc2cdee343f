// What stands under the server's own names in schemas that a service shares, as it saw it. Pure.
import { type Check, type FilePair, printable } from 'bus-integration-database';
import type { Contents } from '../../../sql/verify/contents-query.ts';
import { mostTold } from '../../../text/bounded.ts';
import { shown } from '../../../text/shown.ts';

export function shadowChecks({ role, database }: FilePair, { shadows }: Contents): Check[] {
  if (shadows === null || shadows.count === 0) return [];
  const first = shadows.first.map(
    ({ schema, name, owner }) => `${shown(schema)}.${printable(name)} of ${shown(owner)}`,
  );
  const more = shadows.count > mostTold ? ` and ${shadows.count - mostTold} more` : '';
  return [
    {
      id: 'shadowed-name',
      kind: 'connectivity',
      result: 'fail',
      target: `${printable(role)}@${printable(database)}`,
      seen: `${shadows.count} of others' functions and operators have names of the server's own, so that ${shown(role)} may run them unknowingly: ${first.join(', ')}${more}`,
      remedy: 'look at each, and drop what is not meant: DROP FUNCTION or DROP OPERATOR, as its owner',
    },
  ];
}
