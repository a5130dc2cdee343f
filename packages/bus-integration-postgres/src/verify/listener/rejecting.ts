// Reject lines that keep services out which a later line would let in: the first line that fits decides. Pure.
import { type Check, count } from 'bus-integration-database';
import type { HbaRule } from '../../hba/rules/rule.ts';
import { someNames } from '../../text/bounded.ts';
import { reload } from '../../text/psql-remedy.ts';
import { found } from './listener-check.ts';
import { intersection } from './matching/ranges.ts';
import type { Meeting, WalkOptions, WalkRule, WalkSubject } from './matching/walk.ts';
import { clientText, ruleText, shownRule } from './met-rule.ts';
import type { Policy } from './policy/policy.ts';
import { edit } from './policy/rule-remedy.ts';

export interface Rejecting {
  readonly rules: readonly HbaRule[];
  readonly reaches: readonly WalkRule[];
  readonly subjects: readonly WalkSubject[];
  readonly rulesFor: WalkOptions['rulesFor'];
}

/** A line that refuses plain text alone is how TLS is demanded, and no fault. */
export function rejecting(
  index: number,
  met: Meeting | undefined,
  policy: Policy,
  { rules, reaches, subjects, rulesFor }: Rejecting,
): Check[] {
  const rule = rules[index];
  if (rule === undefined || met === undefined || rule.type === 'hostnossl') return [];
  const lets = (reach: WalkRule) =>
    (met.isLocal && reach.takesLocal) ||
    (reach.takesTls && intersection(intersection(met.tls, reach.ranges), policy.allowed).length > 0) ||
    (reach.takesPlain && intersection(intersection(met.plain, reach.ranges), policy.allowed).length > 0);
  const kept = subjects.flatMap((subject) => {
    if (subject.kind !== 'service') return [];
    const { indexes, vague } = rulesFor(subject);
    if (!indexes.includes(index) || vague.has(index)) return [];
    const later = indexes.find((other) => {
      const reach = reaches[other];
      return (
        other > index && !vague.has(other) && rules[other]?.method !== 'reject' && reach !== undefined && lets(reach)
      );
    });
    const by = later === undefined ? undefined : rules[later];
    return by === undefined ? [] : [{ subject, by }];
  });
  const [first] = kept;
  if (first === undefined) return [];
  const users = [...new Set(kept.map(({ subject }) => subject.user))];
  const databases = new Set(kept.map(({ subject }) => subject.database)).size;
  const { file, line, method } = first.by;
  return [
    found('rejected-service', 'warn', ruleText(rule), {
      why: `${someNames(users)} (${count(databases, 'database')}) can not come from ${clientText(rule)}, where ${file}:${line} (${method}) would let it in: the first line that fits decides`,
      rule: shownRule(rule),
      remedy: ['if it is not meant, ', edit(rule, 'delete', []), '\nthen ', reload()],
    }),
  ];
}
