// An env file is a secret file when the admin credentials themselves stand in it: then it must be this user's alone.
import { resolve } from 'node:path';
import { OperationError } from '../contract/errors.ts';
import type { Diagnostic } from '../contract/response.ts';
import { reworded, say, wordingOf } from '../contract/wording.ts';
import { judgeSecretFile } from '../secrets/secret-file.ts';
import type { Configuration } from './config.ts';
import type { EnvFile } from './env-file/env-file.ts';

/**
 * What is odd about an env file that holds the credentials of this configuration; none where it holds none.
 *
 * @throws OperationError `invalid-request` where others could read it
 */
export function judgeSecretsIn(
  { lines, path }: Pick<EnvFile, 'path' | 'lines'>,
  { cwd, uid }: { readonly cwd: string; readonly uid: number },
  { credentials: { key, value } }: Pick<Configuration, 'credentials'>,
): readonly Diagnostic[] {
  if (value === undefined || lines[key] === undefined) return [];
  const findings = judgeSecretFile(resolve(cwd, path), { uid, content: 'any', shownAs: path });
  const failure = findings.find(({ severity }) => severity === 'fail');
  if (failure === undefined) return findings;
  throw new OperationError('invalid-request', failure.message, {
    diagnostics: [reworded(failure, say`${wordingOf(failure)} and holds ${key}`)],
  });
}
