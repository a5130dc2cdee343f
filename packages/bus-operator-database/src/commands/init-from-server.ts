// `init --from-server`: has the provider describe what is there, reads the manifest again as everybody will, and plans with
// it, so that what it would change is told beside it. Changes nothing.
import {
  type Configuration,
  configuredRequest,
  type Diagnostic,
  everyName,
  handle,
  isMutating,
  manifestState,
  maskFor,
  OperationError,
  type Response,
  type Step,
} from 'bus-integration-database';
import type { CommentedManifest, ManifestLanguage } from 'bus-integration-database/manifest';
import { flagJobs } from '../command-line/flag-values.ts';
import { providerContextOf, type RunContext, type Setup } from '../configure.ts';
import { progressLine } from '../render/progress.ts';

/** What is to be written, and what is to be said of it. */
export interface MadeManifest {
  readonly text: string;
  readonly notes: readonly Diagnostic[];
  /** Flags that a plan with it needs. */
  readonly flags: readonly string[];
}

interface Describing {
  readonly setup: Setup;
  readonly context: RunContext;
  readonly language: ManifestLanguage;
  readonly write: (manifest: CommentedManifest) => Promise<string>;
}

/** @throws OperationError where the provider describes no servers, or could not read this one */
export async function describedServer(describing: Describing, signal: AbortSignal): Promise<MadeManifest> {
  const { flags, processContext } = describing.context;
  const line = progressLine('init', flags, processContext);
  try {
    return await described(describing, { signal, onProgress: line.onProgress });
  } finally {
    line.end();
  }
}

type Watching = Parameters<typeof handle>[3];

async function described({ setup, context, language, write }: Describing, watching: Watching): Promise<MadeManifest> {
  const { configuration, module, env, warnings } = setup;
  const { flags } = context;
  const describe = await module?.describe?.();
  if (module === undefined || describe === undefined) {
    const message = `--from-server: the provider ${configuration.provider} describes no servers`;
    throw new OperationError('invalid-request', message, { code: 'usage', remedy: 'leave it out' });
  }
  const jobs = flagJobs(flags.jobs);
  const options = {
    processContext: providerContextOf(env, context),
    ...(jobs !== undefined && { jobs }),
  };
  const request = { databases: flags.databases };
  const description = await describe({ configuration, ...options }, request, watching);
  const text = await write(description);
  const { readManifest } = await import('./manifest-writer.ts');
  const { expanded, written, lines } = readManifest(Buffer.from(text), 'the manifest', language);
  if (expanded === undefined || written === undefined) throw unreadable(lines);
  const rules = module.keys.names;
  const desired = manifestState({ expanded, written }, { listener: configuration.desired.listener, rules });
  const planned: Configuration = { ...configuration, desired };
  const isAny = desired.roles.size + desired.databases.size > 0;
  const plan = isAny
    ? await handle(
        'plan',
        { ...configuredRequest(planned), allow: [], adopt: true, rotate: [], dry_run: true },
        [module.create({ configuration: planned, ...options })],
        watching,
      )
    : undefined;
  const notes = [...warnings, ...description.findings, ...(plan === undefined ? [nothingThere] : planNotes(plan))];
  return { text: maskFor(everyName(desired))(text), notes, flags: plan?.steps.some(isMark) ? ['--adopt'] : [] };
}

function unreadable([first = 'it is wrong']: readonly string[]): OperationError {
  return new OperationError('internal', `this is a defect of this program: the manifest can't be read: ${first}`, {
    remedy: 'report what it says',
  });
}

const nothingThere: Diagnostic = {
  severity: 'warn',
  code: 'nothing-there',
  message: 'there is no database that this admin can connect to and describe',
};

/** Whose a thing is, and nothing else. */
function isMark({ after }: Step): boolean {
  return after !== undefined && 'deployment' in after;
}

/** What a plan with the manifest comes to. */
function planNotes({ ok, steps, diagnostics }: Response): Diagnostic[] {
  const marks = steps.filter(isMark).length;
  const others = steps.filter((step) => isMutating(step) && !isMark(step));
  const said = marks === 0 ? 'nothing is left to adopt' : `--adopt takes over what has no mark yet: ${marks}`;
  if (ok && others.length === 0)
    return [{ severity: 'info', code: 'plan', message: `a plan with it changes nothing; ${said}` }];
  return [
    ...others.map(
      ({ action, target, summary }): Diagnostic => ({
        severity: 'warn',
        code: 'plan',
        message: `a plan with it would: ${action} ${target}: ${summary}`,
        target,
      }),
    ),
    ...diagnostics
      .filter(({ severity }) => severity === 'fail')
      .map((one): Diagnostic => ({ ...one, severity: 'warn', message: `a plan with it is refused: ${one.message}` })),
  ];
}
