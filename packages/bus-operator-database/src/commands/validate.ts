// `validate`: judges manifests without a server and without the rest of the configuration. Changes nothing.
import { resolve } from 'node:path';
import {
  count,
  type Diagnostic,
  descriptorOf,
  directoryFault,
  failure,
  masked,
  OperationError,
  type ProcessContext,
  printable,
  type Response,
  readNamedEnvFile,
  writeResult,
} from 'bus-integration-database';
import {
  type Expansion,
  type ManifestLanguage,
  type ManifestReading,
  manifestText,
  readManifest,
  readManifestFile,
} from 'bus-integration-database/manifest';
import type { Flags } from '../command-line/flags.ts';
import { jsonText } from '../command-line/json-text.ts';
import { overlay } from '../configure.ts';
import { answerFile } from '../output/own-files.ts';
import type { ProviderRoot } from '../providers.ts';
import { paintFor, plain } from '../render/paint.ts';
import { type ProgressLine, progressLine } from '../render/progress.ts';
import { errorLines, warningLines } from '../render/text-error.ts';
import { providerLanguage } from './provider-language.ts';

const key = 'BUS_DATABASE_MANIFEST_FILE';

/** A manifest that was judged. */
interface Judged {
  readonly file: string;
  /** What is declared, where nothing is wrong. */
  readonly expanded?: NonNullable<ManifestReading<{ readonly deployment: string }>['expanded']>;
  readonly diagnostics: readonly Diagnostic[];
  readonly lines: readonly string[];
}

interface Result {
  readonly provider: string;
  readonly language: ManifestLanguage;
  readonly judged: readonly Judged[];
}

/** Judges every file that is named, and answers with the exit status. */
export async function validate(
  flags: Flags,
  processContext: ProcessContext,
  roots: readonly ProviderRoot[],
): Promise<number> {
  const { stderr } = processContext;
  const tell = (lines: readonly string[]) => {
    if (lines.length > 0) stderr.write(masked(`${lines.join('\n')}\n`));
  };
  const cwd = resolve(processContext.cwd, flags.directory ?? '.');
  const fault = flags.directory === undefined ? undefined : directoryFault(cwd);
  if (fault !== undefined) {
    tell([`bus operator database: -C ${printable(flags.directory ?? '')}: ${fault}`]);
    return 1;
  }
  const line = progressLine('validate', flags, processContext);
  let response: Response;
  let text: string;
  let isOurs = answerFile.isOurs;
  try {
    const warn = (warnings: readonly Diagnostic[]) => {
      if (!flags.isQuiet) tell(warningLines(warnings));
    };
    const result = await judge(flags, processContext, cwd, roots, warn, line.onProgress).finally(line.end);
    response = responseOf(result);
    const isInFile = flags.output !== undefined && descriptorOf(flags.output) !== 1;
    if (!response.ok && (flags.isQuiet || isInFile)) tell(result.judged.flatMap(({ lines }) => lines));
    text = textOf(result, response, flags, processContext);
    isOurs = (there) => answerFile.isOurs(there) || isExpansion(there, result.language);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    response = failure({ deployment_id: '', provider: flags.provider ?? '' }, error);
    tell(errorLines(response));
    text = flags.format === 'json' ? jsonText(response) : '';
  }
  const why = flags.isQuiet ? undefined : written(text, flags, cwd, processContext, isOurs);
  if (why !== undefined) tell([`bus operator database: ${why}`]);
  return response.ok ? (why === undefined ? 0 : 1) : 2;
}

async function judge(
  flags: Flags,
  { env: given }: ProcessContext,
  cwd: string,
  roots: readonly ProviderRoot[],
  warn: (warnings: readonly Diagnostic[]) => void,
  onProgress: ProgressLine['onProgress'],
): Promise<Result> {
  const { envFile } = flags;
  const named =
    envFile === undefined ? undefined : readNamedEnvFile(resolve(cwd, envFile), envFile, process.getuid?.());
  if (named !== undefined) warn(named.warnings);
  const env = overlay(given, named?.file.values);
  const { root, language } = await providerLanguage(env, flags, roots);
  const configured = env[key];
  if (flags.manifests.length === 0 && !configured) throw withoutFile();
  const meant = flags.deployment ?? (flags.manifests.length === 0 ? env.BUS_DEPLOYMENT_ID : undefined);
  const source = flags.deployment === undefined ? 'BUS_DEPLOYMENT_ID' : '--deployment';
  const files = flags.manifests.length > 0 ? flags.manifests : [configured ?? ''];
  const judged = files.map((file, done) => {
    onProgress({ phase: 'judging manifests', done, total: files.length, detail: file });
    return judgedFile(file, cwd, language, meant, source);
  });
  return { provider: root.name, language, judged };
}

function judgedFile(
  file: string,
  cwd: string,
  language: ManifestLanguage,
  meant: string | undefined,
  source: string,
): Judged {
  const { expanded, diagnostics, lines } = readingOf(file, cwd, language);
  if (expanded === undefined) return { file, diagnostics, lines };
  if (!meant || expanded.deployment === meant) return { file, expanded, diagnostics, lines };
  const message = `the manifest is of deployment ${expanded.deployment}, but ${source} is ${printable(meant)}`;
  const conflict: Diagnostic = { severity: 'fail', code: 'conflict', message, target: file };
  return { file, diagnostics: [conflict], lines: [`${printable(file)}: ${message}`] };
}

/** A file that can't be read is one that is wrong: the others are judged all the same. */
function readingOf(file: string, cwd: string, language: ManifestLanguage): Omit<Judged, 'file'> {
  try {
    return readManifest(readManifestFile(resolve(cwd, file), file), file, language);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return { diagnostics: error.diagnostics, lines: [error.message] };
  }
}

function withoutFile(): OperationError {
  return new OperationError('invalid-request', 'no manifest is named', {
    code: 'usage',
    remedy: `name a FILE, or set ${key}`,
  });
}

function responseOf({ provider, judged, language }: Result): Response {
  const diagnostics = judged.flatMap((one): readonly Diagnostic[] =>
    one.expanded === undefined
      ? one.diagnostics
      : [{ severity: 'info', code: 'manifest', message: language.summary(one.expanded), target: one.file }],
  );
  const [first] = judged;
  const about = { deployment_id: first?.expanded?.deployment ?? '', provider };
  if (judged.some(({ expanded }) => expanded === undefined))
    return failure(about, new OperationError('invalid-request', 'a manifest is wrong', { diagnostics }));
  return { ok: true, ...about, actions: [], steps: [], diagnostics };
}

function textOf(
  { judged, language }: Result,
  response: Response,
  { expand, format, color, output }: Flags,
  { stdout, env }: ProcessContext,
): string {
  const [first] = judged;
  if (response.ok && expand && first?.expanded !== undefined) {
    return expansionText(first.expanded, language, format);
  }
  if (format === 'json') return jsonText(response);
  const paint = output === undefined ? paintFor(stdout, color, env) : plain;
  const lines = judged.flatMap(({ file, expanded, diagnostics, lines }) =>
    expanded === undefined
      ? [...lines, '', `${printable(file)}: ${count(diagnostics.length, 'problem')}`]
      : [`${printable(file)}: deployment ${expanded.deployment}: ${language.summary(expanded)}`],
  );
  return `${[paint(response.ok ? 'green' : 'red', `ok: ${response.ok}`), ...lines].join('\n')}\n`;
}

function expansionText(expanded: Expansion, language: ManifestLanguage, format: string): string {
  const file = language.fileOf(expanded);
  return format === 'json' ? `${JSON.stringify(file, null, 2)}\n` : manifestText(file);
}

/** Written by `--expand`: such a text, expanded again, is the same. A comment of somebody's would be lost. */
function isExpansion(text: string, language: ManifestLanguage): boolean {
  const { expanded } = readManifest(Buffer.from(text), 'what is there', language);
  return (
    expanded !== undefined && ['json', 'text'].some((format) => expansionText(expanded, language, format) === text)
  );
}

/** Why the result could not be written; undefined when it was. */
function written(
  text: string,
  { output }: Flags,
  cwd: string,
  { stdout }: ProcessContext,
  isOurs: (there: string) => boolean,
): string | undefined {
  if (text === '') return undefined;
  if (output === undefined || descriptorOf(output) === 1) {
    stdout.write(masked(text));
    return undefined;
  }
  return writeResult(masked(text), descriptorOf(output) === undefined ? resolve(cwd, output) : output, isOurs);
}
