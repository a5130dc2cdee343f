// Who can come from where: for each kind of client the pg_hba lines that decide, worked out for all addresses at once. Pure.
import { type ReportEntrance, some } from 'bus-integration-database';
import type { ListenerSight } from '../verify/listener/listener.ts';
import { ruleFinder, walkRule } from '../verify/listener/matching/hba-walk.ts';
import {
  difference,
  everyAddress,
  intersection,
  networkOf,
  networksIn,
  type Range,
  type Ranges,
  union,
} from '../verify/listener/matching/ranges.ts';
import { type Meeting, type WalkSubject, walkRules } from '../verify/listener/matching/walk.ts';
import { ruleText } from '../verify/listener/met-rule.ts';
import { loopback, privateNetworks } from '../verify/listener/policy/policy.ts';
import { subjectsOf } from '../verify/listener/rule-findings.ts';
import { listeningOf } from '../verify/listener/sockets.ts';
import type { SeenCluster } from './read.ts';

interface Place {
  readonly from: string;
  readonly isEncrypted?: boolean;
  /** Undefined is the socket. */
  readonly ranges?: Ranges;
}

const privateRanges = union(privateNetworks.map(networkOf).filter((range): range is Range => range !== undefined));

/** None where the rules could not be read. */
export function entrancesOf({ reading, facts, logins }: ListenerSight, cluster: SeenCluster): ReportEntrance[] {
  if (reading.source === 'unknown' || reading.rules.broken.length > 0) return [];
  const { rules } = reading.rules;
  const subjects = [...subjectsOf({ facts, logins }), ...otherLogins(cluster, logins)];
  const meetings = walkRules({ rules: rules.map(walkRule), subjects, rulesFor: ruleFinder(reading.rules) });
  const users = [...new Set(subjects.map(({ user }) => user))].sort();
  return placesOf(facts).flatMap((place) => {
    const met = rules.flatMap((rule, index): ReportEntrance[] => {
      const here = Object.values(meetings[index] ?? {}).flatMap((meeting) => {
        const from = fromOf(meeting, place);
        return from === undefined ? [] : [{ from, meeting }];
      });
      const [first] = here;
      if (first === undefined) return [];
      return [
        {
          from: [...new Set(here.map(({ from }) => from))].join('; '),
          ...(place.isEncrypted !== undefined && { is_encrypted: place.isEncrypted }),
          roles: sorted(here.flatMap(({ meeting }) => meeting.users)),
          databases: sorted(here.flatMap(({ meeting }) => meeting.databases)).filter((name) => name !== ''),
          rule: { file: rule.file, line: rule.line, text: ruleText(rule) },
          method: rule.method,
        },
      ];
    });
    const admitted = new Set(met.flatMap(({ roles }) => roles));
    const refused = users.filter((user) => !admitted.has(user));
    if (refused.length === 0) return met;
    const { from, isEncrypted } = place;
    const none = {
      from,
      ...(isEncrypted !== undefined && { is_encrypted: isEncrypted }),
      roles: refused,
      databases: [],
    };
    return [...met, none];
  });
}

/** Roles that may log in besides those that the policy is judged by, where they may connect to a declared database. */
function otherLogins({ roles, databases, memberships }: SeenCluster, logins: ListenerSight['logins']): WalkSubject[] {
  const known = new Set(logins.map(({ role, database }) => JSON.stringify([role, database])));
  return databases
    .filter(({ isDeclared }) => isDeclared)
    .flatMap(({ name: database, held }) => {
      const connecting = new Set(
        held.flatMap(([privileges, places]) => (privileges.split(',').includes('CONNECT') ? places : [])),
      );
      return roles.flatMap(({ name: user, canLogin, isSuperuser }, index): WalkSubject[] => {
        const isOther = canLogin && !isSuperuser && connecting.has(index + 1);
        if (!isOther || known.has(JSON.stringify([user, database]))) return [];
        return [{ kind: 'service', user, database, memberOf: groupsOf(user, memberships) }];
      });
    });
}

/** Every role that one is a member of, directly or not, whatever it inherits: so pg_hba counts. */
function groupsOf(user: string, memberships: SeenCluster['memberships']): string[] {
  const found = new Set([user]);
  for (const one of found) for (const { member, group } of memberships) if (member === one) found.add(group);
  found.delete(user);
  return [...found];
}

function placesOf(facts: ListenerSight['facts']): Place[] {
  const listening = listeningOf(facts);
  const families = listening?.families ?? everyAddress;
  const beyond = listening?.isOpen === false ? [] : difference(families, loopback);
  const networks = [
    { from: 'its own host', ranges: intersection(families, loopback) },
    { from: 'private addresses', ranges: intersection(beyond, privateRanges) },
    { from: 'all other addresses', ranges: difference(beyond, privateRanges) },
  ].filter(({ ranges }) => ranges.length > 0);
  const ways = facts.settings.ssl === 'off' ? [false] : [false, true];
  return [
    { from: 'the socket' },
    ...networks.flatMap((place) => ways.map((isEncrypted) => ({ ...place, isEncrypted }))),
  ];
}

/** From where in a place a rule is met; undefined where it is not. */
function fromOf({ isLocal, plain, tls }: Meeting, { from, isEncrypted, ranges }: Place): string | undefined {
  if (ranges === undefined) return isLocal ? from : undefined;
  const met = intersection(isEncrypted ? tls : plain, ranges);
  if (met.length === 0) return undefined;
  return difference(ranges, met).length === 0 ? from : `${from}: ${some(networksIn(met))}`;
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
