// Findings as checks: one shape for all of them. Judges nothing.
import { advise, type Check, inSeen, type Remedy, type Wording } from 'bus-integration-database';
import type { FindingId } from './listener-findings.ts';

export type Severity = 'fail' | 'warn' | 'info' | 'unknown';

/** What is in order is told once an area. */
export type Area = 'listening' | 'encryption' | 'rules' | 'roles';

type Details = Partial<Pick<Check, 'why' | 'rule' | 'target'>> & { readonly remedy?: Remedy };

export function found(id: FindingId, result: Severity, seen: Wording, { remedy, ...details }: Details = {}): Check {
  return { id, kind: 'listener-policy', result, ...inSeen(seen), ...details, ...advise(remedy) };
}

/** That an area is in order, as far as `problems` say nothing else; undefined when they do. */
export function inOrder(area: Area, problems: readonly Check[], seen: string): Check[] {
  const isSpoilt = problems.some(({ result }) => result !== 'info');
  return isSpoilt ? [] : [{ id: area, kind: 'listener-policy', result: 'ok', seen }];
}
