// `npm run bench`: figures of `bus operator database` beside psql's for the same job, on throwaway servers in memory.
// No test: nothing here fails because something was slow.
import { cpus, loadavg, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Major, majors, psqlPath } from 'embedded';
import { httpRates } from './api.ts';
import { examination } from './examination.ts';
import { createCalm } from './machine.ts';
import { crowdedFigures, manifestFigures } from './manifest.ts';
import { natsRates } from './nats.ts';
import { type Provisioning, type ProvisioningOptions, provision } from './provisioning.ts';
import {
  examinationTable,
  manifestTable,
  provisioningTable,
  rateTable,
  slopeTable,
  startUpTable,
  verifyingTable,
} from './report.ts';
import { startUp } from './start-up.ts';
import { verifying } from './verifying.ts';
import { type Workload, workloads } from './workload.ts';

const parts = [
  'start',
  'doctor',
  'report',
  'verify',
  'S',
  'M',
  'M-plain',
  'M-20ms',
  'M-100ms',
  'L',
  'L-20',
  'W',
  'nats',
  'api',
];
const usage = `usage: npm run bench -- [flags]
  --only LIST        of ${parts.join(', ')} (default: all)
  --rounds N         rounds of every workload (default: S 7, M 3, L 2)
  --repeats N        plans and readings in a round (default: 2)
  --major N          the server's PostgreSQL, ${majors.join(', ')} (default: 18)
  --patience SECONDS wait that long in all for the machine to be idle, before each measurement (default: 0)
  --bus FILE         the program to measure (default: packages/bus/bin/bus.js)
  --no-serial        leave out psql with one client`;

const verifyRounds = 15;
/** Where everybody mostly waits, whoever asks at once has to be a third at most. */
const farGoals = { apply: 0.35, plan: 0.35 };

process.umask(0o077);
process.exitCode = await main();

async function main(): Promise<number> {
  const flags = readFlags();
  if (flags === undefined) {
    console.log(usage);
    return 0;
  }
  if (typeof flags === 'string') return complain(flags);
  const psql = psqlPath();
  if (psql === undefined)
    return complain('psql is not on PATH; install the PostgreSQL client: it is what is measured against');
  const { only, bus, major } = flags;
  const options: ProvisioningOptions = {
    psql,
    bus,
    major,
    admin: 'superuser',
    rounds: 1,
    repeats: flags.repeats,
    applyClients: flags.withSerial ? [1, 2] : [2],
    readClients: [1, 2, 4],
    calm: createCalm(flags.patienceMs),
    onProgress: (line) => process.stderr.write(`${line}\n`),
  };
  console.log(machine(major));
  if (only.includes('start')) console.log(`\n${startUpTable(await startUp(bus, 25, options.calm))}`);
  const [smallest] = workloads;
  if (only.includes('verify') && smallest !== undefined) {
    const rounds = flags.rounds ?? verifyRounds;
    const result = await verifying(smallest, { ...options, rounds });
    const title = `verify of ${smallest.databases.length} databases, ${rounds} rounds`;
    console.log(`\n${verifyingTable(title, result)}`);
  }
  for (const command of ['doctor', 'report'] as const) {
    if (!only.includes(command)) continue;
    console.log(`\n${examinationTable(await examination(command, options, flags.rounds ?? 7))}`);
  }
  const results: [Workload, Provisioning][] = [];
  for (const workload of workloads) {
    const rounds = flags.rounds ?? workload.rounds;
    if (only.includes(workload.name)) {
      const result = await provision(workload, { ...options, rounds });
      results.push([workload, result]);
      const count = `${workload.databases.length} databases, ${rounds} rounds`;
      console.log(`\n${provisioningTable(`${workload.name}: ${count}`, workload, result)}`);
    }
    if (workload.name === 'M' && only.includes('M-plain')) {
      const result = await provision(workload, { ...options, rounds, admin: 'plain' });
      console.log(`\n${provisioningTable(`M as a plain admin, ${rounds} rounds`, workload, result)}`);
    }
    for (const roundTripMs of [20, 100]) {
      if (workload.name !== 'M' || !only.includes(`M-${roundTripMs}ms`)) continue;
      const far = { ...options, roundTripMs, rounds: flags.rounds ?? 1, applyClients: [2], readClients: [2] };
      const result = await provision(workload, far);
      console.log(
        `\n${provisioningTable(`M with ${roundTripMs} ms of round trip between`, { ...workload, goals: farGoals }, result)}`,
      );
    }
    if (workload.name === 'L' && only.includes('L-20')) {
      const alone = { ...options, rounds: 1, repeats: 1, applyClients: [2], readClients: [2], maxConnections: 20 };
      const result = await provision(workload, alone);
      console.log(`\n${provisioningTable('L with max_connections = 20', workload, result)}`);
    }
  }
  if (only.includes('W')) {
    const rounds = flags.rounds ?? 3;
    const wide = { ...options, rounds };
    const title = `W: a manifest of 50 databases × 5 schemas × 40 tables, 201 roles, ${rounds} rounds`;
    console.log(`\n${manifestTable(title, await manifestFigures(wide), await crowdedFigures(wide))}`);
  }
  if (only.includes('api')) console.log(`\n${rateTable(await httpRates(bus, major, flags.rounds ?? 5))}`);
  if (only.includes('nats')) {
    const rates = await natsRates(bus, major, flags.rounds ?? 3);
    if (rates !== undefined) console.log(`\n${rateTable([rates])}`);
  }
  if (results.length > 1) console.log(`\n${slopeTable(results)}`);
  console.log(`\nload at the end: ${loadavg()[0]?.toFixed(1)}`);
  return 0;
}

interface BenchFlags {
  readonly only: readonly string[];
  readonly rounds?: number;
  readonly repeats: number;
  readonly major: Major;
  readonly bus: string;
  readonly withSerial: boolean;
  readonly patienceMs: number;
}

/** Undefined when only the usage is wanted; a text for what is wrong. */
function readFlags(): BenchFlags | string | undefined {
  try {
    const { values } = parseArgs({
      allowNegative: true,
      options: {
        only: { type: 'string', default: parts.join(',') },
        rounds: { type: 'string' },
        repeats: { type: 'string', default: '2' },
        major: { type: 'string', default: '18' },
        bus: { type: 'string', default: join(import.meta.dirname, '../packages/bus/bin/bus.js') },
        patience: { type: 'string', default: '0' },
        serial: { type: 'boolean', default: true },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return undefined;
    const only = values.only.split(',');
    const unknown = only.find((part) => !parts.includes(part));
    if (unknown !== undefined) return `--only: ${unknown} is none of ${parts.join(', ')}\n${usage}`;
    const major = majors.find((known) => String(known) === values.major);
    if (major === undefined) return `--major ${values.major}: expected one of ${majors.join(', ')}\n${usage}`;
    const wrong = [
      ...[values.rounds ?? '1', values.repeats].filter((text) => !/^[1-9]\d{0,3}$/.test(text)),
      ...(/^\d{1,5}$/.test(values.patience) ? [] : [values.patience]),
    ];
    if (wrong.length > 0) return `${wrong.join(', ')}: expected a whole number\n${usage}`;
    return {
      only,
      major,
      repeats: Number(values.repeats),
      bus: resolve(values.bus),
      withSerial: values.serial,
      patienceMs: Number(values.patience) * 1_000,
      ...(values.rounds !== undefined && { rounds: Number(values.rounds) }),
    };
  } catch (error) {
    return `${(error as Error).message}\n${usage}`;
  }
}

function machine(major: Major): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${new Date().toISOString().slice(0, 10)}; ${cpus().length} cores, ${memory} GB, data on a memory disk; PostgreSQL ${major}, Node ${process.version}; load at the start: ${loadavg()[0]?.toFixed(1)}`;
}

function complain(message: string): number {
  console.error(`bench: ${message}`);
  return 2;
}
