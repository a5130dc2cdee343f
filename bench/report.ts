// Measurements as the Markdown tables of RESULTS.md: medians, and ratios to the best that psql or Node can do.
import { availableParallelism } from 'node:os';
import type { Pace, Rates } from './catalog-loop.ts';
import type { Examination } from './examination.ts';
import type { ManifestFigures } from './manifest.ts';
import type { Run, Usage } from './program.ts';
import type { Provisioning } from './provisioning.ts';
import type { StartUp } from './start-up.ts';
import type { Verifying } from './verifying.ts';
import type { Workload } from './workload.ts';

/** One workload's rows: figure, contenders, ratio and goal. */
export function provisioningTable(title: string, { goals }: Workload, result: Provisioning): string {
  const peak = Math.max(...[...result.busApply, ...result.busPlan].map(({ peakMegabytes }) => peakMegabytes));
  const rows = [
    row('first apply', result.busApply, result.psqlApply, 'psql', goals.apply),
    row('plan, converged', result.busPlan, result.psqlRead, 'read', goals.plan),
    cpuRow('processor time of an apply', result.busApply, result.psqlApply, 'psql'),
    cpuRow('processor time of a plan', result.busPlan, result.psqlRead, 'read'),
    othersRow(
      [...result.busApply, ...result.busPlan],
      [...result.psqlApply.values(), ...result.psqlRead.values()].flat(),
    ),
    ['peak memory', `${peak.toFixed(0)} MB`, '', '', goals.peakMegabytes ? `≤ ${goals.peakMegabytes} MB` : ''],
  ];
  return table([title, 'bus', 'psql', 'ratio', 'goal'], rows);
}

/** Verify beside each way of doing the same with psql; the ratio is to the fastest of them. */
export function verifyingTable(title: string, { psql, bus }: Verifying): string {
  const line = (name: string, figure: (run: Run) => number, goal: string) => {
    const peers = [...psql].map(([way, runs]) => [way, median(runs.map(figure))] as const);
    const ours = median(bus.map(figure));
    const best = Math.min(...peers.map(([, ms]) => ms));
    return [
      name,
      seconds(ours),
      peers.map(([way, ms]) => `${way} ${seconds(ms)}`).join(', '),
      (ours / best).toFixed(2),
      goal,
    ];
  };
  const rows = [
    line('verify', ({ elapsedMs }) => elapsedMs, '≤ 2'),
    line('processor time of a verify', ({ cpuMs }) => cpuMs, ''),
    othersRow(bus, [...psql.values()].flat()),
  ];
  return table([title, 'bus', 'psql', 'ratio', 'goal'], rows);
}

/** Answers a second of the serving surfaces beside a bare loop of the same reads, and how evenly they come. */
export function rateTable(results: readonly Rates[]): string {
  const rows = results.map(({ title, lanes, hasGoal, ...paces }) => {
    const rate = (all: readonly Pace[]) => median(all.map((pace) => pace.rate));
    const percentile = (share: number) =>
      median(paces.bus.map(({ timesMs }) => timesMs[Math.floor(timesMs.length * share)] ?? Number.NaN));
    const [ours, bare, prepared] = [rate(paces.bus), rate(paces.pg), rate(paces.prepared)];
    const [p50, p99] = [percentile(0.5), percentile(0.99)];
    return [
      title,
      `${ours.toFixed(0)}/s`,
      `${bare.toFixed(0)}/s of ${lanes}`,
      `${(ours / bare).toFixed(2)}${hasGoal ? ' (≥ 0.6)' : ''}`,
      `${prepared.toFixed(0)}/s`,
      (ours / prepared).toFixed(2),
      `${p50.toFixed(1)} ms, ${p99.toFixed(1)} ms`,
      `${(p99 / p50).toFixed(1)}${hasGoal ? ' (< 5)' : ''}`,
    ];
  });
  const head = [`${results[0]?.bus.length ?? 0} rounds`, 'bus', 'bare `pg` loop', 'ratio (goal)'];
  return table([...head, 'loop, prepared', 'ratio', 'p50, p99', 'p99/p50 (goal)'], rows);
}

export function startUpTable({ node, version, help }: StartUp): string {
  const base = median(node);
  const line = (name: string, times: readonly number[], goal: string) => {
    return [name, `${median(times).toFixed(0)} ms`, `${base.toFixed(0)} ms`, (median(times) / base).toFixed(2), goal];
  };
  return table(
    [`start-up, ${node.length} rounds`, 'bus', '`node -e 0`', 'ratio', 'goal'],
    [line('`bus --version`', version, '≤ 1.2'), line('`bus operator database --help`', help, '')],
  );
}

export function examinationTable({ command, databases, plan, other }: Examination): string {
  const elapsed = (runs: readonly Run[]) => median(runs.map(({ elapsedMs }) => elapsedMs));
  const cpu = (runs: readonly Run[]) => median(runs.map(({ cpuMs }) => cpuMs));
  const line = (name: string, figure: (runs: readonly Run[]) => number, goal: string) => {
    return [name, seconds(figure(other)), seconds(figure(plan)), (figure(other) / figure(plan)).toFixed(2), goal];
  };
  return table(
    [`${databases} databases, converged, in a git repository, ${plan.length} rounds`, command, 'plan', 'ratio', 'goal'],
    [line('elapsed', elapsed, '≤ 1.5'), line('processor time', cpu, '')],
  );
}

/** A manifest's rows, and those of the crowded database. */
export function manifestTable(title: string, result: ManifestFigures, crowded: readonly (Run & Usage)[]): string {
  const peak = Math.max(...[...result.busApply, ...result.busPlan].map(({ peakMegabytes }) => peakMegabytes));
  const crowd = crowded.map(({ elapsedMs }) => elapsedMs);
  const rows = [
    row('first apply', result.busApply, result.psqlApply, 'psql', 1.2),
    row('plan, converged', result.busPlan, result.psqlRead, 'read', 1.2),
    cpuRow('processor time of an apply', result.busApply, result.psqlApply, 'psql'),
    cpuRow('processor time of a plan', result.busPlan, result.psqlRead, 'read'),
    othersRow(
      [...result.busApply, ...result.busPlan],
      [...result.psqlApply.values(), ...result.psqlRead.values()].flat(),
    ),
    ['peak memory', `${peak.toFixed(0)} MB`, '', '', '≤ 150 MB'],
    ['plan of 20,000 tables and 5,000 functions, converged', seconds(median(crowd)), '', '', '≤ 0.35 s'],
  ];
  return table([title, 'bus', 'psql', 'ratio', 'goal'], rows);
}

/** Milliseconds for each database, smallest workload first: flat or falling is linear. */
export function slopeTable(results: readonly (readonly [Workload, Provisioning])[]): string {
  const each = (runs: readonly Run[], { databases }: Workload) => {
    return `${(median(runs.map(({ elapsedMs }) => elapsedMs)) / databases.length).toFixed(1)} ms`;
  };
  return table(
    ['for each database', ...results.map(([{ name }]) => name)],
    [
      ['first apply', ...results.map(([workload, { busApply }]) => each(busApply, workload))],
      ['plan, converged', ...results.map(([workload, { busPlan }]) => each(busPlan, workload))],
    ],
  );
}

type Peers = ReadonlyMap<number, readonly Run[]>;

function row(name: string, ours: readonly Run[], peers: Peers, noun: string, goal: number): string[] {
  const elapsed = ({ elapsedMs }: Run) => elapsedMs;
  const times = ours.map(elapsed);
  const spread = `${seconds(median(times))} (${seconds(Math.min(...times))} to ${seconds(Math.max(...times))})`;
  return [name, spread, ...comparison(ours, peers, noun, elapsed), `≤ ${goal}`];
}

/** Client and server together: a shared machine blurs it less than time on the clock. */
function cpuRow(name: string, ours: readonly Run[], peers: Peers, noun: string): string[] {
  const cpu = ({ cpuMs }: Run) => cpuMs;
  return [name, seconds(median(ours.map(cpu))), ...comparison(ours, peers, noun, cpu), ''];
}

/** How much of the machine was somebody else's: near nothing, or the times above say little. */
function othersRow(ours: readonly Run[], peers: readonly Run[]): string[] {
  const share = (runs: readonly Run[]) => {
    const capacity = runs.reduce((sum, { elapsedMs }) => sum + elapsedMs * availableParallelism(), 0);
    return `${Math.round((100 * runs.reduce((sum, { othersMs }) => sum + othersMs, 0)) / capacity)} %`;
  };
  return ["others' share of the processors", share(ours), share(peers), '', ''];
}

function comparison(ours: readonly Run[], peers: Peers, noun: string, figure: (run: Run) => number): string[] {
  const medians = [...peers].map(([clients, runs]) => [`${noun}-${clients}`, median(runs.map(figure))] as const);
  const best = Math.min(...medians.map(([, ms]) => ms));
  return [
    medians.map(([name, ms]) => `${name} ${seconds(ms)}`).join(', '),
    Number.isFinite(best) ? (median(ours.map(figure)) / best).toFixed(2) : '',
  ];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const last = sorted.length - 1;
  return ((sorted[Math.floor(last / 2)] ?? Number.NaN) + (sorted[Math.ceil(last / 2)] ?? Number.NaN)) / 2;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
