// How long `bus` takes to say its version, and its help, beside Node doing nothing; interleaved, pair by pair.
import { makeFolder, pathBefore } from './contender.ts';
import { timeTogether } from './program.ts';

export interface StartUp {
  readonly node: number[];
  readonly version: number[];
  readonly help: number[];
}

export async function startUp(bus: string, rounds: number, calm: () => Promise<void>): Promise<StartUp> {
  using folder = makeFolder();
  const env = { PATH: pathBefore(bus), HOME: folder.path };
  const time = async (file: string, ...args: string[]) =>
    (await timeTogether([{ file, args, cwd: folder.path, env }], folder.path)).elapsedMs;
  const result: StartUp = { node: [], version: [], help: [] };
  for (let round = 0; round < rounds; round += 1) {
    await calm();
    result.node.push(await time('node', '-e', '0'));
    result.version.push(await time(bus, '--version'));
    result.help.push(await time(bus, 'operator', 'database', '--help'));
  }
  return result;
}
