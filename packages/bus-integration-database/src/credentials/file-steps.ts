// The steps that one output file's decision comes to. Pure.
import { type DsnFileContent, isOfAction, type Step, type StepOfAction } from '../contract/step.ts';
import type { Output } from '../model/output.ts';
import type { ConnectionStrings, Endpoint } from '../output-files/connection-string.ts';
import type { FileDecision } from './file-decision.ts';

const fileActions = ['write-dsn-file', 'promote-dsn-file', 'discard-staged-file'] as const;
export type FileAction = (typeof fileActions)[number];
/** Without its summary, which is rendered from the rest. */
export type FileStep = { readonly [A in FileAction]: Omit<StepOfAction<A>, 'summary'> }[FileAction];

/** None for a file that stays as it is; two where the staged twin is promoted before the endpoint is fixed. */
export function fileSteps(
  { pair, act, risk, password }: FileDecision,
  configured: Endpoint,
  strings: ConnectionStrings,
  beside: readonly FileDecision[] = [],
): FileStep[] {
  const { file, database, role, output } = pair;
  const endpoint = strings.shownPart(strings.wanted(pair.output, configured, pair.live), configured);
  const identity = { file, database, role };
  const target = pair.path;
  switch (act) {
    case 'keep':
    case 'leave':
      return [];
    case 'promote':
      return [{ action: 'promote-dsn-file', target, risk, after: identity }];
    case 'promote-and-write':
      return [
        { action: 'promote-dsn-file', target, risk, after: identity },
        {
          action: 'write-dsn-file',
          target,
          risk: 'update',
          before: { file },
          after: { ...identity, endpoint, password: 'kept' },
        },
      ];
    case 'discard':
      return [{ action: 'discard-staged-file', target, risk, before: identity }];
    case 'write': {
      const before = pair.live.state === 'absent' ? undefined : beforeOf(pair, configured, strings);
      const after = { ...identity, endpoint, password, ...formPart(output), ...loginsPart(beside) };
      return [{ action: 'write-dsn-file', target, risk, after, ...(before && { before }) }];
    }
  }
}

/** What is said of a file that is no connection string alone. */
function formPart({ form }: Pick<Output, 'form'>): { readonly form?: string } {
  return form === 'uri' ? {} : { form };
}

/** The other logins that it holds. */
function loginsPart(beside: readonly FileDecision[]): Pick<DsnFileContent, 'beside'> {
  if (beside.length === 0) return {};
  return { beside: beside.map(({ pair: { database, role }, password }) => ({ database, role, password })) };
}

function beforeOf({ file, live }: FileDecision['pair'], configured: Endpoint, { shownPart }: ConnectionStrings) {
  if (live.state !== 'present') return { file };
  const oldForm = live.hasOldForm ? { old_form: true as const } : {};
  return { file, endpoint: shownPart(live.endpoint, configured), ...oldForm };
}

/** Whether a step is about an output file. */
export function isFileStep(step: Step): step is StepOfAction<FileAction> {
  return fileActions.some((action) => isOfAction(step, action));
}
