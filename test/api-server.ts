// The built bus-api-provider-database as a real process in a deployment's folder, ended with its test.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import type { Deployment } from './deployment.ts';
import { programOf } from './programs.ts';

const binary = programOf('bus-api-provider-database');

export interface ApiServer extends AsyncDisposable {
  readonly pid: number | undefined;
  readonly url: string;
  /** Inside the deployment's folder. */
  readonly tokenFile: string;
  log(): string;
  /** Asks it to end; the exit status. */
  end(): Promise<number | null>;
}

export const apiToken = 'a-token-for-tests-only-0123456789';

/** Starts it with the deployment's own keys as its environment. */
export async function startApi(
  deployment: Deployment,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<ApiServer> {
  const tokenFile = deployment.write('local/api-token', `${apiToken}\n`);
  const child = spawn(binary, ['--addr', '127.0.0.1:0', ...args], {
    cwd: deployment.directory,
    env: {
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: deployment.directory,
      ...deployment.keys,
      BUS_DATABASE_API_TOKEN_FILE: './local/api-token',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
      const [, found] = /^listening on (\S+)\n/.exec(out) ?? [];
      if (found !== undefined) resolve(found);
    });
    ended.then((status) => reject(new Error(`it ended with ${status}: ${log}`)));
  });
  const end = async () => {
    child.kill('SIGTERM');
    return await ended;
  };
  return {
    pid: child.pid,
    url,
    tokenFile: join(tokenFile),
    log: () => log,
    end,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
