// The files of `report --from FILE` and `--diff FILE`: answers that -f json printed, read within bounds and judged before any
// server is asked.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { OperationError, printable } from 'bus-integration-database';
import { joinedAnswers, type ReportInput, savedAnswer } from 'bus-integration-database/report';

const limitBytes = 64 * 1024 * 1024;

/**
 * Several files as one, if they are of one deployment and server.
 *
 * @throws OperationError `invalid-request`, with the file that can't be used
 * @example
 * const input = await readSavedAnswers(['./status.json', './verify.json'], (file) => resolve(cwd, file));
 */
export async function readSavedAnswers(
  files: readonly string[],
  pathOf: (file: string) => string,
): Promise<ReportInput> {
  const answers = [];
  for (const shown of files)
    answers.push({ shown, response: savedAnswer(await readText(pathOf(shown), shown), shown) });
  return joinedAnswers(answers);
}

async function readText(path: string, shown: string): Promise<string> {
  try {
    // Without O_NONBLOCK a named pipe that nobody writes to would hold the program for ever.
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (!stats.isFile()) throw refused(shown, 'is not a regular file');
    if (stats.size > limitBytes) throw refused(shown, `is larger than ${limitBytes / 1024 / 1024} MiB`);
    return await handle.readFile('utf8');
  } catch (error) {
    if (error instanceof OperationError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw refused(shown, code === 'ENOENT' ? 'does not exist' : `can't be read (${code})`);
  }
}

function refused(shown: string, why: string): OperationError {
  return new OperationError('invalid-request', `${printable(shown)} ${why}`, {
    code: 'saved-answer',
    target: printable(shown),
    remedy: 'name a file that -f json -o FILE wrote',
  });
}
