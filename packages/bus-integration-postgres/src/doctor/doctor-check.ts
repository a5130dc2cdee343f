// A check of the doctor, and the check that a finding of the plan becomes.
import {
  advise,
  type Check,
  type Diagnostic,
  inSeen,
  type Remedy,
  remedyOf,
  type Wording,
  wordingOf,
} from 'bus-integration-database';

export function asCheck(finding: Diagnostic, id = finding.code): Check {
  return check(id, finding.severity, wordingOf(finding), remedyOf(finding));
}

export function check(id: string, result: Check['result'], seen: Wording, remedy?: Remedy): Check {
  return { id, kind: 'doctor', result, ...inSeen(seen), ...advise(remedy) };
}
