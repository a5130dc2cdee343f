// What a response tells beside its steps, as one: diagnostics, checks, logins and the listener policy. Pure.
import type { Check, Diagnostic, Response } from '../contract/response.ts';

/**
 * The response with each of its findings changed.
 *
 * @example
 * mapFindings(response, ({ remedy, ...finding }) => finding); // the same without remedies
 */
export function mapFindings(response: Response, change: <T extends Diagnostic | Check>(finding: T) => T): Response {
  const { checks, connectivity, listener_policy } = response;
  return {
    ...response,
    diagnostics: response.diagnostics.map((finding) => change(finding)),
    ...(checks !== undefined && { checks: checks.map((check) => change(check)) }),
    ...(connectivity !== undefined && { connectivity: connectivity.map((check) => change(check)) }),
    ...(listener_policy !== undefined && { listener_policy: listener_policy.map((check) => change(check)) }),
  };
}
