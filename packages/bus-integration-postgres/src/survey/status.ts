// Desired beside observed, as one answer: what stands as declared, what drifted, what carries our mark and is declared
// no more. Pure.
import {
  type DatabaseStatus,
  type DsnFileStatus,
  type FilePair,
  isMutating,
  type Proofs,
  type Response,
  type RoleStatus,
  rolesOf,
  type SchemaStatus,
  type Target,
} from 'bus-integration-database';
import { isUnfinished, ownership } from '../observe/mark.ts';
import type { Computed, Wish } from '../plan/compute.ts';
import { base } from '../plan/respond.ts';
import { leftoverWarnings } from './leftover-warnings.ts';
import { observedLeftovers } from './leftovers.ts';
import type { Sight } from './observe.ts';
import type { Preparation } from './preparation.ts';

export interface StatusInput {
  readonly preparation: Preparation;
  readonly sight: Sight;
  readonly computed: Computed;
  readonly target: Target;
  readonly startedAt: number;
}

export function statusResponse({ preparation, sight, computed, target, startedAt }: StatusInput): Response {
  const { wish, warnings } = preparation;
  const drift = computed.steps.filter(isMutating);
  return {
    ok: true,
    ...base(wish, computed.steps, startedAt),
    target,
    diagnostics: [
      ...computed.refusals,
      ...computed.findings,
      ...leftoverWarnings(sight.seen.remains, preparation),
      ...warnings,
    ],
    roles: rolesOf(wish.declaration).map((name) => roleStatus(name, sight, wish)),
    databases: wish.declaration.databases.map((name) => databaseStatus(name, sight, wish)),
    schemas: wish.declaration.databases.flatMap((database) => schemaStatuses(database, sight, wish)),
    dsn_files: sight.pairs.map((pair) =>
      fileStatus(
        pair,
        sight.proofs,
        drift.some((step) => step.target === pair.path),
      ),
    ),
    leftovers: observedLeftovers(preparation, sight.seen),
    drift,
  };
}

function roleStatus(name: string, { seen, pairs, proofs }: Sight, wish: Wish): RoleStatus {
  const role = seen.roles.get(name);
  if (role === undefined) return { name, state: 'missing' };
  const held = pairs.filter((pair) => pair.role === name && pair.live.state === 'present');
  const states = held.map((pair) => passwordState(pair, proofs));
  const password = states.find((state) => state !== 'proven') ?? states[0] ?? 'none';
  return {
    name,
    state: ownership(role.comment, wish.deploymentId),
    can_login: role.canLogin,
    connections: role.connections,
    password,
  };
}

function databaseStatus(name: string, { seen }: Sight, wish: Wish): DatabaseStatus {
  const database = seen.databases.get(name);
  if (database === undefined) return { name, state: 'missing' };
  const isHalf = isUnfinished(database, wish.deploymentId, seen.admin.name);
  return {
    name,
    state: isHalf ? 'unfinished' : ownership(database.comment, wish.deploymentId),
    connections: database.connections,
    ...(database.sizeBytes != null && { size_bytes: database.sizeBytes }),
  };
}

function schemaStatuses(database: string, { seen }: Sight, wish: Wish): SchemaStatus[] {
  const inside = seen.inside.get(database);
  return wish.declaration.schemas.map((name) => {
    if (inside === undefined) return { database, name, state: seen.databases.has(database) ? 'unknown' : 'missing' };
    return { database, name, state: inside.schemas.some((schema) => schema.name === name) ? 'present' : 'missing' };
  });
}

function fileStatus(pair: FilePair, proofs: Proofs, isDrifting: boolean): DsnFileStatus {
  const { path, database, role, live } = pair;
  const state =
    live.state === 'absent' ? 'missing' : live.state === 'broken' ? 'broken' : isDrifting ? 'outdated' : 'current';
  return { path, database, role, state, password: passwordState(pair, proofs) };
}

function passwordState({ role, live }: FilePair, proofs: Proofs): DsnFileStatus['password'] {
  return live.state === 'present' ? proofs(role, live.password).state : 'none';
}
