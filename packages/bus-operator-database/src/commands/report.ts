// `report`: plan, status and verify in one answer, as a page. On a terminal it is the verdict alone. Loaded only for a report.
import { resolve } from 'node:path';
import {
  directoryFault,
  failure,
  maskedDeep,
  OperationError,
  type ProcessContext,
  printable,
  type Response,
} from 'bus-integration-database';
import {
  inputOf,
  type ReportInput,
  reportPage,
  requireSameDeployment,
  verdictOf,
} from 'bus-integration-database/report';
import type { Flags } from '../command-line/flags.ts';
import { jsonText } from '../command-line/json-text.ts';
import { answerFile } from '../output/own-files.ts';
import { type PrivateFile, preparePrivateFile } from '../output/private-file.ts';
import { readSavedAnswers } from '../output/saved-answer.ts';
import { paintFor } from '../render/paint.ts';
import { errorLines } from '../render/text-error.ts';
import { headLines, nextLines } from '../render/view.ts';
import type { Command } from './command.ts';
import { requestAbout } from './request-parts.ts';

export const report: Command = commandOf({});

interface Shown {
  /** What it is compared with. */
  readonly previous?: ReportInput | undefined;
  /** Nobody reads a page there. */
  readonly isOnTerminal?: boolean;
}

function commandOf({ previous, isOnTerminal = false }: Shown): Command {
  return {
    verb: 'report',
    prepared: async ({ flags, processContext, cwd }) =>
      commandOf({
        previous: await previousOf(flags, cwd),
        isOnTerminal: flags.output === undefined && processContext.stdout.isTTY === true,
      }),
    request: ({ configuration, flags }) => {
      const request = requestAbout(configuration, flags);
      requireComparable(previous, request.deployment_id, flags);
      return request;
    },
    withWarnings: (response, warnings) =>
      response.report === undefined ? undefined : { ...response, diagnostics: [...response.diagnostics, ...warnings] },
    text: (response, view) => {
      if (!isOnTerminal) return [reportPage(inputOf(response), { previous }).trimEnd()];
      const { reasons } = verdictOf(inputOf(response));
      return [
        ...headLines(response, view),
        ...reasons.map(printable),
        ...nextLines([view.commandLine('report', ['-o', 'report.html'])]),
      ];
    },
    isFile: ({ report: found }) => found !== undefined,
    hasWork: (response) => response.report !== undefined && verdictOf(inputOf(response)).state !== 'ok',
    exit: () => 0,
  };
}

/** The report that `--diff` compares with, where it was given. */
async function previousOf({ diff }: Flags, cwd: string): Promise<ReportInput | undefined> {
  return diff === undefined ? undefined : await readSavedAnswers([diff], (file) => resolve(cwd, file));
}

function requireComparable(previous: ReportInput | undefined, deploymentId: string, { diff = '' }: Flags): void {
  if (previous !== undefined) requireSameDeployment(diff, previous.response.deployment_id, deploymentId);
}

/** `report --from FILE …`: a page of saved answers. Needs no configuration and asks no server. */
export async function reportFrom(flags: Flags, processContext: ProcessContext): Promise<number> {
  const { stderr, stdout } = processContext;
  const cwd = resolve(processContext.cwd, flags.directory ?? '.');
  let file: PrivateFile | undefined;
  try {
    const fault = flags.directory === undefined ? undefined : directoryFault(cwd);
    if (fault !== undefined) throw usage(`-C ${printable(flags.directory ?? '')}: ${fault}`);
    if (flags.output !== undefined && flags.output !== '-' && !flags.isQuiet)
      file = await preparePrivateFile(resolve(cwd, flags.output), flags.output, answerFile);
    const input = await readSavedAnswers(flags.from, (name) => resolve(cwd, name));
    const previous = await previousOf(flags, cwd);
    requireComparable(previous, input.response.deployment_id, flags);
    const isText = file === undefined && flags.format === 'text' && stdout.isTTY === true;
    const text =
      flags.format === 'json'
        ? jsonText(input.response)
        : isText
          ? verdictText(input, flags, processContext)
          : reportPage(input, { previous });
    if (!flags.isQuiet) await (file?.write(text) ?? new Promise<void>((done) => stdout.write(text, () => done())));
    return flags.check && verdictOf(input).state !== 'ok' ? 3 : 0;
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const response: Response = maskedDeep(failure({ deployment_id: '', provider: '' }, error));
    stderr.write(`${errorLines(response).join('\n')}\n`);
    if (flags.format === 'json' && !flags.isQuiet) stdout.write(jsonText(response));
    return error.diagnostics.some(({ code }) => code === 'output-file') ? 1 : 2;
  }
}

function verdictText(input: ReportInput, { color }: Flags, { stdout, env }: ProcessContext): string {
  const { state, headline, reasons } = verdictOf(input);
  const paint = paintFor(stdout, color, env);
  return [paint(state === 'ok' ? 'green' : 'red', headline), ...reasons.map(printable), ''].join('\n');
}

function usage(message: string): OperationError {
  return new OperationError('invalid-request', message, { code: 'output-file' });
}
