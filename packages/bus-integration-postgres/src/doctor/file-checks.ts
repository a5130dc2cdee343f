// What the doctor sees of this machine: where the admin DSN stands and the directory of the DSN files. Writes nothing.
import {
  type Check,
  type Configuration,
  type DesiredNames,
  filesByDirectory,
  gitExposure,
  judgeOutputDirectory,
  judgeSecretFile,
  OperationError,
  type Output,
  type OutputDirectory,
  type ProviderContext,
  readPairs,
  say,
  standsElsewhere,
  withoutSlashes,
  wordingOf,
} from 'bus-integration-database';
import { adminFile, adminSource, pathFrom } from '../survey/preparation.ts';
import { asCheck, check } from './doctor-check.ts';

export function secretFileChecks(configuration: Configuration, processContext: ProviderContext): Check[] {
  const { key, envFile, file: written, isFileTold = true } = configuration.credentials;
  const { uid, cwd } = processContext;
  const file = adminFile(configuration.credentials, cwd);
  if (file !== undefined) {
    const findings = judgeSecretFile(file, { uid });
    return [
      ...(findings.length === 0
        ? [check('admin-dsn-file', 'ok', say`${{ path: isFileTold ? (written ?? file) : file }} is this user's alone`)]
        : findings.map((finding) => asCheck(finding, 'admin-dsn-file'))),
      gitCheck('git-admin-dsn', file, processContext),
    ];
  }
  if (envFile === undefined)
    return [check('admin-dsn', 'info', say`the admin DSN comes from ${adminSource(configuration)} itself`)];
  const findings = judgeSecretFile(pathFrom(cwd, envFile), { uid, content: 'any' });
  return [
    ...(findings.length === 0
      ? [check('admin-dsn-file', 'ok', say`${{ path: envFile }}, which holds ${key}, is this user's alone`)]
      : findings.map((finding) => asCheck(finding, 'admin-dsn-file'))),
    gitCheck('git-admin-dsn', envFile, processContext),
  ];
}

/** What is wrong with the directory and the files in it. */
interface DirectoryObservation {
  readonly checks: readonly Check[];
  /** Undefined too where its files can't be looked into: what they hold is not known then. */
  readonly readable?: OutputDirectory;
}

export function observeDirectory(
  directory: OutputDirectory | undefined,
  configuration: Configuration,
  processContext: ProviderContext,
  desired: DesiredNames,
): DirectoryObservation {
  if (directory === undefined) return { checks: [] };
  const closed = faultsOf('output-directory', () => directory.names());
  if (closed.length > 0) return { checks: closed };
  const broken = faultsOf('dsn-file', () => readPairs(directory, desired));
  const elsewhere = [...desired.outputs.values()].filter(standsElsewhere);
  const places = placesOf(directory, elsewhere, desired.outputs.size);
  const own = withoutSlashes(configuration.dsnOutputDirectory ?? '.');
  const checks = [
    ...places.flatMap(([place, files]) => writableCheck(place, files)),
    ...broken,
    ...(directory.isAbsent ? [] : [gitCheck('git-output-directory', `${own}/`, processContext)]),
    ...elsewhere.map(({ file }) => gitCheck('git-output-file', file, processContext)),
  ];
  return { checks, ...(broken.length === 0 && { readable: directory }) };
}

/** Every directory that files go to, with their number. */
function placesOf(
  directory: OutputDirectory,
  elsewhere: readonly Output[],
  all: number,
): (readonly [OutputDirectory, number])[] {
  const own = directory.isAbsent ? [] : [[directory, all - elsewhere.length] as const];
  return [...own, ...filesByDirectory(directory, elsewhere)];
}

function writableCheck(place: OutputDirectory, files: number): Check[] {
  const findings = judgeOutputDirectory(place, files);
  return findings.length === 0
    ? [check('output-directory', 'ok', say`${{ path: place.shown }} can be written`)]
    : findings.map((finding) => asCheck(finding));
}

function gitCheck(id: string, path: string, { cwd, env, processEnv = env }: ProviderContext): Check {
  const exposure = gitExposure(pathFrom(cwd, path), { env: processEnv });
  return check(id, exposure.result, wordingOf(exposure), exposure.remedy);
}

/** Why the other verbs would not even look. */
function faultsOf(id: string, look: () => void): Check[] {
  try {
    look();
    return [];
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return error.diagnostics.map((diagnostic) => asCheck(diagnostic, id));
  }
}
