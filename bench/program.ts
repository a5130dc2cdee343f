// Runs programs as a shell would and measures them from outside: from before the first is started until the last is gone.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { busyMs } from './machine.ts';

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface Run {
  readonly elapsedMs: number;
  /** Processor time of the programs and of the server that worked for them; NaN where the system doesn't tell. */
  readonly cpuMs: number;
  /** Processor time of everything else on the machine meanwhile. */
  readonly othersMs: number;
}

/**
 * Starts all of them at once and waits for the last.
 *
 * @param folder where what they print goes
 * @param serverPid the first process of the server that they work with
 * @throws Error with what a program printed when it ends with another status than 0
 */
export async function timeTogether(programs: readonly Program[], folder: string, serverPid?: number): Promise<Run> {
  const outputs = programs.map((_, index) => join(folder, `output-${index}`));
  const descriptors = outputs.map((path) => openSync(path, 'w', 0o600));
  try {
    const cpuBefore = cpuSoFar(serverPid);
    const busyBefore = busyMs();
    const begun = performance.now();
    const ends = await Promise.all(programs.map((program, index) => run(program, descriptors[index] ?? 'ignore')));
    const elapsedMs = performance.now() - begun;
    const failed = ends.findIndex((end) => end !== '0');
    if (failed >= 0) {
      const printed = readFileSync(outputs[failed] ?? '', 'utf8').slice(-2_000);
      const command = [programs[failed]?.file, ...(programs[failed]?.args ?? [])].join(' ');
      throw new Error(`${command} ended with ${ends[failed]}:\n${printed}`);
    }
    const cpuMs = cpuSoFar(serverPid) - cpuBefore;
    return { elapsedMs, cpuMs, othersMs: Math.max(0, busyMs() - busyBefore - cpuMs) };
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

/** What the process itself knows at its end. */
export interface Usage {
  /** The most memory it ever held, in megabytes of 2^20 bytes. */
  readonly peakMegabytes: number;
}

/**
 * The environment that makes a program of Node's, or an executable made with Bun, leave its usage in a file, and a way to
 * read it; costs it about a millisecond.
 */
export function usageProbe(folder: string): { readonly env: NodeJS.ProcessEnv; read(): Usage } {
  const code = join(folder, 'usage.cjs');
  const result = join(folder, 'usage.json');
  writeFileSync(code, probe(result));
  return {
    env: { NODE_OPTIONS: `--require=${code}`, BUN_OPTIONS: `--preload=${code}` },
    read: () => {
      const usage = JSON.parse(readFileSync(result, 'utf8')) as Usage;
      rmSync(result);
      return usage;
    },
  };
}

// The kernel's high-water mark of this very program; getrusage's begins with that of the process that started it.
const probe = (result: string) => `const { readFileSync, writeFileSync } = require('node:fs');
process.on('exit', () => {
  let kilobytes = process.resourceUsage().maxRSS;
  try { kilobytes = Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]); } catch {}
  writeFileSync(${JSON.stringify(result)}, JSON.stringify({ peakMegabytes: kilobytes / 1024 }));
});
`;

function run({ file, args, cwd, env }: Program, output: number | 'ignore'): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: ['ignore', output, output], ...(cwd !== undefined && { cwd }) });
    child.once('error', reject);
    child.once('exit', (status, signal) => resolve(String(status ?? signal)));
  });
}

/** Processor time of our children that have ended, and of a server's first process and its children that have ended. */
function cpuSoFar(serverPid: number | undefined): number {
  try {
    const ours = cpuTicks('self').ended;
    const server = serverPid === undefined ? 0 : cpuTicks(serverPid).own + cpuTicks(serverPid).ended;
    return (ours + server) * tickMs;
  } catch {
    return Number.NaN;
  }
}

// Linux counts in hundredths of a second, whatever the kernel's own tick is; see proc_pid_stat(5).
const tickMs = 10;

function cpuTicks(pid: number | 'self'): { readonly own: number; readonly ended: number } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // After the program's name, which may hold anything: state is field 3, utime 14, stime 15, cutime 16, cstime 17.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
  return { own: user + system, ended: endedUser + endedSystem };
}
