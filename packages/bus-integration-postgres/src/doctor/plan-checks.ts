// What the plan that apply would make comes to for doctor: its refusals and findings, and the server as that plan needs it.
// Pure.
import {
  type Check,
  type Configuration,
  type DesiredNames,
  type Diagnostic,
  madeDatabase,
} from 'bus-integration-database';
import { passwordSendOf } from '../conninfo/password-send.ts';
import { registeredActions } from '../kinds/index.ts';
import type { Observation } from '../observe/observation.ts';
import type { Computed } from '../plan/intent.ts';
import { blockerChecks } from './blockers.ts';
import { asCheck, check } from './doctor-check.ts';
import { eventTriggerChecks, listenerRulesChecks, reservedRoleChecks, verifierChecks } from './modules.ts';
import { collationChecks, connectionChecks, encodingCheck, pendingChecks, standbyChecks } from './server.ts';
import type { DoctorObservation } from './server-facts.ts';

export function planChecks(
  { desired, configuration }: { readonly desired: DesiredNames; readonly configuration: Configuration },
  computed: Computed,
  seen: Observation,
  observation: DoctorObservation,
): Check[] {
  const { admin, server } = seen;
  const makesDatabases = computed.steps.some((step) => madeDatabase(step, registeredActions) !== undefined);
  const isRefusedAsStandby = computed.refusals.some(({ code }) => code === 'standby');
  return [
    ...connectionChecks(seen, observation),
    ...pendingChecks(observation),
    ...standbyChecks(server, isRefusedAsStandby),
    ...collationChecks(observation.collations, makesDatabases, server.versionNum),
    encodingCheck(server),
    ...blockerChecks(observation, { admin: admin.name, database: server.database, makesDatabases }),
    ...verifierChecks(observation, {
      admin: admin.name,
      passwordSend: passwordSendOf(configuration),
      setsPasswords: computed.credentials.some(({ setsPassword }) => setsPassword),
    }),
    ...reservedRoleChecks(observation, desired),
    ...eventTriggerChecks(seen),
    ...listenerRulesChecks(observation, seen),
    ...computed.refusals.map((refusal) => asCheck(refusal)),
    // Event triggers are told one by one.
    ...computed.findings.filter(({ code }) => code !== 'event-trigger').flatMap(findingChecks),
  ];
}

/** Where the files can't be looked into, nothing is said of passwords: that none was seen doesn't mean that none is there. */
export function withoutFiles(computed: Computed): Computed {
  const doubtful = new Set(
    computed.credentials.flatMap(({ refusal, unsettled }) => [refusal, unsettled]).map((told) => told?.message),
  );
  return { ...computed, refusals: computed.refusals.filter(({ message }) => !doubtful.has(message)) };
}

function findingChecks(finding: Diagnostic): Check[] {
  // Said already, and more of it, by the look at the way there.
  if (finding.code === 'pooler') return [];
  const told = asCheck(finding);
  return [finding.code === 'system-identifier' ? { ...told, result: 'unknown' } : told];
}

/** That the admin may do what the plan needs, once nothing is refused. */
export function rightsChecks({ refusals }: Computed, { admin }: Observation): Check[] {
  if (refusals.length > 0) return [];
  const rights = [
    admin.isSuperuser && 'superuser',
    admin.createsRoles && 'CREATEROLE',
    admin.createsDatabases && 'CREATEDB',
  ].filter(Boolean);
  const seen = `${admin.name} (${rights.join(', ') || 'no role attributes'}) may do all that the plan needs`;
  return [check('admin-rights', 'ok', seen)];
}
