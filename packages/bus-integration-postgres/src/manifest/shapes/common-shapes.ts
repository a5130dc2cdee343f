// Shapes that roles, databases and outputs share: names, limits, settings.
import { judgeName, type NamedKind } from 'bus-integration-database';
import { type ManifestShape, named, seen, text } from 'bus-integration-database/manifest';
import { postgresNames } from '../../text/names.ts';
import { settingsShape } from './settings.ts';

export const names = { minLength: 1, maxLength: postgresNames.maxBytes };

export function nameOf(kind: NamedKind) {
  return (name: string) => judgeName(kind, name, postgresNames);
}

/** A name that has to be declared somewhere else in the file. */
function reference(kind: NamedKind) {
  return text({ expected: `the name of a ${kind}`, schema: names });
}

export const role = reference('role');
export const database = reference('database');
export const schema = text({ expected: 'the name of a schema', fault: nameOf('schema'), code: 'name', schema: names });

/** -1 means the same to the server; here it would look like a slip. */
const limit: ManifestShape<number | 'unlimited'> = {
  expected: 'a whole number from 0, or unlimited',
  takes: ({ kind }) => kind === 'number' || kind === 'text',
  read: (node, problems) => {
    const { source } = node.kind === 'map' || node.kind === 'list' ? { source: '' } : node;
    if (source === 'unlimited') return source;
    const number = /^\d{1,10}$/.test(source) ? Number(source) : Number.NaN;
    const isRight = number <= 2_147_483_647;
    if (isRight && node.kind === 'number') return number;
    const instead = isRight ? String(number) : source === '-1' ? 'unlimited' : undefined;
    problems.report(node, 'type', `${seen(node)}, expected ${instead ?? limit.expected}`, instead);
    return undefined;
  },
  merge: (_, own) => own,
  schema: { anyOf: [{ type: 'integer', minimum: 0, maximum: 2_147_483_647 }, { const: 'unlimited' }] },
};
export const connections = {
  shape: limit,
  text: 'CONNECTION LIMIT: how many connections at once. Not named: left as it is.',
};
export const settings = {
  shape: named('settings', settingsShape),
  text: 'Settings that new sessions start with (ALTER … SET): 30s, 64MB, on, [a, b]. Settings that are not named are left as they are.',
};
