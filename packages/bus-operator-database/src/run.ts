// One run of a verb, from its flags to its exit status: configuration → request → handle → response → text or JSON.

import { isAbsolute, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import {
  type Configuration,
  descriptorOf,
  directoryFault,
  errorClasses,
  everyName,
  failure,
  handle,
  isLostDirectory,
  lostDirectoryText,
  maskFor,
  nodeDebugFault,
  OperationError,
  type ProcessContext,
  printable,
  type Response,
  type Verb,
} from 'bus-integration-database';
import { flagDuration, flagJobs, positiveFlagDuration } from './command-line/flag-values.ts';
import type { Flags } from './command-line/flags.ts';
import { type Interruption, listenForInterruption } from './command-line/interruption.ts';
import { apply } from './commands/apply.ts';
import type { Command } from './commands/command.ts';
import { doctor } from './commands/doctor.ts';
import { plan } from './commands/plan.ts';
import { status } from './commands/status.ts';
import { verify } from './commands/verify.ts';
import { configure, providerContextOf, type RunContext, requireMeantDeployment, type Setup } from './configure.ts';
import { deliver } from './deliver.ts';
import type { Outcome } from './output/outcome.ts';
import { answerFile, metricsFile, planFile } from './output/own-files.ts';
import { type PrivateFile, preparePrivateFile } from './output/private-file.ts';
import { readSavedPlan } from './output/saved-plan.ts';
import type { ProviderRoot } from './providers.ts';
import { type ProgressLine, progressLine } from './render/progress.ts';

const commands: Readonly<Record<Exclude<Verb, 'report'>, Command>> = { doctor, plan, apply, status, verify };

/** Runs a verb with one of the given providers and answers with the exit status. */
export async function run(
  verb: Verb,
  given: Flags,
  processContext: ProcessContext,
  roots: readonly ProviderRoot[],
): Promise<number> {
  const flags = withoutStdout(given);
  const context: RunContext = {
    flags,
    processContext,
    // Read only when needed, so that a deleted current directory is reported like other failures.
    get cwd() {
      return isAbsolute(flags.directory ?? '')
        ? resolve(flags.directory ?? '')
        : resolve(processContext.cwd, flags.directory ?? '.');
    },
  };
  let command = verb === 'report' ? (await import('./commands/report.ts')).report : commands[verb];
  const line = progressLine(verb, flags, processContext);
  const files: { output?: PrivateFile; save?: PrivateFile; metrics?: PrivateFile } = {};
  let interruption: Interruption | undefined;
  let outcome: Outcome;
  let setup: Setup | undefined;
  try {
    const printing = nodeDebugFault();
    if (printing !== undefined) throw printing;
    requireDirectory(context);
    // What can't be written is better known before anything is done.
    if (flags.output !== undefined && !flags.isQuiet)
      files.output = await preparePrivateFile(resolve(context.cwd, flags.output), flags.output, answerFile);
    if (flags.metrics === '-') throw metricsToStdout();
    if (flags.metrics !== undefined)
      files.metrics = await preparePrivateFile(resolve(context.cwd, flags.metrics), flags.metrics, metricsFile, 0o644);
    if (flags.save === '-') throw savedToStdout();
    if (flags.save !== undefined)
      files.save = await preparePrivateFile(resolve(context.cwd, flags.save), flags.save, planFile);
    command = (await command.prepared?.(context)) ?? command;
    const timeoutMs = positiveFlagDuration('--timeout', flags.timeout);
    setup = await configure(context, roots, verb);
    if (verb === 'apply') requireMeantDeployment(processContext.env, setup.configuration, flags);
    interruption = listenForInterruption({
      timeoutMs,
      onSignal: (name) => {
        line.clear();
        if (!flags.isQuiet)
          processContext.stderr.write(`bus operator database: ${name}: stopping; a second signal stops it at once\n`);
      },
      leave: (exitStatus) => process.exit(exitStatus),
    });
    if (flags.sql && setup.module?.script === undefined) throw withoutScript(setup.configuration);
    const response = await answer(command, setup, context, interruption.signal, withOwnPace(line.onProgress));
    const full = command.withWarnings?.(response, setup.warnings);
    outcome = {
      response: full ?? response,
      warnings: full === undefined ? setup.warnings : [],
      origin: setup.origin,
    };
  } catch (error) {
    outcome = failed(error, setup, processContext);
  } finally {
    interruption?.[Symbol.dispose]();
    line.end();
  }
  const exitStatus = interruption?.exitStatus() ?? exitOf(command, outcome.response, flags);
  const mask = maskFor(setup === undefined ? [] : everyName(setup.configuration.desired));
  const isDelivered = await deliver({ command, outcome, context, roots, files, mask, module: setup?.module });
  return isDelivered || exitStatus !== 0 ? exitStatus : 1;
}

async function answer(
  command: Command,
  { configuration, env, module }: Setup,
  context: RunContext,
  signal: AbortSignal,
  onProgress: ProgressLine['onProgress'],
): Promise<Response> {
  const { flags, cwd } = context;
  const jobs = flagJobs(flags.jobs);
  const lockTimeoutMs = flagDuration('--lock-timeout', flags.lockTimeout);
  const saved =
    flags.plan === undefined
      ? undefined
      : await readSavedPlan(resolve(cwd, flags.plan), flags.plan, configuration.deploymentId);
  const input = { configuration, flags, saved };
  const request = command.request(input);
  const remote = flags.apiUrl === undefined ? undefined : await import('./api/api-client.ts');
  const provider =
    remote?.createApiProvider(configuration.provider, remote.readApiAddress(flags, cwd, env), {
      facts: module?.facts,
      configured: configuration.desired,
    }) ??
    module?.create({
      configuration,
      processContext: providerContextOf(env, context),
      ...(jobs !== undefined && { jobs }),
      ...(lockTimeoutMs !== undefined && { lockTimeoutMs }),
    });
  const providers = provider === undefined ? [] : [provider];
  const response = await handle(command.verb, request, providers, { signal, onProgress });
  return command.judge?.(response, input) ?? response;
}

/**
 * How V8 works once databases are read. What a connection leaves behind is garbage at once; V8 would else let 32 MB of it
 * gather before it looks. Most runs end before V8's optimized code pays for its compilation, which takes a fifth of a plan's
 * processor time: a function has to run some seven times as long before it is compiled. Not before there is progress: V8
 * refuses the code caches of our scripts and of Node's own modules once a flag is another.
 */
function withOwnPace(onProgress: ProgressLine['onProgress']): ProgressLine['onProgress'] {
  let isSet = false;
  return (progress) => {
    if (!isSet) {
      setFlagsFromString('--semi-space-growth-factor=1');
      if (/^v2[024]\./.test(process.version)) setFlagsFromString('--interrupt-budget=1000000');
    }
    isSet = true;
    onProgress(progress);
  };
}

/** `-o -` and its like are what happens without the flag. */
function withoutStdout(flags: Flags): Flags {
  const { output } = flags;
  return output !== undefined && descriptorOf(output) === 1 ? { ...flags, output: undefined } : flags;
}

function withoutScript({ provider }: Configuration): OperationError {
  return new OperationError('invalid-request', `plan --sql: the provider ${provider} writes no scripts`, {
    code: 'usage',
  });
}

function savedToStdout(): OperationError {
  return new OperationError('invalid-request', '--save -: expected a file; plan -f json prints the plan to stdout', {
    code: 'usage',
  });
}

function metricsToStdout(): OperationError {
  return new OperationError('invalid-request', '--metrics -: expected a file, as the textfile collector reads it', {
    code: 'usage',
  });
}

function requireDirectory({ cwd, flags: { directory } }: RunContext): void {
  const why = directory === undefined ? undefined : directoryFault(cwd);
  if (directory === undefined || why === undefined) return;
  throw new OperationError('invalid-request', `-C ${printable(directory)}: ${why}`, { code: 'no-directory' });
}

function failed(error: unknown, setup: Setup | undefined, { env }: ProcessContext): Outcome {
  const about = {
    deployment_id: setup?.configuration.deploymentId ?? env.BUS_DEPLOYMENT_ID ?? '',
    provider: setup?.configuration.provider ?? env.BUS_DATABASE_PROVIDER ?? '',
  };
  const told = isLostDirectory(error) ? lostDirectory() : error;
  const isExpected = told instanceof OperationError;
  const known = isExpected ? told : defectError(error);
  return {
    response: failure(about, known),
    warnings: setup?.warnings ?? [],
    ...(setup !== undefined && { origin: setup.origin }),
    ...(!isExpected && { defect: error }),
  };
}

function lostDirectory(): OperationError {
  return new OperationError('invalid-request', lostDirectoryText, {
    code: 'working-directory',
    remedy: 'cd to a directory that exists, or name one: -C /DIR',
  });
}

function defectError(error: unknown): OperationError {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new OperationError('internal', `this is a defect of this program: ${text}`, {
    remedy: 'run it again with -vv and report what it prints',
    cause: error,
  });
}

function exitOf(command: Command, response: Response, flags: Flags): number {
  // What the file system refuses is a failure of the run, the line itself being right.
  if (response.diagnostics.some(({ code }) => code === 'no-directory' || code === 'output-file')) return 1;
  if (flags.check && command.hasWork?.(response)) return 3;
  return response.error_class === undefined ? command.exit(response) : errorClasses[response.error_class].exit;
}
