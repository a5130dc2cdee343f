// How a rule has its clients prove who they are, and whether that is proof enough. Pure.
// https://www.postgresql.org/docs/current/auth-methods.html
import type { Check } from 'bus-integration-database';
import type { HbaRule } from '../../hba/rules/rule.ts';
import { reload } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { found, type Severity } from './listener-check.ts';
import type { FindingId } from './listener-findings.ts';
import { type ClientOrigins, type MetRule, mendable, type RulesOptions, ruleText, whoText } from './met-rule.ts';

/** At most one finding: what is wrong with a rule's method, for those who match it from the worst place. */
export function methodFinding(met: MetRule, options: RulesOptions, isDormant: boolean): Check[] {
  const { rule, reach, ours, others } = met;
  const id = weaknessOf(rule);
  if (id === undefined) return [];
  const ourPlaces = Object.values(ours);
  const isOurs = ourPlaces.some(isReached);
  const places = isOurs ? ourPlaces : [others].filter(isReached);
  if (places.length === 0) return [];
  const from = worst(places, isDormant);
  const result = severities[id](from, options, met);
  if (result === undefined) return [];
  const who = isOurs ? whoText(ours) : "other roles than this deployment's";
  const why = whys[id](who, placeText(from, rule));
  return [mendable(id, !isOurs && result === 'fail' ? 'warn' : result, why, rule, reach, options)];
}

/** Whether a rule lets clients in that the server never asked for a proof that it can check itself. */
export function takesNoProof(rule: HbaRule): boolean {
  const id = weaknessOf(rule);
  return id !== undefined && id !== 'md5';
}

type MethodFinding = Extract<FindingId, 'trust' | 'cleartext-password' | 'md5' | 'ident-or-peer-over-tcp'>;

/** Under which name a rule's method is told, wherever it is met from; undefined for one that is proof enough. */
export function weaknessOf({ method, options, type }: HbaRule): MethodFinding | undefined {
  // Trust after a certificate that carries the role's name is what the method cert is.
  if (method === 'trust') return options.clientcert === 'verify-full' ? undefined : 'trust';
  if (['password', 'ldap', 'pam', 'radius', 'bsd'].includes(method)) return 'cleartext-password';
  if (method === 'md5') return 'md5';
  return type !== 'local' && (method === 'ident' || method === 'peer') ? 'ident-or-peer-over-tcp' : undefined;
}

type From = 'plain' | 'tls' | 'loopback' | 'socket' | 'dormant';

function isReached({ isLocal, isLoopback, plain, tls }: ClientOrigins): boolean {
  return isLocal || isLoopback || plain.length > 0 || tls.length > 0;
}

function worst(places: readonly ClientOrigins[], isDormant: boolean): From {
  const isNetwork = (key: 'plain' | 'tls') => !isDormant && places.some((place) => place[key].length > 0);
  if (isNetwork('plain')) return 'plain';
  if (isNetwork('tls')) return 'tls';
  if (places.some(({ isLoopback }) => isLoopback)) return 'loopback';
  return places.some(({ isLocal }) => isLocal) ? 'socket' : 'dormant';
}

type Judge = (from: From, options: RulesOptions, met: MetRule) => Severity | undefined;

const isHost = (from: From) => from === 'loopback' || from === 'socket';

const severities: Readonly<Record<MethodFinding, Judge>> = {
  // A container's own loopback, or a developer's machine: theirs to judge, unless they said how strict to be.
  trust: (from, { policy }) => {
    if (from === 'dormant') return 'info';
    return !isHost(from) || (policy.isExplicit && policy.name !== 'external') ? 'fail' : 'warn';
  },
  'cleartext-password': (from, { policy }) => {
    if (from === 'dormant') return 'info';
    const demandsScram = policy.name === 'tls' || policy.name === 'external';
    return from === 'plain' || (from === 'tls' && demandsScram) ? 'fail' : 'warn';
  },
  md5: (from, { policy, facts }, { ours }) => {
    if (from === 'dormant') return 'info';
    const users = new Set(Object.values(ours).flatMap((met) => met.users));
    // A role with a SCRAM verifier is asked for SCRAM by an md5 rule too.
    const isWeak = facts.weakVerifiers?.some(({ name }) => users.has(name)) ?? true;
    const demandsScram = policy.name === 'tls' || policy.name === 'external';
    return demandsScram && isWeak && !isHost(from) ? 'fail' : 'warn';
  },
  'ident-or-peer-over-tcp': (from) => (from === 'dormant' ? 'info' : isHost(from) ? 'warn' : 'fail'),
};

/** What GSSAPI's own transport, user name maps, and methods besides passwords and certificates leave to be said. */
export function foreignProof({ rule, ours, others }: MetRule, { policy }: RulesOptions): Check[] {
  const seen = ruleText(rule);
  if (rule.type === 'hostgssenc') {
    if (takesNoProof(rule)) {
      const why =
        'anybody with a Kerberos ticket of the realm can log in as any role that the line matches; which roles these are is not judged here';
      return [found('trust', 'warn', seen, { why, remedy: gssRemedy })];
    }
    return [found('too-wide', 'unknown', seen, { why: 'who may connect with GSSAPI encryption is not judged here' })];
  }
  return [...ofMap(rule, ours, seen), ...ofOtherProof(rule, [...Object.values(ours), others], policy, seen)];
}

function ofMap({ options: { map } }: HbaRule, ours: MetRule['ours'], seen: string): Check[] {
  if (map === undefined || !Object.values(ours).some(isReached)) return [];
  const why = `who may come as ${whoText(ours)} is said by the map ${shown(map)} of pg_ident.conf, which is not judged here`;
  return [found('too-wide', 'unknown', seen, { why })];
}

function ofOtherProof(
  rule: HbaRule,
  places: readonly ClientOrigins[],
  policy: RulesOptions['policy'],
  seen: string,
): Check[] {
  const isDemanding = policy.name === 'tls' || policy.name === 'external';
  const isMet = places.some(({ plain, tls }) => plain.length > 0 || tls.length > 0);
  if (!isDemanding || !isMet || !['gss', 'sspi', 'oauth'].includes(rule.method)) return [];
  const why = `${rule.method} has others say who a client is; the policy ${policy.name} has SCRAM and certificates only`;
  const remedy = 'write scram-sha-256 or cert in its place, or name in the rule only roles that are none of services';
  return [
    found('too-wide', 'warn', seen, {
      why,
      remedy: [`${remedy}\nthen `, reload()],
    }),
  ];
}

const gssRemedy = ['write gss or scram-sha-256 in the place of the method\nthen ', reload()];

const whys: Readonly<Record<MethodFinding, (who: string, place: string) => string>> = {
  trust: (who, place) => `${place} logs in without a password as ${who}`,
  'cleartext-password': (who, place) => `${place} is asked for the password itself, as ${who}`,
  md5: (who, place) => `${place} may log in with an MD5 password, as ${who}`,
  'ident-or-peer-over-tcp': (who, place) => `${place} is believed to be ${who} on its own word`,
};

function placeText(from: From, { address }: HbaRule): string {
  const where = address === undefined || address.kind === 'all' ? 'anywhere' : `in ${address.text}`;
  switch (from) {
    case 'plain':
      return `any host ${where}`;
    case 'tls':
      return `any host ${where}, over TLS,`;
    case 'loopback':
      return "any process of the server's host";
    case 'socket':
      return "any user of the server's host who can open its socket";
    case 'dormant':
      return `any host ${where}`;
  }
}
