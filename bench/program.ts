// Runs a program as a shell would and times it from outside: from before it is started until it is gone.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Starts all of them at once and waits for the last; milliseconds.
 *
 * @param folder where what they print goes
 * @throws Error with what a program printed when it ends with another status than 0
 */
export async function timeTogether(programs: readonly Program[], folder: string): Promise<number> {
  const outputs = programs.map((_, index) => join(folder, `output-${index}`));
  const descriptors = outputs.map((path) => openSync(path, 'w', 0o600));
  try {
    const begun = performance.now();
    const ends = await Promise.all(programs.map((program, index) => run(program, descriptors[index] ?? 'ignore')));
    const elapsedMs = performance.now() - begun;
    const failed = ends.findIndex((end) => end !== '0');
    if (failed >= 0) {
      const printed = readFileSync(outputs[failed] ?? '', 'utf8').slice(-2_000);
      throw new Error(
        `${programs[failed]?.file} ${programs[failed]?.args.join(' ')} ended with ${ends[failed]}:\n${printed}`,
      );
    }
    return elapsedMs;
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

/** What the process itself knows at its end. */
export interface Usage {
  /** The most memory it ever held, in megabytes of 2^20 bytes. */
  readonly peakMegabytes: number;
  /** Processor time, user and system. */
  readonly cpuMs: number;
}

/** The environment that makes a Node program leave its usage in a file, and a way to read it; costs it about a millisecond. */
export function usageProbe(folder: string): { readonly env: NodeJS.ProcessEnv; read(): Usage } {
  const code = join(folder, 'usage.cjs');
  const result = join(folder, 'usage.json');
  writeFileSync(code, probe(result));
  return {
    env: { NODE_OPTIONS: `--require=${code}` },
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
  const { user, system } = process.cpuUsage();
  writeFileSync(${JSON.stringify(result)}, JSON.stringify({ peakMegabytes: kilobytes / 1024, cpuMs: (user + system) / 1000 }));
});
`;

function run({ file, args, cwd, env }: Program, output: number | 'ignore'): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: ['ignore', output, output], ...(cwd !== undefined && { cwd }) });
    child.once('error', reject);
    child.once('exit', (status, signal) => resolve(String(status ?? signal)));
  });
}
