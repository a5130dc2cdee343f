// Where a deployment's output files go: the configured directory, and what outputs name beside it.
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  type Configuration,
  createOutputDirectory,
  type DesiredNames,
  type Diagnostic,
  gitExposure,
  judgeParent,
  OperationError,
  type Output,
  type OutputDirectory,
  type OutputPlace,
  ownerOf,
  type ProviderContext,
  printable,
  standsElsewhere,
} from 'bus-integration-database';
import { connectionStrings } from '../output-forms/connection-strings.ts';
import { filesInUse, requireUnused } from './files-in-use.ts';

/**
 * Opened by whoever first looks into it, and closed by who asked for it; undefined where a file is to stand in a directory
 * that is not configured. Relative paths of outputs lead from where those of the configuration do.
 */
export function directoryOf(
  configuration: Configuration,
  processContext: ProviderContext,
  { outputs }: Pick<DesiredNames, 'outputs'>,
): OutputDirectory | undefined {
  const { cwd, uid, env, processEnv = env } = processContext;
  const { dsnOutputDirectory: written, dsnDirectoryShownAs: shown = written, dsnFileOwner } = configuration;
  const hasOwn = written !== undefined && shown !== undefined;
  const areElsewhere = outputs.size > 0 && [...outputs.values()].every(standsElsewhere);
  if (!hasOwn && !areElsewhere) return undefined;
  const numbers = (named: Parameters<typeof ownerOf>[0]) => ownerOf(named, uid, processEnv.PATH);
  const owner = numbers(dsnFileOwner && { ...dsnFileOwner, key: 'BUS_DATABASE_DSN_FILE_OWNER' });
  const isTracked = trackedBy(processEnv);
  const place: OutputPlace = hasOwn
    ? { shown, path: resolve(cwd, written), uid, owner, isTracked }
    : { shown: '.', path: cwd, uid, owner, isTracked, isAbsent: true };
  const pathOf = (output: Output) => resolve(standsElsewhere(output) ? cwd : place.path, output.file);
  requireUnused(outputs.values(), pathOf, filesInUse(configuration, processContext));
  requireOwnFiles(outputs, pathOf);
  const known = new Map<string, OutputPlace['owner']>();
  const elsewhere = ({ file, owner: named }: Pick<Output, 'file' | 'owner'>): OutputPlace => {
    const directory = dirname(file);
    if (named !== undefined && !known.has(named)) known.set(named, numbers(asNamed(named)));
    const itsOwner = named === undefined ? owner : known.get(named);
    return { shown: directory, path: resolve(cwd, directory), uid, owner: itsOwner, isTracked, isCommon: true };
  };
  return createOutputDirectory(place, connectionStrings, elsewhere);
}

/** Where everybody may write above the output directory, anybody could put another in its place; where the files get an owner, that is refused. */
export function aboveFiles(directory: OutputPlace | undefined, { uid }: ProviderContext): Diagnostic[] {
  if (directory === undefined || directory.isAbsent || directory.owner !== undefined) return [];
  const { mode = 0 } = statSync(dirname(directory.path), { throwIfNoEntry: false }) ?? {};
  // A volume that its own group may write is what orchestrators give.
  if ((mode & 0o1002) !== 0o002) return [];
  return judgeParent({ path: directory.path, shownAs: directory.shown }, uid);
}

/** Of a directory in which git has nothing, no file is asked about. */
function trackedBy(env: NonNullable<ProviderContext['processEnv']>): (path: string) => boolean {
  const has = (path: string) => gitExposure(path, { env }).result === 'fail';
  const known = new Map<string, boolean>();
  return (path) => {
    const directory = `${dirname(path)}/`;
    const isAny = known.get(directory) ?? has(directory);
    known.set(directory, isAny);
    return isAny && has(path);
  };
}

/** A path may lead into the output directory: then two outputs could be one file, which no manifest's text shows. */
function requireOwnFiles(outputs: DesiredNames['outputs'], pathOf: (output: Output) => string): void {
  const taken = new Map<string, Output>();
  for (const output of outputs.values()) {
    const path = pathOf(output);
    const other = taken.get(path);
    taken.set(path, output);
    if (other === undefined) continue;
    const [one, two] = [other, output].map(({ file }) => printable(file));
    const message = `outputs ${one} and ${two} would be the same file`;
    throw new OperationError('invalid-request', message, { target: two ?? '', remedy: 'give each a file of its own' });
  }
}

function asNamed(owner: string): Parameters<typeof ownerOf>[0] {
  const [user = '', group] = owner.split(':');
  return { user, ...(group !== undefined && { group }), key: 'owner in outputs' };
}
