// What the doctor sees of this machine: where the admin DSN stands and the directory of the DSN files. Writes nothing.
import {
  type Check,
  type Configuration,
  gitExposure,
  judgeSecretFile,
  OperationError,
  printable,
} from 'bus-integration-database';
import { asCheck, check } from './doctor-check.ts';
import { type DsnDirectory, listDirectory, withoutSlashes } from './dsn-directory.ts';
import { judgeOutputDirectory } from './output-directory.ts';
import { adminSource, directoryOf, type ProviderSurroundings, pathFrom } from './preparation.ts';

export function secretFileChecks(configuration: Configuration, surroundings: ProviderSurroundings): Check[] {
  const { file, key, envFile } = configuration.credentials;
  const { uid, cwd } = surroundings;
  if (file !== undefined) {
    const findings = judgeSecretFile(pathFrom(cwd, file), { uid });
    return [
      ...(findings.length === 0
        ? [check('admin-dsn-file', 'ok', `${file} is this user's alone`)]
        : findings.map((finding) => asCheck(finding, 'admin-dsn-file'))),
      gitCheck('git-admin-dsn', file, surroundings),
    ];
  }
  if (envFile === undefined)
    return [check('admin-dsn', 'info', `the admin DSN comes from ${adminSource(configuration)} itself`)];
  const findings = judgeSecretFile(pathFrom(cwd, envFile), { uid, content: 'any' });
  return [
    ...(findings.length === 0
      ? [check('admin-dsn-file', 'ok', `${printable(envFile)}, which holds ${key}, is this user's alone`)]
      : findings.map((finding) => asCheck(finding, 'admin-dsn-file'))),
    gitCheck('git-admin-dsn', envFile, surroundings),
  ];
}

/** `files` is how many DSN files there are to be. */
export function directoryChecks(
  configuration: Configuration,
  surroundings: ProviderSurroundings,
  files: number,
): Check[] {
  const directory = directoryOf(configuration, surroundings);
  if (directory === undefined) return [];
  const faults = directoryFaults(directory);
  if (faults.length > 0) return faults;
  const findings = judgeOutputDirectory(directory, files);
  return [
    ...(findings.length === 0
      ? [check('output-directory', 'ok', `${directory.shown} can be written`)]
      : findings.map((finding) => asCheck(finding))),
    gitCheck('git-output-directory', `${withoutSlashes(directory.shown)}/`, surroundings),
  ];
}

function gitCheck(id: string, path: string, { cwd, env }: ProviderSurroundings): Check {
  const { result, seen, remedy } = gitExposure(pathFrom(cwd, path), { env });
  return check(id, result, seen, remedy);
}

/** Why the other verbs would not even look into it. */
function directoryFaults(directory: DsnDirectory): Check[] {
  try {
    listDirectory(directory);
    return [];
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return error.diagnostics.map((diagnostic) => asCheck(diagnostic, 'output-directory'));
  }
}
