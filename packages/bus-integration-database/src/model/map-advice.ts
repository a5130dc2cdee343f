// What answers advise, changed for whoever shows them elsewhere: flags that go on, where commands are to be run, how paths
// are named. Pure.
import { type Advice, type AdviceOf, advise, command } from '../contract/remedy.ts';
import type { Check, Diagnostic, Response, Verb } from '../contract/response.ts';
import { mapFindings } from './map-findings.ts';

/**
 * The response with each part of its advice changed, and its texts made of the new ones. `about` is the finding whose
 * advice it is; undefined for what removes a leftover.
 *
 * @example
 * mapAdvice(response, (advice) => (advice.kind === 'command' ? { ...advice, directory: '/srv/shop' } : advice));
 */
export function mapAdvice(
  response: Response,
  change: (advice: Advice, about?: Diagnostic | Check) => Advice,
): Response {
  const mapped = mapFindings(response, (finding) =>
    finding.advice === undefined
      ? finding
      : { ...finding, ...advise(finding.advice.map((part) => change(part, finding))) },
  );
  if (mapped.leftovers === undefined) return mapped;
  const leftovers = mapped.leftovers.map((leftover) => {
    if (leftover.advice === undefined) return leftover;
    const { remedy = leftover.command, advice } = advise(leftover.advice.map((part) => change(part)));
    return { ...leftover, ...(remedy !== undefined && { command: remedy }), ...(advice !== undefined && { advice }) };
  });
  return { ...mapped, leftovers };
}

/**
 * A command of `bus operator database`. What chose the target of a run goes between its words and its flags.
 *
 * @example
 * ownCommand('apply', ['--adopt']); // bus operator database apply --adopt
 */
export function ownCommand(verb: Verb, flags: readonly string[] = []): AdviceOf<'command'> {
  return { ...command('bus', 'operator', 'database', verb), flags };
}

/** The verb of a command of `bus operator database`; undefined for any other command. */
export function ownVerbOf({ argv, flags }: AdviceOf<'command'>): Verb | undefined {
  return flags === undefined ? undefined : verbs.find((verb) => verb === argv[3]);
}

const verbs: readonly Verb[] = ['plan', 'apply', 'status', 'verify', 'doctor', 'report'];
