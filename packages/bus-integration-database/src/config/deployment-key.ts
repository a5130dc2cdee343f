// BUS_DEPLOYMENT_ID: which deployment this is, and what is said where it is missing, in the likeliest case since the command
// runs in another folder. Pure.
import type { Remedy } from '../contract/remedy.ts';
import { isDeploymentId } from '../model/deployment-id.ts';
import { printable } from '../text/printable.ts';
import { type ConfigurationProblem, type SettingsReader, shownValue } from './settings.ts';

export interface DeploymentIdOptions {
  /** The env file that was read, as it is to be shown; absent when there was none. */
  readonly envFile?: string;
  /** An env file that is there and wasn't read, since only the dispatcher reads it. */
  readonly unreadEnvFile?: string;
  /** The command by way of the dispatcher, for the remedy. Default: `bus operator database …`. */
  readonly throughDispatcher?: Remedy;
  /** The deployment that the command line names; it must agree with the environment's. */
  readonly deployment?: string;
}

export function readDeploymentId(settings: SettingsReader, options: DeploymentIdOptions): string | undefined {
  const key = 'BUS_DEPLOYMENT_ID';
  const id = settings.value(key);
  if (id === undefined) {
    if (!settings.isSet(key)) settings.refuse({ key, ...withoutDeploymentId(options) });
    return undefined;
  }
  if (!isDeploymentId(id)) {
    settings.refuse({
      key,
      code: 'invalid-value',
      message: `${key} is ${shownValue(id)}, expected 1 to 63 letters, digits, dots, _ and -, a letter or digit first`,
      remedy: `write it like ${key}=example-dev`,
    });
  } else if (options.deployment !== undefined && options.deployment !== id) {
    settings.refuse({
      key,
      code: 'conflict',
      message: `--deployment is ${shownValue(options.deployment)}, but ${key} is ${shownValue(id)}`,
      remedy: 'give both the same value, or leave out --deployment',
    });
  }
  return id;
}

/** The likeliest first mistake is to run in another folder. */
function withoutDeploymentId({
  envFile,
  unreadEnvFile,
  throughDispatcher = 'bus operator database …',
}: DeploymentIdOptions): Omit<ConfigurationProblem, 'key'> {
  if (envFile !== undefined) {
    return {
      code: 'missing-key',
      message: `BUS_DEPLOYMENT_ID is not set, and not in ${printable(envFile)}`,
      remedy: 'add a line like BUS_DEPLOYMENT_ID=example-dev',
    };
  }
  if (unreadEnvFile !== undefined) {
    return {
      code: 'wrong-directory',
      message: `no BUS_DEPLOYMENT_ID, and ${printable(unreadEnvFile)} was not read: only the bus dispatcher reads it`,
      remedy: [throughDispatcher, `, or give --env-file ${unreadEnvFile}`],
    };
  }
  return {
    code: 'wrong-directory',
    message: 'no ./.env here and no BUS_DEPLOYMENT_ID',
    remedy: 'run from the deployment repository or use -C DIR',
  };
}
