// Where a deployment's output files go: the configured directory, and what outputs name beside it.
import { dirname, resolve } from 'node:path';
import {
  type Configuration,
  createOutputDirectory,
  type DesiredNames,
  type Output,
  type OutputDirectory,
  type OutputPlace,
  ownerOf,
  type ProviderContext,
  standsElsewhere,
} from 'bus-integration-database';
import { connectionStrings } from '../output-forms/connection-strings.ts';

/**
 * Opened by whoever first looks into it, and closed by who asked for it; undefined where a file is to stand in a directory
 * that is not configured. Relative paths of outputs lead from where those of the configuration do.
 */
export function directoryOf(
  configuration: Configuration,
  { cwd, uid, env, processEnv = env }: ProviderContext,
  { outputs }: Pick<DesiredNames, 'outputs'>,
): OutputDirectory | undefined {
  const { dsnOutputDirectory: written, dsnDirectoryShownAs: shown = written, dsnFileOwner } = configuration;
  const hasOwn = written !== undefined && shown !== undefined;
  const areElsewhere = outputs.size > 0 && [...outputs.values()].every(standsElsewhere);
  if (!hasOwn && !areElsewhere) return undefined;
  const numbers = (named: Parameters<typeof ownerOf>[0]) => ownerOf(named, uid, processEnv.PATH);
  const owner = numbers(dsnFileOwner && { ...dsnFileOwner, key: 'BUS_DATABASE_DSN_FILE_OWNER' });
  const place: OutputPlace = hasOwn
    ? { shown, path: resolve(cwd, written), uid, owner }
    : { shown: '.', path: cwd, uid, owner, isAbsent: true };
  const known = new Map<string, OutputPlace['owner']>();
  const elsewhere = ({ file, owner: named }: Pick<Output, 'file' | 'owner'>): OutputPlace => {
    const directory = dirname(file);
    if (named !== undefined && !known.has(named)) known.set(named, numbers(asNamed(named)));
    const itsOwner = named === undefined ? owner : known.get(named);
    return { shown: directory, path: resolve(cwd, directory), uid, owner: itsOwner, isCommon: true };
  };
  return createOutputDirectory(place, connectionStrings, elsewhere);
}

function asNamed(owner: string): Parameters<typeof ownerOf>[0] {
  const [user = '', group] = owner.split(':');
  return { user, ...(group !== undefined && { group }), key: 'owner in outputs' };
}
