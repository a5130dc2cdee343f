// `init`: writes a manifest to begin with, for what the keys declare. Asks no server, and writes over no file.
import { resolve } from 'node:path';
import {
  type Diagnostic,
  descriptorOf,
  directoryFault,
  type Environment,
  everyName,
  failure,
  type Mask,
  masked,
  maskFor,
  OperationError,
  type ProcessContext,
  printable,
  readNamedEnvFile,
  writeResult,
} from 'bus-integration-database';
import { type CommentedManifest, type ManifestLanguage, manifestText } from 'bus-integration-database/manifest';
import type { Flags } from '../command-line/flags.ts';
import { jsonText } from '../command-line/json-text.ts';
import { configure, overlay, type RunContext } from '../configure.ts';
import { createFile, requireNoFile } from '../output/new-file.ts';
import type { ProviderRoot } from '../providers.ts';
import { errorLines, warningLines } from '../render/text-error.ts';
import { providerLanguage } from './provider-language.ts';

const deploymentKey = 'BUS_DEPLOYMENT_ID';
const manifestKey = 'BUS_DATABASE_MANIFEST_FILE';
/** Of who has not named one yet. */
const exampleDeployment = 'example-dev';

/** What is to be written, and what is to be said of it. */
interface Made {
  readonly manifest: CommentedManifest;
  readonly mask: Mask;
  readonly notes: readonly Diagnostic[];
}

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
  try {
    if (isNew) requireNoFile(resolve(cwd, file), file);
    const env = environmentOf(flags, processContext, cwd);
    const { root, language } = await providerLanguage(env, flags, roots);
    const { manifest, mask, notes } = await starter(root, language, { flags, processContext, cwd }, env);
    const text = mask(textOf(manifest, language, flags));
    if (!flags.isQuiet) tell(warningLines(notes));
    if (flags.isQuiet) return 0;
    if (isNew) {
      createFile(resolve(cwd, file), file, text);
      tell([`wrote ${printable(file)}`, `next: bus operator database plan --manifest ${printable(file)}`]);
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
    return error.diagnostics.some(({ code }) => code === 'output-file') ? 1 : 2;
  }
}

/** With an env file's values laid over it, as `configure` has it. */
function environmentOf({ envFile }: Flags, { env }: ProcessContext, cwd: string): Environment {
  if (envFile === undefined) return env;
  return overlay(env, readNamedEnvFile(resolve(cwd, envFile), envFile, process.getuid?.()).file.values);
}

/** For what the keys declare; a manifest that they name is not looked at. */
async function starter(
  root: ProviderRoot,
  language: ManifestLanguage,
  { flags, processContext, cwd }: RunContext,
  env: Environment,
): Promise<Made> {
  const isNamed = Boolean(env[deploymentKey] || flags.deployment);
  const deployment = env[deploymentKey] ? {} : { [deploymentKey]: flags.deployment ?? exampleDeployment };
  const adjusted = (given: Environment) => overlay(given, { ...deployment, [manifestKey]: undefined });
  const given = { flags: { ...flags, manifests: [] }, processContext, cwd };
  const options = { needsCredentials: false, adjusted };
  const { configuration, warnings } = await configure(given, [root], 'init', options);
  const { desired, dsnOutputDirectory } = configuration;
  const manifest = language.starter({ names: desired, outputDirectory: dsnOutputDirectory });
  const notes = [...warnings, ...(isNamed ? [] : [withoutDeployment])];
  const { roles, databases } = desired;
  if (roles.size + databases.size === 0) notes.push(withoutNames);
  return { manifest, mask: maskFor(everyName(desired)), notes };
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

function textOf({ file, comments }: CommentedManifest, { editorSchema }: ManifestLanguage, { format }: Flags): string {
  if (format === 'json') return `${JSON.stringify({ $schema: editorSchema, ...file }, null, 2)}\n`;
  return manifestText(file, { head: [`yaml-language-server: $schema=${editorSchema}`], comments, isSpaced: true });
}

function throwFault(why: string | undefined): void {
  if (why !== undefined) throw new OperationError('invalid-request', why, { code: 'output-file' });
}
