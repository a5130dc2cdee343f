// The mark is a whole line of a comment, whatever stands beside it and whichever line ends were used.
import type { Scenario } from './scenario.ts';

const app = { databases: ['app'], serviceRole: 'app_service' } as const;

export const scenarios: readonly Scenario[] = [
  {
    name: 'mark among other lines, with carriage returns',
    earlier: app,
    desired: app,
    start: [
      { sql: `COMMENT ON DATABASE app IS E'the shop\\r\\nbus-deployment=example-dev\\r\\nmore'` },
      { sql: `COMMENT ON ROLE app_service IS E'bus-deployment=example-dev\\r\\nthe shop'` },
    ],
    rounds: [{ steps: [] }],
  },
  {
    name: 'mark as a part of a line',
    earlier: app,
    desired: app,
    start: [{ sql: `COMMENT ON DATABASE app IS 'was bus-deployment=example-dev'` }],
    rounds: [{ refused: { errorClass: 'not-ours', codes: ['not-ours'], remedies: [/--adopt\b/] }, steps: [] }],
  },
  {
    name: 'mark of a deployment whose name begins like ours',
    earlier: app,
    desired: app,
    start: [{ sql: `COMMENT ON DATABASE app IS 'bus-deployment=example-dev-2'` }],
    rounds: [
      { refused: { errorClass: 'not-ours', codes: ['not-ours'], remedies: [/--adopt-from example-dev-2/] }, steps: [] },
    ],
  },
];
