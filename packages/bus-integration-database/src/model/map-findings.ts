// What a response tells beside its steps, as one: diagnostics, checks, logins and the listener policy. Pure.
import type { Path } from '../contract/remedy.ts';
import type { Check, Diagnostic, Response } from '../contract/response.ts';
import { inMessage, inSeen, wordedText } from '../contract/wording.ts';

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

/**
 * The finding with other paths in its text, and as its target where that is one of them.
 *
 * @example
 * mapTextPaths(finding, ({ path }) => ({ path: relative('/srv/shop', path) }));
 */
export function mapTextPaths<T extends Diagnostic | Check>(finding: T, change: (path: Path) => Path): T {
  if (finding.parts === undefined) return finding;
  const parts = finding.parts.map((part) => (typeof part === 'string' ? part : change(part)));
  const target = finding.parts.find((part) => typeof part !== 'string' && part.path === finding.target);
  return {
    ...finding,
    ...('message' in finding ? inMessage(parts) : inSeen(parts)),
    ...(typeof target === 'object' && { target: wordedText(change(target)) }),
  };
}
