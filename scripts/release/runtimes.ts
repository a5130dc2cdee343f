// The runtimes that the executables are made with: one package of the registry each, none of them a dependency, since each is
// 50 MB. Fetched when they are needed, and used only when they are what is written here.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const bunVersion = '1.4.4';

export interface Runtime {
  /** As it is in the name of the executable: `linux-x64`. */
  readonly platform: string;
  /** What bun calls it. */
  readonly target: string;
  readonly package: string;
  /** `npm view PACKAGE@VERSION dist.integrity` */
  readonly integrity: string;
}

export const runtimes: readonly Runtime[] = [
  {
    platform: 'linux-x64',
    target: 'bun-linux-x64',
    package: '@oven/bun-linux-x64',
    integrity: 'sha512-CHbbkmHVM28T1GFq+6GL4Ao4ujwwYwj1CxFFwEFzLanPfNsId9AhbIP0Q4reWuWBkGimUkoQygrK7Rgjtj3vog==',
  },
  {
    platform: 'linux-arm64',
    target: 'bun-linux-arm64',
    package: '@oven/bun-linux-aarch64',
    integrity: 'sha512-ZTVtpf9zmHSBVPX1sBwe5agGb/rN34yPGg/Hby8e2Ax2uCUA2URZKlZH7qLntK7qaFJCMXh9v0GWNYN2zINz1w==',
  },
  {
    platform: 'darwin-x64',
    target: 'bun-darwin-x64',
    package: '@oven/bun-darwin-x64',
    integrity: 'sha512-oKGcxLsvh4oHjAo28nPm8c/xN0o/OmGyj1IHYc94vprkWsW2hNg2keEZt5f40cI5Hvu4jDlSRTR0UNpv1UIAxw==',
  },
  {
    platform: 'darwin-arm64',
    target: 'bun-darwin-arm64',
    package: '@oven/bun-darwin-aarch64',
    integrity: 'sha512-zW/hxwc8sJAILGwB5eTC4i48ouGXf0V4lrxmEOk3JIE6JkYVW1TZh1E2pIempqsezgW1sckTIIDudFON8bJ2Mw==',
  },
];

/** EX_TEMPFAIL of sysexits.h: nothing is wrong here, the registry was not to be had. */
const notFetched = 75;

function packed(args: readonly string[], wanted: string): string {
  try {
    return execFileSync('npm', args, { encoding: 'utf8' }).trim();
  } catch (error) {
    console.error(`${wanted} could not be fetched: ${(error as Error).message.split('\n')[0]}; run this again`);
    process.exit(notFetched);
  }
}

/** The path of a runtime's program, below `folder`; fetched where it is not there yet. */
export function runtimeProgram(runtime: Runtime, folder: string): string {
  const place = join(folder, `${runtime.platform}-${bunVersion}`);
  const program = join(place, 'package/bin/bun');
  mkdirSync(place, { recursive: true });
  const archive = join(place, 'archive.tgz');
  if (!existsSync(archive)) {
    const wanted = `${runtime.package}@${bunVersion}`;
    const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', place, wanted];
    execFileSync('mv', [join(place, packed(args, wanted)), archive]);
  }
  const content = readFileSync(archive);
  const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
  if (integrity !== runtime.integrity)
    throw new Error(`${archive} is ${integrity}, expected ${runtime.integrity}; delete it and run this again`);
  execFileSync('tar', ['-xzf', archive, '-C', place, 'package/bin/bun']);
  chmodSync(program, 0o755);
  return program;
}
