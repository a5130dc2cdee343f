// The file of `apply --plan FILE`: a plan's JSON response as `plan --save` wrote it, read within bounds and judged
// before any server is asked.
import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { isIntact, OperationError, ownCommand, printable, type Remedy, type Response } from 'bus-integration-database';
import { type PrivateFile, preparePrivateFile } from './private-file.ts';

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

/**
 * The file of `plan --save FILE`: a new one, or one that is empty or holds a saved plan already, of whatever deployment.
 *
 * @throws OperationError `invalid-request`, from `write` too, where something else is there
 * @example
 * await (await preparePlanFile('/srv/plan.json', './plan.json')).write('{}');
 */
export async function preparePlanFile(path: string, shown: string): Promise<PrivateFile> {
  const file = await preparePrivateFile(path, shown);
  await requirePlan(path, shown);
  return {
    write: async (text) => {
      await requirePlan(path, shown);
      await file.write(text);
    },
  };
}

async function requirePlan(path: string, shown: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there?.isFile() !== true || there.size === 0 || (await holdsPlan(path))) return;
  const message = `${printable(shown)} is there already and is not a saved plan; nothing is written over it`;
  throw new OperationError('invalid-request', message, {
    code: 'output-file',
    target: printable(shown),
    remedy: 'name another file',
  });
}

async function holdsPlan(path: string): Promise<boolean> {
  try {
    return isPlan(JSON.parse(await readBounded(path, path)));
  } catch {
    return false;
  }
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

function isPlan(value: Partial<Response> | null): value is Response {
  return (
    value !== null &&
    typeof value === 'object' &&
    typeof value.plan_id === 'string' &&
    typeof value.deployment_id === 'string' &&
    typeof value.target === 'object' &&
    value.target !== null &&
    Array.isArray(value.steps) &&
    value.steps.every((step) => step !== null && typeof step === 'object') &&
    (value.allowed === undefined || isAllowed(value.allowed))
  );
}

function isAllowed(value: unknown): boolean {
  const isList = (list: unknown) => Array.isArray(list) && list.every((item) => typeof item === 'string');
  const { allow, adopt, adopt_from: from, rotate } = (value ?? {}) as Record<string, unknown>;
  const isFrom = ['string', 'undefined'].includes(typeof from) || isList(from);
  return isList(allow) && isList(rotate) && typeof adopt === 'boolean' && isFrom;
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
