// What a server holds, as a manifest: read once, from the cluster and from inside each database, and written so that a plan
// with it changes nothing but marks. Reads only.
import type { Context, DescribeRequest, ProviderOptions, ServerDescription } from 'bus-integration-database';
import { OperationError } from 'bus-integration-database';
import { interruption } from '../apply/interruption.ts';
import { jobsOf } from '../run/jobs.ts';
import { createRun } from '../run/run.ts';
import { adminTarget, withSource } from '../survey/preparation.ts';
import { someNames } from '../text/bounded.ts';
import { isOfTheServer, toOperationError } from '../text/sqlstate.ts';
import { composeManifest } from './compose.ts';
import { type DescribedInside, readDescribedCluster, readDescribedInside } from './described.ts';
import { findingsOf } from './notes.ts';
import { type Selection, selectDatabases } from './select.ts';

/** Connections of which nobody asked how many are left; where there are fewer, they are waited for. */
const assumedFree = 20;

/** @throws OperationError of whatever kept it from reading */
export async function describeServer(
  { configuration, processContext, jobs }: ProviderOptions,
  { databases: asked }: DescribeRequest,
  { signal, onProgress }: Context,
): Promise<ServerDescription> {
  try {
    const { target, warnings } = await adminTarget(configuration, processContext);
    const run = createRun({ target, signal, onProgress });
    const { databases, roles } = configuration.desired;
    const selection: Selection = {
      deployment: configuration.deploymentId,
      asked,
      declared: { databases: new Set(databases.keys()), roles },
    };
    await using session = await run.open('survey');
    const { settingFault } = await import('../manifest/index.ts');
    const cluster = await readDescribedCluster(session, settingFault);
    requireThere(asked, new Set(cluster.databases.map(({ name }) => name)));
    const selected = selectDatabases(cluster, selection);
    const insides = new Map<string, DescribedInside>();
    const names = selected.databases.map(({ name }) => name);
    await run.eachDatabase(
      names,
      'read',
      jobsOf(run, { asked: jobs, free: assumedFree, openBeside: 1 }),
      async (name, inner) => {
        insides.set(name, await readDescribedInside(inner));
      },
      (done) => onProgress?.({ phase: 'reading databases', done, total: names.length }),
    );
    const { file, comments, notes } = composeManifest(cluster, insides, selected, selection);
    return { file, comments, findings: [...warnings, ...findingsOf(notes)] };
  } catch (error) {
    if (signal.aborted) throw interruption(signal.reason, error);
    const expected = toOperationError(error, 'the server could not be described');
    throw isOfTheServer(expected) ? withSource(expected, configuration) : expected;
  }
}

function requireThere(asked: readonly string[], there: ReadonlySet<string>): void {
  const missing = asked.filter((name) => !there.has(name));
  if (missing.length === 0) return;
  throw new OperationError('invalid-request', `the server has no database ${someNames(missing)}`, {
    code: 'usage',
    target: '--database',
    remedy: 'name an existing database, or leave out --database',
  });
}
