// A status as metrics in Prometheus' text format, for the textfile collector of its node exporter: counts, sizes, limits and
// times of what is declared. No password, no path and no text of a finding is in them. Pure.
// https://prometheus.io/docs/instrumenting/exposition_formats/
import { isMutating, printable, type Response } from 'bus-integration-database';

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  /** A value that is not known is left out. */
  readonly samples: readonly (Sample | undefined)[];
}

/**
 * The text; ends with a line break. Of a run that could not look only that it could not, and when.
 *
 * @param now milliseconds since 1970
 */
export function metricsText(response: Response, now: number): string {
  const deployment = { deployment_id: printable(response.deployment_id) };
  const { error_class: failed } = response;
  const metrics: readonly Metric[] = [
    {
      name: 'status_success',
      help: '1 when status could look at the server and at the files, else 0.',
      samples: [{ labels: deployment, value: failed === undefined ? 1 : 0 }],
    },
    {
      name: 'status_timestamp_seconds',
      help: 'When status looked, in seconds since 1970.',
      samples: [{ labels: deployment, value: Math.floor(now / 1000) }],
    },
    ...(failed === undefined ? observed(response, deployment) : []),
  ];
  return metrics.map(metricText).join('');
}

function observed(response: Response, deployment: Sample['labels']): readonly Metric[] {
  const { roles = [], databases = [], schemas = [], dsn_files = [], drift = [], leftovers = [] } = response;
  const refusals = response.diagnostics.filter(({ severity }) => severity === 'fail');
  const single = (value: number) => [{ labels: deployment, value }];
  const named = (sort: string, name: string, value: number | undefined) =>
    value === undefined ? undefined : { labels: { ...deployment, [sort]: printable(name) }, value };
  const ofRole = (value: (role: (typeof roles)[number]) => number | undefined) =>
    roles.map((role) => named('role', role.name, value(role)));
  const ofDatabase = (value: (database: (typeof databases)[number]) => number | undefined) =>
    databases.map((database) => named('database', database.name, value(database)));
  const counted = (things: readonly { readonly state: string }[], states: readonly string[]) =>
    states.map((state) => ({
      labels: { ...deployment, state },
      value: things.filter((thing) => thing.state === state).length,
    }));
  return [
    metric('drift_steps', 'Steps that apply would take.', single(drift.filter(isMutating).length)),
    metric('refusals', 'Things for which apply would refuse.', single(refusals.length)),
    metric(
      'leftovers',
      'Things that carry the mark of the deployment and are declared no longer.',
      single(leftovers.length),
    ),
    metric('roles', 'Declared roles by state.', counted(roles, states.roles)),
    metric('databases', 'Declared databases by state.', counted(databases, states.databases)),
    metric('schemas', 'Declared schemas by state.', counted(schemas, states.schemas)),
    metric('output_logins', 'Logins in output files by the state of the file.', counted(dsn_files, states.files)),
    metric(
      'output_logins_proven',
      'Logins in output files whose password the server holds.',
      single(dsn_files.filter(({ password }) => password === 'proven').length),
    ),
    metric(
      'database_size_bytes',
      'Size of a database.',
      ofDatabase((one) => one.size_bytes),
    ),
    metric(
      'database_connections',
      'Connections to a database.',
      ofDatabase((one) => one.connections),
    ),
    metric(
      'database_connection_limit',
      'How many connections a database takes.',
      ofDatabase((one) => one.connection_limit),
    ),
    metric(
      'role_connections',
      'Connections of a role.',
      ofRole((one) => one.connections),
    ),
    metric(
      'role_connection_limit',
      'How many connections a role may have.',
      ofRole((one) => one.connection_limit),
    ),
    metric(
      'role_valid_until_timestamp_seconds',
      'When the password of a role expires, in seconds since 1970.',
      ofRole(({ valid_until }) => secondsOf(valid_until)),
    ),
  ];
}

/** Each is told, also where nothing is in it: a series that comes and goes is missed by alerts. */
const states = {
  roles: ['ours', 'missing', 'foreign', 'unmarked'],
  databases: ['ours', 'missing', 'foreign', 'unmarked', 'unfinished'],
  schemas: ['present', 'missing', 'unknown'],
  files: ['current', 'outdated', 'missing', 'broken'],
} as const;

function metric(name: string, help: string, samples: Metric['samples']): Metric {
  return { name, help, samples };
}

function secondsOf(time: string | undefined): number | undefined {
  const ms = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}

function metricText({ name, help, samples }: Metric): string {
  const known = samples.filter((sample) => sample !== undefined);
  if (known.length === 0) return '';
  const full = `bus_database_${name}`;
  const lines = [`# HELP ${full} ${help}`, `# TYPE ${full} gauge`];
  return [...lines, ...known.map(({ labels, value }) => `${full}{${labelText(labels)}} ${value}`), ''].join('\n');
}

function labelText(labels: Sample['labels']): string {
  const escaped = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}
