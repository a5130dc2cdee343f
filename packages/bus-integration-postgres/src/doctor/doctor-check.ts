// A check of the doctor, and the check that a finding of the plan becomes.
import { advise, type Check, type Diagnostic, type Remedy, remedyOf } from 'bus-integration-database';

export function asCheck(finding: Diagnostic, id = finding.code): Check {
  return check(id, finding.severity, finding.message, remedyOf(finding));
}

export function check(id: string, result: Check['result'], seen: string, remedy?: Remedy): Check {
  return { id, kind: 'doctor', result, seen, ...advise(remedy) };
}
