// The one executable: every command of ours, chosen by the name by which it was called. Reads the process, and nothing else
// that is not in it.
import { basename } from 'node:path';
import { chdir } from 'node:process';
import { runAsProcess } from 'bus-integration-database/process';
import type { Installation } from '../../packages/bus/src/family.ts';
import { version } from '../../packages/bus-operator-database/src/command-line/version.ts';

/** As the file is named where it was built: `bus-operator-database-linux-x64`. */
const platform = /-(linux|darwin)-(x64|arm64)$/;

// Node's binaries do so by their first line: SIGUSR1 opens a debugger.
process.on('SIGUSR1', () => {});

const uid = process.getuid?.();
const installation: Installation = {
  version: () => version,
  // Each of the commands is a link to this file, wherever PATH has it.
  operatorFile: process.execPath,
  families: { database: async () => (await import('bus-operator-database')).main },
  changeDirectory: chdir,
  pid: process.pid,
  ...(uid !== undefined && { uid }),
};

await run(basename(process.argv0).replace(platform, ''));

async function run(name: string): Promise<void> {
  switch (name) {
    case 'bus': {
      const { dispatch } = await import('../../packages/bus/src/dispatch.ts');
      return runAsProcess(name, (argv, context) => dispatch(argv, context, installation));
    }
    case 'bus-operator': {
      const { operate } = await import('../../packages/bus/src/operator.ts');
      return runAsProcess(name, (argv, context) => operate(argv, context, installation));
    }
    case 'bus-integration-database':
      await import('../../packages/bus-integration-database/src/main.ts');
      return;
    case 'bus-integration-postgres':
      await import('../../packages/bus-integration-postgres/src/main.ts');
      return;
    case 'bus-api-provider-database':
      await import('../../packages/bus-api-provider-database/src/main.ts');
      return;
    default:
      await import('../../packages/bus-operator-database/src/main.ts');
  }
}
