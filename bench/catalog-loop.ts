// What a plan reads, as a bare loop of `pg` over kept connections: the most that a server could answer of it.
import { Client } from 'pg';
import { deploymentId } from './workload.ts';

/** As many as a serving surface reads at once. */
export const loops = 4;
const roundMs = 4_000;

type Statement = readonly [text: string, values: unknown[]];

export interface Statements {
  readonly dsn: string;
  readonly survey: readonly Statement[];
  readonly inside: Statement;
  readonly databases: readonly string[];
}

/** What a plan asks of the server: the provider's own queries. */
export async function statementsOf(dsn: string, databases: readonly string[], withSizes = false): Promise<Statements> {
  const [cluster, database] = await Promise.all([
    import('../packages/bus-integration-postgres/src/sql/cluster.ts'),
    import('../packages/bus-integration-postgres/src/sql/database.ts'),
  ]);
  const roles = ['shop_service'];
  return {
    dsn,
    survey: [
      ['BEGIN READ ONLY', []],
      [cluster.clusterQuery(180000), [roles, databases, `bus-deployment=${deploymentId}`, withSizes]],
      [cluster.systemIdentifierQuery, []],
      [cluster.verifierQuery, [roles]],
      ['COMMIT', []],
    ],
    inside: [database.insideQuery, [['public']]],
    databases,
  };
}

/** Rounds of those reads a second, over kept connections and nothing else. */
export async function bareLoop(
  { dsn, survey, inside, databases }: Statements,
  laneCount: number = loops,
): Promise<number> {
  const open = async (database: string) => {
    const client = new Client({ connectionString: dsn.replace(/[^/]*$/, database), ssl: false });
    await client.connect();
    return client;
  };
  // As many as the worker keeps with four plans at once: each has one for the cluster and one in every database.
  const lanes = await Promise.all(
    Array.from({ length: laneCount }, async () => ({
      main: await open('postgres'),
      inner: await Promise.all(databases.map(open)),
    })),
  );
  const rate = await perSecond(laneCount, async (lane) => {
    const own = lanes[lane];
    if (own === undefined) return;
    for (const [text, values] of survey) await own.main.query(text, values);
    await Promise.all(own.inner.map((client) => client.query(inside[0], inside[1])));
  });
  await Promise.all(lanes.flatMap(({ main, inner }) => [main, ...inner]).map((client) => client.end()));
  return rate;
}

/** How often `once` ended a second, in lanes side by side, after half a second to warm up. */
export async function perSecond(lanes: number, once: (lane: number, index: number) => Promise<void>): Promise<number> {
  let count = 0;
  const run = async (untilMs: number) => {
    await Promise.all(
      Array.from({ length: lanes }, async (_, lane) => {
        for (let index = 0; performance.now() < untilMs; index += 1) {
          await once(lane, index);
          count += 1;
        }
      }),
    );
  };
  await run(performance.now() + 500);
  count = 0;
  const begun = performance.now();
  await run(begun + roundMs);
  return (count * 1_000) / (performance.now() - begun);
}
