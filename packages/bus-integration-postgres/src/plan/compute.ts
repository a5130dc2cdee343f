// The plan itself: what was declared, what was seen and what the files hold become steps, refusals and findings.
// Pure: plan, apply (before and after), status and doctor all call this one function.
import {
  adoptedFrom,
  advise,
  type DesiredState,
  decideCredentials,
  decidedFiles,
  type ErrorClass,
  type FilePair,
  isMutating,
  joinSharedFiles,
  type Needing,
  nextCommand,
  type Proofs,
  type Refusal,
  withNeeds,
} from 'bus-integration-database';
import { declaredPowers } from '../asked/declared-powers.ts';
import { creatorsOf, databasesGiven, heirsOfRetired, retiredNames } from '../asked/retired-names.ts';
import { endpointOf } from '../conninfo/dsn-endpoint.ts';
import { endpointFindings } from '../credentials/dsn-findings.ts';
import { doubtfulTls, unusableEndpoint } from '../credentials/unusable-endpoint.ts';
import { unwritableFiles } from '../credentials/unwritable-files.ts';
import { withCredentials } from '../desired/desired-kinds.ts';
import type { Resource } from '../kinds/index.ts';
import type { RetiredScope } from '../kinds/kind/kind.ts';
import { hasNoPassword } from '../observe/mark.ts';
import type { Observation } from '../observe/observation.ts';
import { connectionStrings } from '../output-forms/connection-strings.ts';
import { type DeclaredValidity, expiryFindings, loginBlockOf } from '../ownership/login-block.ts';
import { type Adoption, judge, judgeRetired } from '../ownership/ours.ts';
import { missingAuthority } from './authority.ts';
import { compare, unsettled } from './compare.ts';
import { encodingFindings } from './encoding.ts';
import { hazards } from './hazard.ts';
import { type Computed, type Intent, withoutRotation } from './intent.ts';
import { obstacleFindings } from './obstacles.ts';
import { overridingFindings } from './overridden.ts';
import { poolerFindings } from './pooled.ts';
import { identityFindings, iterationFindings, lockFindings } from './server-findings.ts';
import { sharingFindings } from './sharing.ts';
import { toSteps } from './steps.ts';

/**
 * The plan, and why it is refused. What would be refused next, once these refusals were answered, is told at once, and
 * every remedy names the command that answers all of them.
 */
export function computePlan(intent: Intent, seen: Observation, pairs: readonly FilePair[], proofs: Proofs): Computed {
  const computed = computeAllowed(intent, seen, pairs, proofs);
  const refusals = new Map<string, Needing>();
  const tell = (told: readonly Needing[]) => {
    for (const one of told)
      if (!refusals.has(`${one.code} ${one.message}`)) refusals.set(`${one.code} ${one.message}`, one);
  };
  tell(computed.refusals);
  let { allowed } = intent;
  let last = computed.refusals;
  const isMighty = computed.refusals.some(({ code, needs }) => code === 'not-ours' && needs === undefined);
  const look = () => {
    last = computeAllowed({ ...intent, allowed }, seen, pairs, proofs, true).refusals;
    // Whether the admin may alter a role is another question once its powers are gone.
    tell(last.filter(({ code }) => !isMighty || code !== 'lacks-role-admin'));
  };
  if (last.some(({ code }) => code === 'not-ours')) look();
  for (let more = withNeeds(allowed, last); more !== undefined; more = withNeeds(allowed, last)) {
    allowed = more;
    look();
  }
  const remedy = advise(nextCommand(intent.verb ?? 'plan', allowed));
  const told = new Set([...refusals.values()].map(({ code, target }) => `${code} ${target}`));
  return {
    ...computed,
    findings: computed.findings.filter(({ code, target }) => !told.has(`${code} ${target}`)),
    refusals: [...refusals.values()].map(({ needs, ...refusal }) =>
      needs === undefined ? refusal : { ...refusal, ...remedy },
    ),
  };
}

/** What is left to do where no password is changed. */
export function computeUnrotated(
  intent: Intent,
  { seen, pairs, proofs }: { seen: Observation; pairs: readonly FilePair[]; proofs: Proofs },
): Computed {
  return computePlan(withoutRotation(intent), seen, pairs, proofs);
}

/** Groups have no password. */
function loginRoles({ roles, resources }: DesiredState<Resource>): string[] {
  const groups = new Set(resources.flatMap((one) => (one.kind === 'role' && !one.canLogin ? one.name : [])));
  return groups.size === 0 ? [...roles] : [...roles].filter((name) => !groups.has(name));
}

function computeAllowed(
  intent: Intent,
  seen: Observation,
  pairs: readonly FilePair[],
  proofs: Proofs,
  assumesPowerless = false,
): Omit<Computed, 'refusals'> & { readonly refusals: readonly Needing[] } {
  const { desired, allowed } = intent;
  const { deploymentId } = desired;
  const adoption = {
    deploymentId,
    assumesPowerless,
    adopt: allowed.adopt,
    adoptFrom: adoptedFrom(allowed.adopt_from),
    declaredPowers: declaredPowers(desired.resources),
    // Lists say nothing of owners.
    ...(desired.manifest !== undefined && { databases: new Set(desired.databases.keys()) }),
  };
  const { roles, databases, refusals } = judge(desired, seen, adoption);
  const rotated = new Set(allowed.rotate);
  const pairsOf = new Map<string, FilePair[]>();
  for (const pair of pairs) {
    const same = pairsOf.get(pair.role);
    if (same === undefined) pairsOf.set(pair.role, [pair]);
    else same.push(pair);
  }
  const endpoint = endpointOf(intent.service, seen.reached);
  const hasTls = seen.reached.isEncrypted || seen.reached.hasSsl;
  const validity = declaredValidity(desired.resources);
  const alone = loginRoles(desired).map((role) =>
    decideCredentials(
      {
        role,
        standing: roles.get(role) ?? 'refused',
        isRotated: rotated.has(role),
        hasNoPassword: hasNoPassword(seen.roles.get(role)),
        isProvenWithoutLogin: seen.roles.get(role)?.verifier !== undefined,
        block: loginBlockOf(role, pairsOf.get(role)?.map(({ database }) => database) ?? [], seen, validity.get(role)),
        endpoint,
        strings: connectionStrings,
        hasTls,
        pairs: pairsOf.get(role) ?? [],
        unprovable: intent.unprovable?.get(role),
      },
      proofs,
    ),
  );
  const credentials = joinSharedFiles(alone);
  const files = decidedFiles(credentials);
  const retired = retiredScope(desired.resources, seen, adoption);
  const scope = {
    deploymentId,
    seen,
    roles,
    databases,
    declared: intent.declared,
    files,
    serviceEndpoint: endpoint,
    saysAll: desired.manifest !== undefined,
    ...(retired && { retired }),
  };
  const resources = withCredentials(desired.resources, credentials, files);
  const { differences, findings, refusals: impossible, unsafe } = compare(resources, scope);
  const steps = toSteps({ desired, dsnDirectory: intent.dsnDirectory, seen, resources, differences });
  const lost = credentials.flatMap(({ refusal }) => refusal ?? []);
  const ofClass = (errorClass: ErrorClass) =>
    lost.filter((refusal) => refusal.errorClass === errorClass).map(withoutClass);
  const groups: [ErrorClass, readonly Needing[]][] = [
    ['not-ours', [...refusals, ...(retired?.refusals ?? [])].map(withoutClass)],
    [
      'unsafe',
      [
        ...ofClass('unsafe'),
        ...unsafe,
        ...hazards(steps, allowed, scope, seen),
        ...(credentials.some(({ setsPassword }) => setsPassword) ? iterationFindings(seen) : []),
      ],
    ],
    [
      'invalid-request',
      [
        ...impossible,
        ...encodingFindings(desired, steps, seen),
        ...(pairs.length === 0 ? [] : unusableEndpoint(endpoint, seen)),
        ...unwritableFiles(files.values()),
      ],
    ],
    ['insufficient-privilege', missingAuthority(steps, scope)],
    ['not-converged', ofClass('not-converged')],
  ];
  const waiting = credentials.flatMap((decision) => decision.unsettled ?? []).map(withoutClass);
  const refusedAs = groups.find(([, diagnostics]) => diagnostics.length > 0)?.[0];
  const errorClass = refusedAs ?? (waiting.length > 0 ? 'not-converged' : undefined);
  return {
    steps,
    resources,
    scope,
    deltas: unsettled(differences),
    credentials,
    refusals: [...groups.flatMap(([, diagnostics]) => diagnostics), ...waiting],
    isRefused: refusedAs !== undefined,
    ...(errorClass !== undefined && { errorClass }),
    findings: [
      ...findings,
      ...credentials.flatMap(({ findings }) => findings),
      ...lockFindings(seen),
      ...poolerFindings(seen.server),
      ...identityFindings(seen),
      ...expiryFindings(seen, desired, steps, validity),
      ...overridingFindings(resources, desired, seen),
      ...sharingFindings(desired, seen),
      ...obstacleFindings(seen, steps.some(isMutating)),
      ...(pairs.length === 0
        ? []
        : [...endpointFindings(intent.service, endpoint, seen, credentials), ...doubtfulTls(endpoint, seen)]),
    ],
  };
}

function withoutClass({ errorClass: _, ...refusal }: Refusal): Needing {
  return refusal;
}

/** By login role, what apply makes of its attributes. */
function declaredValidity(resources: readonly Resource[]): Map<string, DeclaredValidity> {
  return new Map(
    resources.flatMap((one) =>
      one.kind === 'role' && one.canLogin && one.attributes !== undefined ? [[one.name, one.attributes] as const] : [],
    ),
  );
}

/** What is to be retired, judged; undefined where nothing is. */
function retiredScope(
  resources: readonly Resource[],
  seen: Observation,
  adoption: Adoption,
): (RetiredScope & { readonly refusals: readonly Refusal[] }) | undefined {
  const names = retiredNames(resources);
  if (names === undefined) return undefined;
  return {
    ...judgeRetired(names, seen, adoption),
    heirs: heirsOfRetired(resources),
    given: databasesGiven(resources),
    creates: creatorsOf(resources),
  };
}
