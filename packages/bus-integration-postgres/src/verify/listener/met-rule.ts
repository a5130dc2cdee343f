// One rule with all who match it, and the words for them. Pure; judges nothing.

import { type Check, count } from 'bus-integration-database';
import type { HbaRule } from '../../hba/rules/rule.ts';
import type { HbaRules } from '../../hba/rules/rule-list.ts';
import { someNames } from '../../text/bounded.ts';
import { found, type Severity } from './listener-check.ts';
import type { ListenerFacts } from './listener-facts.ts';
import type { FindingId } from './listener-findings.ts';
import { difference, intersection, type Ranges } from './matching/ranges.ts';
import type { Remainder } from './matching/shadow.ts';
import type { Meeting, Meetings, WalkRule, WalkSubject } from './matching/walk.ts';
import { loopback, type Policy } from './policy/policy.ts';
import { replaced } from './policy/rule-remedy.ts';

export interface RulesOptions {
  readonly rules: HbaRules;
  readonly facts: ListenerFacts;
  readonly policy: Policy;
  /** Which service role logs in to which database. */
  readonly logins: readonly { readonly role: string; readonly database: string }[];
  readonly admin: string;
}

/** One rule, who matches it, and from where as far as the server's sockets let them. */
export interface MetRule {
  readonly rule: HbaRule;
  readonly reach: WalkRule;
  readonly ours: Partial<Record<WalkSubject['kind'], Met>>;
  /** Whoever else may match it: roles and databases that are not this deployment's. */
  readonly others: ClientOrigins;
}

export interface ClientOrigins {
  readonly isLocal: boolean;
  readonly isLoopback: boolean;
  /** Over a network, without and with TLS. */
  readonly plain: Ranges;
  readonly tls: Ranges;
}

export interface Met extends ClientOrigins {
  readonly users: readonly string[];
  readonly databases: readonly string[];
}

/** Who a rule matches, cut down to what the server's sockets take. */
export function observationOf(
  rule: HbaRule,
  reach: WalkRule,
  met: Meetings,
  left: Remainder,
  families: Ranges,
): MetRule {
  const place = ({ isLocal, plain, tls }: Pick<Meeting, 'isLocal' | 'plain' | 'tls'>): ClientOrigins => {
    const reached = (ranges: Ranges) => (families.length === 2 ? ranges : intersection(ranges, families));
    const beyond = (ranges: Ranges) => difference(reached(ranges), loopback);
    const isLoopback = [plain, tls].some((ranges) => intersection(reached(ranges), loopback).length > 0);
    return { isLocal, isLoopback, plain: beyond(plain), tls: beyond(tls) };
  };
  const ours = Object.fromEntries(
    Object.entries(met).map(([kind, meeting]): [string, Met] => [
      kind,
      { ...place(meeting), users: meeting.users, databases: meeting.databases },
    ]),
  );
  return { rule, reach, ours, others: place(left) };
}

/** A finding whose remedy is the rule as it should be. */
export function mendable(
  id: FindingId,
  result: Severity,
  why: string,
  rule: HbaRule,
  { ranges }: WalkRule,
  { policy, facts }: Pick<RulesOptions, 'policy' | 'facts'>,
): Check {
  const demandsTls = policy.plainText === 'fail' && facts.settings.ssl === 'on' && policy.name !== 'loopback';
  const isBeyond = difference(ranges, loopback).length > 0;
  const remedy = replaced(rule, ranges, { policy, demandsTls: demandsTls && isBeyond });
  return found(id, result, ruleText(rule), { why, remedy });
}

export function whoText(ours: MetRule['ours']): string {
  const { service, superuser, replication } = ours;
  const parts = [
    ...(service === undefined ? [] : [`${someNames(service.users)} (${count(service.databases.length, 'database')})`]),
    ...(superuser === undefined ? [] : [`superuser ${someNames(superuser.users)}`]),
    ...(replication === undefined ? [] : ['replication']),
  ];
  return parts.length === 0 ? 'roles of others' : parts.join(', ');
}

export function ruleText({ text }: HbaRule): string {
  return text.trim().replace(/\s+/g, ' ');
}

export function clientText({ address }: HbaRule): string {
  return address === undefined ? 'the socket' : address.kind === 'all' ? 'any address' : address.text;
}

export function shownRule({ file, line, text }: HbaRule): NonNullable<Check['rule']> {
  return { file, line, text };
}
