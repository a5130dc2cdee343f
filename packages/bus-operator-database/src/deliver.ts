// The last stretch of the pipe: the response as text or JSON, on the right stream or in a file. Decides no exit status.
import { resolve } from 'node:path';
import {
  type Diagnostic,
  isDeploymentId,
  type Mask,
  OperationError,
  type ProviderModule,
  type Response,
  type Stream,
} from 'bus-integration-database';
import { jsonText } from './command-line/json-text.ts';
import { asTypedHere, type CommandLineContext, changingFlags, commandLine } from './command-line/line.ts';
import type { Command } from './commands/command.ts';
import { otherDeploymentOf, type RunContext } from './configure.ts';
import type { Outcome } from './output/outcome.ts';
import type { PrivateFile } from './output/private-file.ts';
import type { ProviderRoot } from './providers.ts';
import { hyperlinkFor, noLink } from './render/hyperlink.ts';
import { metricsText } from './render/metrics.ts';
import { paintFor, plain } from './render/paint.ts';
import { scriptLines } from './render/script.ts';
import { errorLines, traceLines, warningLines } from './render/text-error.ts';
import { headLines, type View } from './render/view.ts';

export interface DeliveryOptions {
  readonly command: Command;
  readonly outcome: Outcome;
  readonly context: RunContext;
  readonly roots: readonly ProviderRoot[];
  readonly files: { readonly output?: PrivateFile; readonly save?: PrivateFile; readonly metrics?: PrivateFile };
  /** The provider, where it is known. */
  readonly module?: Pick<ProviderModule, 'facts' | 'script'> | undefined;
  /** Of known secrets, but for the deployment's own names. */
  readonly mask: Mask;
}

/** Prints and writes everything; false when a file or stdout could not take it. */
export async function deliver(delivery: DeliveryOptions): Promise<boolean> {
  const { command, outcome, context, files, mask } = delivery;
  const { flags, processContext } = context;
  const run = runOf(delivery);
  const response = asTypedHere(flags.format === 'json' ? withWarnings(outcome) : outcome.response, run);
  const problems: Diagnostic[] = [];
  const isSaved = await attempt(problems, () => save(outcome.response, files.save, mask));
  await attempt(problems, async () => files.metrics?.write(mask(metricsText(response, Date.now()))));
  const isRefused = files.save !== undefined && !isSaved && response.plan_id !== undefined;
  if (isRefused && problems.length === 0) problems.push(notSaved);
  const view = viewOf(delivery, run, isSaved);
  const isJson = flags.format === 'json';
  // In JSON even what went wrong with the files has no other place.
  const render = () =>
    isJson
      ? jsonText({ ...response, diagnostics: [...response.diagnostics, ...problems] })
      : textOf(delivery, response, view);
  const told = { ...outcome.response, diagnostics: outcome.warnings };
  const warnings = isJson ? [] : [...asTypedHere(told, run).diagnostics, ...response.diagnostics];
  const { stderr } = processContext;
  const tell = (lines: readonly string[]) => writeLines(stderr, lines, mask);
  if (!flags.isQuiet) tell(warningLines(warnings));
  if (!flags.isQuiet) {
    const isForFile = isJson || command.isFile?.(response) !== false;
    const output = isForFile ? files.output : undefined;
    const isInFile = output !== undefined && (await attempt(problems, () => writeToFile(output, mask(render()))));
    // A result that its file could not take is not lost.
    if (!isInFile) await attempt(problems, () => write(processContext.stdout, mask(render())));
  }
  if (flags.isQuiet || (!isJson && isOutOfSight(response, delivery))) tell(errorLines(response));
  tell(errorLines({ ...response, diagnostics: problems }));
  if (outcome.defect !== undefined && flags.verbosity >= 2) tell(traceLines(outcome.defect));
  return problems.every(({ code }) => code === notSaved.code);
}

const notSaved: Diagnostic = {
  severity: 'fail',
  code: 'not-saved',
  message: 'the plan was not saved: apply would refuse it',
};

function textOf({ command, context }: DeliveryOptions, response: Response, view: View): string {
  const lines = !hasResult(response)
    ? headLines(response, view)
    : context.flags.sql && view.script !== undefined
      ? scriptLines(response, view, view.script)
      : command.text(response, view);
  return `${lines.join('\n').replace(/\n{3,}/g, '\n\n')}\n`;
}

/** Whether there is more to show than why it failed. */
function hasResult({ ok, steps, ...parts }: Response): boolean {
  const { checks = [], connectivity = [], listener_policy = [], roles = [], databases = [] } = parts;
  return ok || [steps, checks, connectivity, listener_policy, roles, databases].some((part) => part.length > 0);
}

/** Failures stand in the result; where that is absent, in a file or in a pipe, a person at the terminal needs them too. */
function isOutOfSight(response: Response, { context: { processContext, flags } }: DeliveryOptions): boolean {
  const { stdout, stderr } = processContext;
  if (!hasResult(response) || flags.output !== undefined || flags.sql) return true;
  return stderr.isTTY === true && stdout.isTTY !== true;
}

/** In JSON the configuration's warnings have no other place than the response. */
function withWarnings({ response, warnings }: Outcome): Response {
  return { ...response, diagnostics: [...response.diagnostics, ...warnings] };
}

function runOf({ command, outcome, context }: DeliveryOptions): CommandLineContext {
  const { flags, processContext } = context;
  const { deployment_id: deploymentId } = outcome.response;
  const isMeant =
    otherDeploymentOf(processContext.env, deploymentId, flags) !== undefined && isDeploymentId(deploymentId);
  const isElsewhere = flags.directory !== undefined || processContext.directory !== undefined;
  return {
    verb: command.verb,
    flags,
    directory: processContext.directory,
    meant: isMeant ? deploymentId : undefined,
    get workedIn() {
      return isElsewhere ? context.cwd : undefined;
    },
  };
}

async function save(response: Response, file: PrivateFile | undefined, mask: Mask): Promise<boolean> {
  if (file === undefined) return false;
  if (!response.ok || response.plan_id === undefined) return false;
  await file.write(mask(jsonText(response)));
  return true;
}

async function writeToFile(file: PrivateFile, text: string): Promise<boolean> {
  await file.write(text);
  return true;
}

async function attempt<T>(problems: Diagnostic[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    problems.push(...error.diagnostics);
    return undefined;
  }
}

function viewOf(
  { context, outcome, roots, module }: DeliveryOptions,
  run: CommandLineContext,
  isSaved: boolean | undefined,
): View {
  const { flags, processContext } = context;
  const isToFile = flags.output !== undefined || flags.sql;
  const link = isToFile ? noLink : hyperlinkFor(processContext.stdout, flags.color, processContext.env);
  return {
    paint: isToFile ? plain : paintFor(processContext.stdout, flags.color, processContext.env),
    verbosity: flags.verbosity,
    titleOf: (provider) => roots.find(({ name }) => name === provider)?.title ?? provider,
    commandLine: (verb, extra) => commandLine(verb, run, extra),
    changingFlags: changingFlags(flags),
    facts: module?.facts ?? { actions: {} },
    ...(module?.script !== undefined && { script: module.script }),
    ...(outcome.origin !== undefined && { origin: outcome.origin }),
    ...(isSaved && flags.save !== undefined && { savedTo: flags.save }),
    link: (text, path) => link(text, resolve(context.cwd, path)),
  };
}

/** Resolves when the stream has taken the text; a reader that left early is no failure of ours. */
function write(stream: Stream, text: string): Promise<void> {
  return new Promise((done, fail) => {
    stream.write(text, (error) => {
      const code = (error as NodeJS.ErrnoException | null | undefined)?.code;
      if (!error || code === 'EPIPE' || code === 'EIO') return done();
      fail(
        new OperationError('invalid-request', `the result can't be written to stdout (${code ?? error.message})`, {
          code: 'stdout',
        }),
      );
    });
  });
}

function writeLines(stream: Stream, lines: readonly string[], mask: Mask): void {
  if (lines.length > 0) stream.write(mask(`${lines.join('\n')}\n`));
}
