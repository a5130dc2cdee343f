// What the doctor sees of this machine: the admin DSN's file and the directory of the DSN files. Writes nothing.
import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
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
import { adminSource, directoryOf, type ProviderSurroundings, pathFrom } from './preparation.ts';

export function secretFileChecks(configuration: Configuration, { uid, env, cwd }: ProviderSurroundings): Check[] {
  const { file } = configuration.credentials;
  if (file === undefined)
    return [check('admin-dsn', 'info', `the admin DSN comes from ${adminSource(configuration)} itself`)];
  const path = pathFrom(cwd, file);
  const findings = judgeSecretFile(path, { uid });
  const exposure = gitExposure(path, { env });
  return [
    ...(findings.length === 0
      ? [check('admin-dsn-file', 'ok', `${file} is this user's alone`)]
      : findings.map((finding) => asCheck(finding, 'admin-dsn-file'))),
    check('git-admin-dsn', exposure.result, exposure.seen, exposure.remedy),
  ];
}

export function directoryChecks(configuration: Configuration, surroundings: ProviderSurroundings): Check[] {
  const directory = directoryOf(configuration, surroundings);
  if (directory === undefined) return [];
  const faults = directoryFaults(directory);
  if (faults.length > 0) return faults;
  const exposure = gitExposure(`${withoutSlashes(pathFrom(surroundings.cwd, directory.shown))}/`, {
    env: surroundings.env,
  });
  const git = check('git-output-directory', exposure.result, exposure.seen, exposure.remedy);
  try {
    const stats = statSync(directory.path, { throwIfNoEntry: false });
    if (stats === undefined)
      return [
        check('output-directory', 'ok', `${directory.shown} will be made by apply`),
        ...parentCheck(directory.path, directory.shown),
        git,
      ];
    accessSync(directory.path, constants.R_OK | constants.W_OK | constants.X_OK);
    return [check('output-directory', 'ok', `${directory.shown} can be written`), git];
  } catch (error) {
    return [
      check(
        'output-directory',
        'fail',
        `${directory.shown} can't be written (${(error as NodeJS.ErrnoException).code})`,
        'mend its mode and owner, or set BUS_DATABASE_DSN_OUTPUT_DIR to another directory',
      ),
      git,
    ];
  }
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

function parentCheck(path: string, shown: string): Check[] {
  let parent = dirname(path);
  while (statSync(parent, { throwIfNoEntry: false }) === undefined) parent = dirname(parent);
  try {
    accessSync(parent, constants.W_OK | constants.X_OK);
    return [];
  } catch {
    return [
      check(
        'output-directory',
        'fail',
        `${shown} can't be made: ${printable(parent)} is not writable`,
        'set BUS_DATABASE_DSN_OUTPUT_DIR to a directory that can be made',
      ),
    ];
  }
}
