// Measurements as the Markdown tables of RESULTS.md: medians, and ratios to the best that psql or Node can do.
import type { Provisioning } from './provisioning.ts';
import type { StartUp } from './start-up.ts';
import type { Workload } from './workload.ts';

/** One workload's rows: figure, contenders, ratio and goal. */
export function provisioningTable(title: string, { databases, goals }: Workload, result: Provisioning): string {
  const apply = median(result.busApply.map(({ elapsedMs }) => elapsedMs));
  const plan = median(result.busPlan.map(({ elapsedMs }) => elapsedMs));
  const peak = Math.max(...[...result.busApply, ...result.busPlan].map(({ peakMegabytes }) => peakMegabytes));
  const cpu = median(result.busPlan.map(({ cpuMs }) => cpuMs)) / databases.length;
  const applyPeers = peers(result.psqlApply, 'psql');
  const planPeers = peers(result.psqlRead, 'read');
  const rows = [
    ['first apply', spread(result.busApply), shown(applyPeers), against(apply, applyPeers), `≤ ${goals.apply}`],
    ['plan, converged', spread(result.busPlan), shown(planPeers), against(plan, planPeers), `≤ ${goals.plan}`],
    ['peak memory', `${peak.toFixed(0)} MB`, '', '', goals.peakMegabytes ? `≤ ${goals.peakMegabytes} MB` : ''],
    ['processor time of a plan', `${cpu.toFixed(1)} ms a database`, '', '', ''],
  ];
  return table([title, 'bus', 'psql', 'ratio', 'goal'], rows);
}

export function startUpTable({ node, version, help }: StartUp): string {
  const base = median(node);
  const row = (name: string, times: readonly number[], goal: string) => {
    return [name, `${median(times).toFixed(0)} ms`, `${base.toFixed(0)} ms`, (median(times) / base).toFixed(2), goal];
  };
  return table(
    [`start-up, ${node.length} rounds`, 'bus', '`node -e 0`', 'ratio', 'goal'],
    [row('`bus --version`', version, '≤ 1.5'), row('`bus operator database --help`', help, '')],
  );
}

/** Milliseconds for each database, smallest workload first: flat or falling is linear. */
export function slopeTable(results: readonly (readonly [Workload, Provisioning])[]): string {
  const each = (ms: number, { databases }: Workload) => `${(ms / databases.length).toFixed(1)} ms`;
  return table(
    ['for each database', ...results.map(([{ name }]) => name)],
    [
      ['first apply', ...results.map(([workload, { busApply }]) => each(median(times(busApply)), workload))],
      ['plan, converged', ...results.map(([workload, { busPlan }]) => each(median(times(busPlan)), workload))],
    ],
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
}

type Peers = readonly (readonly [name: string, ms: number])[];

function peers(measured: ReadonlyMap<number, readonly number[]>, noun: string): Peers {
  return [...measured].map(([clients, values]) => [`${noun}-${clients}`, median(values)] as const);
}

function shown(measured: Peers): string {
  return measured.map(([name, ms]) => `${name} ${seconds(ms)}`).join(', ');
}

function against(ms: number, measured: Peers): string {
  const fastest = Math.min(...measured.map(([, peer]) => peer));
  return Number.isFinite(fastest) ? (ms / fastest).toFixed(2) : '';
}

function spread(measured: readonly { readonly elapsedMs: number }[]): string {
  const values = times(measured);
  return `${seconds(median(values))} (${seconds(Math.min(...values))} to ${seconds(Math.max(...values))})`;
}

function times(measured: readonly { readonly elapsedMs: number }[]): number[] {
  return measured.map(({ elapsedMs }) => elapsedMs);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
