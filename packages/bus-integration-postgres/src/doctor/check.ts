// A check of the doctor, and the check that a finding of the plan becomes.
import type { Check, Diagnostic } from 'bus-integration-database';

export function asCheck({ code, severity, message, remedy }: Diagnostic, id = code): Check {
  return check(id, severity === 'info' ? 'info' : severity, message, remedy);
}

export function check(id: string, result: Check['result'], seen: string, remedy?: string): Check {
  return { id, kind: 'doctor', result, seen, ...(remedy !== undefined && { remedy }) };
}
