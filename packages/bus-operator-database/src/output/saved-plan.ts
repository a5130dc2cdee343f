// The file of `apply --plan FILE`: a plan's JSON response as `plan --save` wrote it, read within bounds and judged
// before any server is asked.
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { isIntact, OperationError, ownCommand, printable, type Remedy, type Response } from 'bus-integration-database';
import { isPlan } from './plan-content.ts';

const limitBytes = 64 * 1024 * 1024;

/**
 * Reads a saved plan; `shown` is its name in messages. What is no plan is `invalid-request`; a plan that was edited, or
 * was made for another deployment, is `stale-plan`.
 *
 * @example
 * const plan = await readSavedPlan('/srv/plan.json', './plan.json', 'example-dev');
 */
export async function readSavedPlan(path: string, shown: string, deploymentId: string): Promise<Response> {
  const text = await readBounded(path, shown);
  if (/^ok: (true|false)\r?\n/.test(text)) throw noPlan(shown, 'is the text form', elsewhere(shown));
  const plan = parsePlan(text, shown);
  if (!isIntact(plan)) {
    throw stale(`plan ${printable(shown)} was edited after it was saved: its identity does not fit its steps`);
  }
  if (plan.deployment_id !== deploymentId) {
    // Not to be saved over: it is somebody's.
    throw stale(
      `plan ${printable(shown)} is for deployment ${printable(plan.deployment_id)}, this is ${printable(deploymentId)}`,
      ownCommand('plan'),
    );
  }
  return plan;
}

/** FILE is named where it is told. */
const again = ownCommand('plan', ['--save', 'FILE']);

/** What holds no plan is another file of somebody's: it is not to be written over. */
function elsewhere(shown: string): Remedy {
  const isTaken = basename(shown).toLowerCase() === 'plan.json';
  return ownCommand('plan', ['--save', isTaken ? 'new-plan.json' : 'plan.json']);
}

function parsePlan(text: string, shown: string): Response {
  let value: Partial<Response> | null;
  try {
    value = JSON.parse(text);
  } catch {
    throw noPlan(shown, 'is not JSON', elsewhere(shown));
  }
  if (!isPlan(value)) throw noPlan(shown, 'holds no plan', elsewhere(shown));
  if (!value.ok) throw noPlan(shown, 'holds a plan that was refused', again);
  return value;
}

async function readBounded(path: string, shown: string): Promise<string> {
  let handle: FileHandle | undefined;
  try {
    // Without O_NONBLOCK a named pipe that nobody writes to would hold the program for ever.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (!stats.isFile()) throw noPlan(shown, 'is not a regular file');
    if (stats.size > limitBytes) throw noPlan(shown, `is larger than ${limitBytes / 1024 / 1024} MiB`);
    return await handle.readFile('utf8');
  } catch (error) {
    if (error instanceof OperationError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw noPlan(
      shown,
      code === 'ENOENT' ? 'does not exist' : `can't be read (${code === 'EACCES' ? 'permission denied' : code})`,
      ...(code === 'ENOENT' ? [again] : []),
    );
  } finally {
    await handle?.close();
  }
}

function noPlan(shown: string, why: string, remedy?: Remedy): OperationError {
  return new OperationError('invalid-request', `plan ${printable(shown)} ${why}`, {
    code: 'saved-plan',
    target: printable(shown),
    remedy,
  });
}

function stale(message: string, remedy: Remedy = again): OperationError {
  return new OperationError('stale-plan', message, { remedy });
}
