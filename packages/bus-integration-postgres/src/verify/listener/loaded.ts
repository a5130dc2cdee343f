// Whether pg_hba.conf could be read, and whether it is what the server runs with. Pure.
import { type Check, count, some } from 'bus-integration-database';

import type { HbaReading } from '../../hba/reading.ts';
import type { HbaRules } from '../../hba/rules/rule-list.ts';
import { adminsDatabase, reload, runs, superuser } from '../../text/psql-remedy.ts';
import { found } from './listener-check.ts';
import type { ListenerFacts } from './listener-facts.ts';
import type { Policy } from './policy/policy.ts';

/** Findings about what is loaded, and about what could not be read. */
export function judgeLoaded(reading: HbaReading, facts: ListenerFacts, policy: Policy): Check[] {
  if (reading.source === 'unknown') return [...pending(facts), unread(reading, policy)];
  const isBroken = reading.rules.broken.length > 0;
  return [...pending(facts), ...broken(reading.rules), ...(isBroken ? [] : doubted(reading))];
}

function doubted({ freshness }: KnownReading): Check[] {
  if (freshness.doubt === undefined) return [];
  if (freshness.changedAt !== undefined) {
    return [
      found('not-loaded', 'warn', freshness.doubt, {
        why: judgedText,
        remedy: reload(),
      }),
    ];
  }
  const remedy = "look at the file's time on the server's host; SELECT pg_reload_conf() loads it";
  return [found('not-loaded', 'info', freshness.doubt, { why: judgedText, remedy })];
}

type KnownReading = Exclude<HbaReading, { source: 'unknown' }>;

const judgedText = 'what is judged here is the file; the server may still run with what was in it before';

function broken(rules: HbaRules): Check[] {
  const [first] = rules.broken;
  if (first === undefined) return [];
  const others = rules.broken.length - 1;
  const more = others === 0 ? '' : `, and ${count(others, 'more line')}`;
  return [
    found('not-loaded', first.isDoubtful === true ? 'warn' : 'fail', `${first.text.trim() || first.file}`, {
      why: `the server can't read it: ${first.reason}${more}; a reload keeps all old rules, and a start fails`,
      rule: { file: first.file, line: first.line, text: first.text },
      remedy: ['fix or delete the line\nthen ', reload()],
    }),
  ];
}

function pending({ pendingRestart }: ListenerFacts): Check[] {
  if (pendingRestart.length === 0) return [];
  return [
    found('not-loaded', 'warn', `${some(pendingRestart)}: changed, and not in force before a restart`, {
      why: 'what is judged here is what the server runs with now',
      remedy: 'restart the server',
    }),
  ];
}

function unread({ reason, remedy }: Extract<HbaReading, { source: 'unknown' }>, policy: Policy): Check {
  // Under external others guard the network; what a client must prove is tried by the connectivity checks.
  const isExternal = policy.name === 'external';
  return found('not-loaded', isExternal ? 'info' : 'unknown', reason, {
    why: `which rule a client matches is not known${isExternal ? '; what the server asks of a service is tried with real connections' : ''}`,
    remedy: runs(superuser, adminsDatabase, `${remedy};`),
  });
}
