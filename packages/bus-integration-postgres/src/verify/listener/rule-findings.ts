// Every rule of pg_hba.conf judged: who it lets in from where, and how they prove who they are. Pure.
import { type Check, count, type Remedy, some } from 'bus-integration-database';
import type { HbaRule } from '../../hba/rules/rule.ts';
import type { HbaRules } from '../../hba/rules/rule-list.ts';
import { someNames } from '../../text/bounded.ts';
import { reload } from '../../text/psql-remedy.ts';
import { found, inOrder, type Severity } from './listener-check.ts';
import { ruleFinder, walkRule } from './matching/hba-walk.ts';
import { difference, everyAddress, intersection, union } from './matching/ranges.ts';
import { isEmpty, leftovers, type Remainder, takerOf } from './matching/shadow.ts';
import { type WalkRule, type WalkSubject, walkRules } from './matching/walk.ts';
import {
  type ClientOrigins,
  clientText,
  type Met,
  type MetRule,
  mendable,
  observationOf,
  type RulesOptions,
  ruleText,
  shownRule,
  whoText,
} from './met-rule.ts';
import { foreignProof, methodFinding, takesNoProof, weaknessOf } from './method.ts';
import { edit, putAbove } from './policy/rule-remedy.ts';
import { rejecting } from './rejecting.ts';
import { listeningOf } from './sockets.ts';

/** Findings about rules, each with its file and line; an `ok` when there are none. */
export function judgeRules(options: RulesOptions): Check[] {
  const { rules, facts } = options;
  const reaches = rules.rules.map(walkRule);
  const subjects = subjectsOf(options);
  const finder = ruleFinder(rules);
  // Rules of which it can't be told whether they are for one of our roles.
  const vague = new Set<number>();
  const meetings = walkRules({
    rules: reaches,
    subjects,
    rulesFor: (subject) => {
      const chosen = finder(subject);
      for (const index of chosen.vague) vague.add(index);
      return chosen;
    },
  });
  const left = leftovers(rules.rules, reaches);
  const listening = listeningOf(facts);
  const families = listening?.families ?? everyAddress;
  const isDormant = listening?.isOpen === false;
  const judged = rules.rules.map((rule, index) => {
    const leftover = left[index] as Remainder;
    const met = observationOf(rule, reaches[index] as WalkRule, meetings[index] ?? {}, leftover, families);
    const shadow = isEmpty(leftover) && !isEmptyOfItself(rule) ? shadowed(rules.rules, reaches, index) : [];
    if (rule.method === 'reject')
      return [
        ...shadow,
        ...rejecting(index, meetings[index]?.service, options.policy, {
          rules: rules.rules,
          reaches,
          subjects,
          rulesFor: finder,
        }),
      ];
    return [...shadow, ...judgeRule(met, options, isDormant, vague.has(index))];
  });
  return [...judged.flat(), ...lostQuoting(rules.rules), ...(rules.broken.length > 0 ? [] : inOrderOf(judged, rules))];
}

/** How many rules are as the policy wants them: said beside those that aren't. */
function inOrderOf(judged: readonly (readonly Check[])[], { rules }: HbaRules): Check[] {
  const fine = judged.filter((checks, index) => {
    return checks.every(({ result }) => result === 'info') && !takesNoProof(rules[index] as HbaRule);
  }).length;
  if (fine === 0) return [];
  const many = fine === judged.length ? count(fine, 'rule') : `${fine} of ${count(judged.length, 'rule')}`;
  return inOrder('rules', [], `${many} as the policy has them`);
}

/** Who asks to be let in, of all that is judged. */
export function subjectsOf({ facts, logins }: Pick<RulesOptions, 'facts' | 'logins'>): WalkSubject[] {
  const memberOf = new Map(facts.roles.map(({ name, memberOf: groups }) => [name, groups]));
  // Whoever logs in as a superuser has the cluster, whichever database lets him in.
  const names = [...facts.databases.map(({ name }) => name), ...logins.map(({ database }) => database)];
  const databases = [...new Set(['postgres', ...names])];
  const services = logins.map(
    ({ role: user, database }): WalkSubject => ({
      kind: 'service',
      user,
      database,
      memberOf: memberOf.get(user) ?? [],
    }),
  );
  const powerful = facts.roles.flatMap(({ name: user, isSuperuser, replicates, memberOf: groups }): WalkSubject[] => {
    const base = { user, memberOf: groups };
    return [
      ...(isSuperuser ? databases.map((database) => ({ ...base, kind: 'superuser' as const, database })) : []),
      ...(isSuperuser || replicates ? [{ ...base, kind: 'replication' as const, database: '' }] : []),
      // replication=database is let in by the rules of a database, and draws the same copies.
      ...(replicates && !isSuperuser
        ? databases.map((database) => ({ ...base, kind: 'replication' as const, database }))
        : []),
    ];
  });
  return [...services, ...powerful];
}

function judgeRule(met: MetRule, options: RulesOptions, isDormant: boolean, isVague: boolean): Check[] {
  // What no socket takes can't be met, whatever the rule says; it will be once somebody changes listen_addresses.
  const note = isDormant ? '; not now, since the server listens on its own host only' : '';
  const checks = [
    ...methodFinding(met, options, isDormant),
    ...foreignProof(met, options),
    ...tooWide(met, options, isDormant),
    ...(isDormant ? [] : [...plainText(met, options), ...powerful(met, options)]),
    ...undecided(met, options, isVague),
  ];
  return checks.map(({ why, ...check }) => ({
    ...check,
    rule: shownRule(met.rule),
    ...(why !== undefined && { why: check.result === 'info' ? `${why}${note}` : why }),
  }));
}

function tooWide({ rule, reach, ours, others }: MetRule, { policy, facts }: RulesOptions, isDormant: boolean): Check[] {
  if (reach.isVague) return [];
  const beyond = (places: readonly ClientOrigins[]) =>
    difference(union(...places.flatMap(({ plain, tls }) => [plain, tls])), policy.allowed);
  const met = Object.values(ours);
  const outside = beyond([...met, others]);
  if (outside.length === 0) return [];
  const isOurs = beyond(met).length > 0;
  const who = isOurs ? whoText(ours) : "other roles than this deployment's";
  const allowed = policy.name === 'loopback' ? 'only its own host' : some([...policy.networks], 8);
  const why = `${who} may come from addresses beyond the policy: allowed is ${allowed}`;
  const result: Severity = isDormant ? 'info' : isOurs ? 'fail' : 'warn';
  return [mendable('too-wide', result, why, rule, reach, { policy, facts })];
}

function plainText({ rule, reach, ours }: MetRule, { policy, facts }: RulesOptions): Check[] {
  if (facts.settings.ssl !== 'on' || policy.name === 'loopback') return [];
  const plain = union(...Object.values(ours).map((met) => met.plain));
  if (intersection(plain, policy.allowed).length === 0) return [];
  const why = `${whoText(ours)} may come without TLS, and what crosses the network can be read and changed on its way`;
  const demanding = { ...policy, plainText: 'fail' as const };
  return [mendable('plain-host-beside-hostssl', policy.plainText, why, rule, reach, { policy: demanding, facts })];
}

function powerful({ rule, reach, ours }: MetRule, options: RulesOptions): Check[] {
  const { policy, admin, facts } = options;
  if (policy.name === 'loopback') return [];
  const result = policy.isExplicit && policy.name !== 'external' ? 'warn' : 'info';
  const comes = (met: Met | undefined): met is Met => met !== undefined && met.plain.length + met.tls.length > 0;
  const { superuser, replication } = ours;
  const byDatabase = replication?.databases.every((name) => name !== '') === true ? ', by replication=database' : '';
  const isAdmin = comes(superuser) && superuser.users.includes(admin) && facts.clientAddress !== null;
  return [
    ...(comes(superuser)
      ? [
          found('superuser-from-network', result, ruleText(rule), {
            why: `superuser ${someNames(superuser.users)} may log in from ${clientText(rule)}`,
            remedy: [isAdmin ? plainAdminFirst : '', putAbove(rule, superuser.users, ['all'])],
          }),
        ]
      : []),
    ...(comes(replication) && !namesCopiers(rule, reach, options)
      ? [
          found('replication-from-network', result, ruleText(rule), {
            why: `${someNames(replication.users)} may draw a copy of the whole cluster from ${clientText(rule)}${byDatabase}`,
            remedy: copiersRemedy(rule, replication.users),
          }),
        ]
      : []),
  ];
}

/** A rule that is there for standbys and backups: named roles, none a superuser, from a few addresses of the policy's. */
function namesCopiers({ users }: HbaRule, { ranges, isVague }: WalkRule, { policy, facts }: RulesOptions): boolean {
  const plain = facts.roles.filter(({ isSuperuser, replicates }) => replicates && !isSuperuser).map(({ name }) => name);
  const isFew = !isVague && ranges.every(({ first, last }) => last - first < 256n);
  return isFew && difference(ranges, policy.allowed).length === 0 && users.every(({ text }) => plain.includes(text));
}

function copiersRemedy(rule: HbaRule, users: readonly string[]): Remedy {
  const isOwn = rule.databases.every(({ text, isQuoted }) => text === 'replication' && !isQuoted);
  return isOwn
    ? [
        'name the replication role and the addresses of the standbys and the backup host in the rule, or delete it where nothing replicates\nthen ',
        reload(),
      ]
    : ['first a line for each address that really copies, then\n', putAbove(rule, users, ['all', 'replication'])];
}

const plainAdminFirst =
  'the admin DSN is a superuser itself; give it to a role with LOGIN CREATEDB CREATEROLE first, then\n';

function undecided({ rule, reach }: MetRule, { policy }: RulesOptions, isVague: boolean): Check[] {
  const isPlaceVague = reach.isVague && policy.name !== 'tls' && policy.name !== 'external';
  if (!isPlaceVague && !isVague) return [];
  const why = isPlaceVague
    ? `which addresses ${clientText(rule)} means only the server knows; write them as networks`
    : 'only the server knows which roles and databases its pattern matches; write names instead';
  return [found('too-wide', 'unknown', ruleText(rule), { why })];
}

function lostQuoting(rules: readonly HbaRule[]): Check[] {
  const doubtful = rules.filter(({ users, databases }) => [...users, ...databases].some((token) => token.isAmbiguous));
  if (doubtful.length === 0) return [];
  const seen = `pg_hba_file_rules shows no quotation marks: ${count(doubtful.length, 'rule')} may mean just a name`;
  return [
    found('too-wide', 'unknown', seen, {
      why: 'words like all, replication and +group were taken for the keywords that they most likely are',
      remedy: "on the server's host the file itself is read by: bus-integration-postgres hba --file PG_HBA_CONF …",
    }),
  ];
}

function shadowed(rules: readonly HbaRule[], reaches: readonly WalkRule[], index: number): Check[] {
  const rule = rules[index] as HbaRule;
  const isStrong = rule.method !== 'reject' && weaknessOf(rule) === undefined;
  const weak = isStrong ? takerOf(rules, reaches, index, (earlier) => weaknessOf(earlier) !== undefined) : undefined;
  const taker = weak ?? takerOf(rules, reaches, index);
  const isSame = taker?.method === rule.method;
  const why = taker === undefined ? 'earlier rules take' : `${taker.file}:${taker.line} (${taker.method}) takes`;
  // Moved up, any other rule might let in by less than what its clients must show now.
  const isMovable = rule.method === 'reject' && taker !== undefined && !isSame;
  const isRejected = rule.method !== 'reject' && taker?.method === 'reject';
  const remedy: Remedy = isRejected
    ? [`where its clients are to get in, delete ${lineText(taker, rule)}; else `, edit(rule, 'delete', [])]
    : weak !== undefined
      ? `first write scram-sha-256 in the place of ${weak.method} on ${lineText(weak, rule)}; this line is right, and stays`
      : isMovable
        ? `move it above line ${taker.line}, or delete it`
        : edit(rule, 'delete', []);
  return [
    found('shadowed-rule', isSame ? 'info' : 'warn', ruleText(rule), {
      why: `no client ever matches it: ${why} them first`,
      rule: shownRule(rule),
      remedy: [remedy, '\nthen ', reload()],
    }),
  ];
}

function lineText({ file, line }: HbaRule, from: HbaRule): string {
  return file === from.file ? `line ${line}` : `${file}:${line}`;
}

/** Rules that by themselves are for nobody we know of: a transport that is none of ours. */
function isEmptyOfItself({ type }: HbaRule): boolean {
  return type === 'hostgssenc';
}
