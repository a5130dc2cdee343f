// New data directories: initdb runs once for each version and locale, and every server gets a copy of what it made.
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { giveTo } from './account.ts';
import { type Cache, prepared } from './cache.ts';
import { type Command, type Programs, type Report, run } from './program.ts';

/** How the cluster is initialised; everything else is a setting. */
interface Locale {
  /** Encoding of the databases: `UTF8`, `LATIN1`. */
  readonly encoding: string;
  /** A locale of the C library: `C`, `C.UTF-8`, `en_US.UTF-8`. */
  readonly locale: string;
}

/** The superuser of every cluster, as initdb would call it on a packaged server. */
export const superuser = 'postgres';

/** A cluster to be made. */
export interface NewCluster {
  readonly version: string;
  readonly locale: Locale;
  readonly dataDirectory: string;
  /** The superuser's; of letters, digits, `-` and `_`. */
  readonly password: string;
  /** Learns of each process that works in the directory (undefined: of none), so that it can be ended with this one. */
  readonly report: Report;
}

/** Copies a cluster from the cache, where initdb makes it the first time, and gives its superuser the password. */
export async function makeCluster(cache: Cache, programs: Programs, options: NewCluster): Promise<void> {
  const { encoding, locale } = options.locale;
  const name = `data-${options.version}-${encoding}-${locale}-${programs.account?.uid ?? 'own'}`;
  if (!/^[A-Za-z0-9._@-]+$/.test(name)) throw new Error(`no encoding and locale: ${encoding}, ${locale}`);
  const template = await prepared(cache, name, 0o700, (tree) => initialise(programs, options.locale, tree));
  const { dataDirectory, password, report } = options;
  await run({ file: 'cp', args: [...fastCopy, template, dataDirectory], report });
  // So the password is in no argument and no file.
  const input = `ALTER ROLE ${superuser} PASSWORD '${password}'\n`;
  await run(alone(programs, dataDirectory, { input, report }));
}

const fastCopy = process.platform === 'darwin' ? ['-Rpc'] : ['-a', '--reflink=auto'];

async function initialise(programs: Programs, locale: Locale, tree: string): Promise<void> {
  await mkdir(tree);
  await chmod(tree, 0o700);
  giveTo(programs.account, tree);
  const options = ['-E', locale.encoding, `--locale=${locale.locale}`, '--lc-messages=C'];
  await run({
    file: join(programs.binDirectory, 'initdb'),
    // `trust` is never served: each server gets its pg_hba.conf before it starts.
    args: ['-D', tree, '-U', superuser, '-A', 'trust', '-N', ...options],
    account: programs.account,
  });
  // What initdb logged is a quarter of all there is to copy; a new segment that isn't filled with zeros is next to none.
  const settings = ['wal_recycle=off', 'wal_init_zero=off', 'min_wal_size=32MB', 'max_wal_size=32MB'];
  const input = 'SELECT pg_catalog.pg_switch_wal()\nCHECKPOINT\n';
  await run(alone(programs, tree, { input, settings }));
}

// A server that serves nobody, and takes its statements, one a line, from its standard input.
function alone(programs: Programs, dataDirectory: string, task: Task): Command {
  const settings = ['shared_buffers=1MB', 'max_connections=5', ...(task.settings ?? [])];
  return {
    file: join(programs.binDirectory, 'postgres'),
    args: ['--single', '-F', ...settings.flatMap((setting) => ['-c', setting]), '-D', dataDirectory, superuser],
    account: programs.account,
    input: task.input,
    report: task.report,
  };
}

interface Task {
  readonly input: string;
  readonly settings?: readonly string[];
  readonly report?: Report;
}
