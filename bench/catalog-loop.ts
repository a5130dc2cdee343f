// What a plan reads, as a bare loop of `pg` over kept connections: the most that a server could answer of it.
import { Client } from 'pg';
import { deploymentId } from './workload.ts';

/** One more than a serving surface reads at once. */
export const loops = 4;
const roundMs = 4_000;
const warmUpMs = 1_000;

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
    import('../packages/bus-integration-postgres/src/sql/cluster-query.ts'),
    import('../packages/bus-integration-postgres/src/sql/database-query.ts'),
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
    inside: [database.insideQuery, [['public'], `bus-deployment=${deploymentId}`]],
    databases,
  };
}

/** How often something ended a second, and how long each took, in ascending order. */
export interface Pace {
  readonly rate: number;
  readonly timesMs: readonly number[];
}

/** One way to ask a serving surface, beside the loop; a pace for each round. */
export interface Rates {
  readonly title: string;
  /** Connections for the cluster that the loop keeps, each with one in every database. */
  readonly lanes: number;
  readonly hasGoal: boolean;
  readonly bus: Pace[];
  readonly pg: Pace[];
  /** The same loop with statements that the server keeps prepared. */
  readonly prepared: Pace[];
}

/** Both in turn, so often; what came before says nothing of either. */
export async function measured(
  about: Pick<Rates, 'title' | 'lanes' | 'hasGoal'>,
  rounds: number,
  statements: Statements,
  ask: () => Promise<Pace>,
): Promise<Rates> {
  const rates: Rates = { ...about, bus: [], pg: [], prepared: [] };
  for (let round = 0; round < rounds; round += 1) {
    rates.bus.push(await ask());
    rates.pg.push(await bareLoop(statements, about.lanes, false));
    rates.prepared.push(await bareLoop(statements, about.lanes, true));
  }
  return rates;
}

/** Rounds of those reads, over kept connections and nothing else. */
async function bareLoop(
  { dsn, survey, inside, databases }: Statements,
  laneCount: number,
  isPrepared: boolean,
): Promise<Pace> {
  const open = async (database: string) => {
    const client = new Client({ connectionString: dsn.replace(/[^/]*$/, database), ssl: false });
    await client.connect();
    return client;
  };
  const run = async (client: Client, [text, values]: Statement) => {
    if (isPrepared && /^\s*SELECT/.test(text)) await client.query({ name: text.slice(0, 60), text, values });
    else await client.query(text, values);
  };
  // As many as the worker keeps with four plans at once: each has one for the cluster and one in every database.
  const lanes = await Promise.all(
    Array.from({ length: laneCount }, async () => ({
      main: await open('postgres'),
      inner: await Promise.all(databases.map(open)),
    })),
  );
  const pace = await paceOf(laneCount, async (lane) => {
    const own = lanes[lane];
    if (own === undefined) return;
    for (const statement of survey) await run(own.main, statement);
    await Promise.all(own.inner.map((client) => run(client, inside)));
  });
  await Promise.all(lanes.flatMap(({ main, inner }) => [main, ...inner]).map((client) => client.end()));
  return pace;
}

/** The pace of `once` in lanes side by side, after a second to warm up. */
export async function paceOf(lanes: number, once: (lane: number, index: number) => Promise<void>): Promise<Pace> {
  let timesMs: number[] = [];
  const run = async (untilMs: number) => {
    await Promise.all(
      Array.from({ length: lanes }, async (_, lane) => {
        for (let index = 0; performance.now() < untilMs; index += 1) {
          const begun = performance.now();
          await once(lane, index);
          timesMs.push(performance.now() - begun);
        }
      }),
    );
  };
  await run(performance.now() + warmUpMs);
  timesMs = [];
  const begun = performance.now();
  await run(begun + roundMs);
  const rate = (timesMs.length * 1_000) / (performance.now() - begun);
  return { rate, timesMs: timesMs.sort((one, other) => one - other) };
}
