// How a manifest of PostgreSQL is read, and what it comes to.
import { count } from 'bus-integration-database';
import type { ManifestLanguage, OutputEntry, OutputRule } from 'bus-integration-database/manifest';
import { type Manifest, manifestShape } from './definition.ts';
import { type ExpandedManifest, expandManifest } from './expand.ts';
import { starterManifest } from './starter.ts';

/** Of the schema for editors. */
export const manifestTitle = 'Manifest of bus operator database';

/** For `readManifest`. */
export const postgresManifest: ManifestLanguage<Manifest, ExpandedManifest> = {
  shape: manifestShape,
  expand: expandManifest,
  summary,
  fileOf,
  editorSchema: './node_modules/bus-integration-postgres/schemas/manifest.json',
  starter: starterManifest,
};

function summary({ roles, databases, outputs, verify, retire }: ExpandedManifest): string {
  const rights = Object.values(databases).reduce((sum, { access }) => sum + Object.keys(access).length, 0);
  const files = outputs.reduce((sum, { entries }) => sum + entries.length, 0);
  const parts = [
    count(Object.keys(roles).length, 'role'),
    count(Object.keys(databases).length, 'database'),
    count(rights, 'access entry', 'access entries'),
    count(files, 'output file'),
    ...(verify.length === 0 ? [] : [count(verify.length, 'row of verify', 'rows of verify')]),
  ];
  const gone = [
    ...someOf(Object.keys(retire.roles ?? {}).length, 'role'),
    ...someOf(Object.keys(retire.databases ?? {}).length, 'database'),
  ];
  return `${parts.join(', ')}${gone.length === 0 ? '' : `; retires ${gone.join(' and ')}`}`;
}

function someOf(number: number, one: string): string[] {
  return number === 0 ? [] : [count(number, one)];
}

/** A manifest that means the same and inherits nothing. */
function fileOf({ deployment, roles, databases, outputs, verify, retire }: ExpandedManifest): object {
  return {
    version: 1,
    deployment,
    ...(hasAny(roles) && { roles }),
    ...(hasAny(databases) && { databases }),
    outputs: outputs.flatMap(({ entries, ...rule }) => fileRulesOf(rule, entries)),
    ...(verify.length > 0 && { verify }),
    ...(hasAny(retire) && { retire }),
  };
}

/**
 * The rule with the roles and databases that it came to: one rule where every role enters the same databases, else one for
 * each set of databases; one whose file gathers them stays one, since no two rules meet in a file.
 */
function fileRulesOf(rule: OutputRule, entries: readonly OutputEntry[]): readonly OutputRule[] {
  const byRole = databasesByRole(entries);
  const sets = new Map<string, { roles: string[]; databases: readonly string[] }>();
  for (const [role, databases] of byRole) {
    const id = JSON.stringify(databases);
    const set = sets.get(id);
    if (set === undefined) sets.set(id, { roles: [role], databases });
    else set.roles.push(role);
  }
  const all = [...byRole.keys()];
  if (sets.size === 0) return [rule];
  const files = new Set(entries.map((entry) => entry.file));
  if (sets.size > 1 && files.size < entries.length && rule.file !== undefined) return [{ ...rule, roles: all }];
  return [...sets.values()].map((set) => ({ ...rule, ...set }));
}

function databasesByRole(entries: readonly OutputEntry[]): ReadonlyMap<string, readonly string[]> {
  const byRole = new Map<string, string[]>();
  for (const { role, database } of entries) {
    const databases = byRole.get(role);
    if (databases === undefined) byRole.set(role, [database]);
    else databases.push(database);
  }
  return byRole;
}

function hasAny(part: object): boolean {
  return Object.keys(part).length > 0;
}
