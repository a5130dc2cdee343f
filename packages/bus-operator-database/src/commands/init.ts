// `init`: writes a manifest to begin with, for what the keys declare or for what a server holds. Writes over no file.
import { resolve } from 'node:path';
import {
  type Diagnostic,
  descriptorOf,
  directoryFault,
  type Environment,
  everyName,
  failure,
  masked,
  maskFor,
  OperationError,
  type ProcessContext,
  printable,
  readNamedEnvFile,
  writeResult,
} from 'bus-integration-database';
import type { CommentedManifest, ManifestLanguage } from 'bus-integration-database/manifest';
import { positiveFlagDuration } from '../command-line/flag-values.ts';
import type { Flags } from '../command-line/flags.ts';
import { type Interruption, listenForInterruption } from '../command-line/interruption.ts';
import { jsonText } from '../command-line/json-text.ts';
import { configure, overlay, type RunContext } from '../configure.ts';
import { createFile, requireNoFile } from '../output/new-file.ts';
import type { ProviderRoot } from '../providers.ts';
import { errorLines, warningLines } from '../render/text-error.ts';
import type { MadeManifest } from './init-from-server.ts';
import { providerLanguage } from './provider-language.ts';

const deploymentKey = 'BUS_DEPLOYMENT_ID';
const manifestKey = 'BUS_DATABASE_MANIFEST_FILE';
/** Of who has not named one yet. */
const exampleDeployment = 'example-dev';

/** Writes the manifest, and answers with the exit status. */
export async function init(
  flags: Flags,
  processContext: ProcessContext,
  roots: readonly ProviderRoot[],
): Promise<number> {
  const { stdout, stderr } = processContext;
  const tell = (lines: readonly string[]) => {
    if (lines.length > 0) stderr.write(masked(`${lines.join('\n')}\n`));
  };
  const cwd = resolve(processContext.cwd, flags.directory ?? '.');
  const fault = flags.directory === undefined ? undefined : directoryFault(cwd);
  if (fault !== undefined) {
    tell([`bus operator database: -C ${printable(flags.directory ?? '')}: ${fault}`]);
    return 1;
  }
  const file = flags.output ?? flags.manifests[0];
  const isNew = file !== undefined && descriptorOf(file) === undefined;
  let interruption: Interruption | undefined;
  try {
    if (isNew) requireNoFile(resolve(cwd, file), file);
    if (flags.fromServer) {
      const timeoutMs = positiveFlagDuration('--timeout', flags.timeout);
      const leave = (exitStatus: number) => process.exit(exitStatus);
      interruption = listenForInterruption({ timeoutMs, onSignal: () => undefined, leave });
    }
    const { text, notes, flags: needed } = await made({ flags, processContext, cwd }, roots, interruption?.signal);
    if (!flags.isQuiet) tell(warningLines(notes));
    if (flags.isQuiet) return 0;
    if (isNew) {
      createFile(resolve(cwd, file), file, text);
      const next = ['bus operator database plan --manifest', printable(file), ...needed];
      tell([`wrote ${printable(file)}`, `next: ${next.join(' ')}`]);
      return 0;
    }
    if (file === undefined || descriptorOf(file) === 1) stdout.write(text);
    else throwFault(writeResult(text, file));
    return 0;
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const response = failure({ deployment_id: flags.deployment ?? '', provider: flags.provider ?? '' }, error);
    tell(errorLines(response));
    if (flags.format === 'json' && !flags.isQuiet && !isNew) stdout.write(masked(jsonText(response)));
    return interruption?.exitStatus() ?? exitOf(error);
  } finally {
    interruption?.[Symbol.dispose]();
  }
}

function exitOf({ errorClass, diagnostics }: OperationError): number {
  if (diagnostics.some(({ code }) => code === 'output-file')) return 1;
  return errorClass === 'invalid-request' || errorClass === 'not-configured' ? 2 : 1;
}

async function made(
  context: RunContext,
  roots: readonly ProviderRoot[],
  signal: AbortSignal | undefined,
): Promise<MadeManifest> {
  const env = environmentOf(context);
  const { root, language } = await providerLanguage(env, context.flags, roots);
  const write = (manifest: CommentedManifest) => textOf(manifest, language, context.flags);
  if (signal === undefined) return await starter(root, language, write, context, env);
  const { describedServer } = await import('./init-from-server.ts');
  const setup = await configured(context, root, env, {});
  return await describedServer({ setup, context, language, write }, signal);
}

/** With an env file's values laid over it, as `configure` has it. */
function environmentOf({ flags: { envFile }, processContext: { env }, cwd }: RunContext): Environment {
  if (envFile === undefined) return env;
  return overlay(env, readNamedEnvFile(resolve(cwd, envFile), envFile, process.getuid?.()).file.values);
}

/** What the keys declare; a manifest that they name is not looked at. */
async function configured(
  { flags, processContext, cwd }: RunContext,
  root: ProviderRoot,
  env: Environment,
  { otherwise, needsCredentials = true }: { readonly otherwise?: string; readonly needsCredentials?: boolean },
) {
  const id = flags.deployment ?? otherwise;
  const deployment = env[deploymentKey] || id === undefined ? {} : { [deploymentKey]: id };
  const adjusted = (given: Environment) => overlay(given, { ...deployment, [manifestKey]: undefined });
  const given = { flags: { ...flags, manifests: [] }, processContext, cwd };
  return await configure(given, [root], 'init', { needsCredentials, adjusted });
}

async function starter(
  root: ProviderRoot,
  language: ManifestLanguage,
  write: (manifest: CommentedManifest) => Promise<string>,
  context: RunContext,
  env: Environment,
): Promise<MadeManifest> {
  const options = { otherwise: exampleDeployment, needsCredentials: false };
  const { configuration, warnings } = await configured(context, root, env, options);
  const { desired, dsnOutputDirectory } = configuration;
  const text = await write(language.starter({ names: desired, outputDirectory: dsnOutputDirectory }));
  const isNamed = Boolean(env[deploymentKey] || context.flags.deployment);
  const notes = [...warnings, ...(isNamed ? [] : [withoutDeployment])];
  if (desired.roles.size + desired.databases.size === 0) notes.push(withoutNames);
  return { text: maskFor(everyName(desired))(text), notes, flags: [] };
}

const withoutDeployment: Diagnostic = {
  severity: 'info',
  code: 'example',
  message: `${deploymentKey} is not set: the manifest is of deployment ${exampleDeployment}, an example`,
  remedy: 'write its own id before apply',
};
const withoutNames: Diagnostic = {
  severity: 'info',
  code: 'example',
  message: 'the keys name no role and no database: those of the manifest are examples',
  remedy: 'write their own names before apply',
};

async function textOf(
  { file, comments }: CommentedManifest,
  { editorSchema }: ManifestLanguage,
  { format }: Flags,
): Promise<string> {
  if (format === 'json') return `${JSON.stringify({ $schema: editorSchema, ...file }, null, 2)}\n`;
  const { manifestText } = await import('./manifest-writer.ts');
  return manifestText(file, { head: [`yaml-language-server: $schema=${editorSchema}`], comments, isSpaced: true });
}

function throwFault(why: string | undefined): void {
  if (why !== undefined) throw new OperationError('invalid-request', why, { code: 'output-file' });
}
