// What a step is about, by what its provider registered of its action. Pure; knows no action of a provider.
import type { ProviderFacts } from '../contract/facts.ts';
import type { Step } from '../contract/step.ts';

type Actions = ProviderFacts['actions'];

/** A role or a database, by its name. */
export interface Subject {
  readonly kind: 'role' | 'database';
  readonly name: string;
}

/**
 * The role that a step makes, changes or ends, wherever it does so; else the database that it is a part of, makes or
 * changes; undefined of others.
 *
 * @example
 * subjectOf(step, { 'create-role': { about: 'role' } }); // { kind: 'role', name: 'app_service' }
 */
export function subjectOf(step: Step, actions: Actions): Subject | undefined {
  const kind = actions[step.action]?.about;
  const database = kind === 'role' ? undefined : databaseOf(step);
  if (database !== undefined) return { kind: 'database', name: database };
  return kind === 'role' || kind === 'database' ? { kind, name: nameIn(step) ?? step.target } : undefined;
}

/** The database that a step is a part of; roles and databases themselves are a part of none. */
export function databaseOf({ before, after }: Step): string | undefined {
  return textIn(after ?? before, 'database');
}

/** The name of the database that a step makes, or ends making. */
export function madeDatabase(step: Step, actions: Actions): string | undefined {
  return step.risk === 'create' && actions[step.action]?.about === 'database' ? nameIn(step) : undefined;
}

/** The role that a step gives a password. */
export function givenPassword(step: Step, actions: Actions): string | undefined {
  const password = actions[step.action]?.about === 'role' ? textIn(step.after, 'password') : undefined;
  return password === undefined || password === 'none' ? undefined : nameIn(step);
}

/** The role of which a step replaces a password, and which one that is. */
export function replacedPassword(step: Step, actions: Actions): readonly [role: string, password: string] | undefined {
  if (actions[step.action]?.about !== 'role') return undefined;
  const [role, password] = [nameIn(step), textIn(step.before, 'replaces')];
  return role === undefined || password === undefined ? undefined : [role, password];
}

/** What `name` in a step names, where that is something declared. */
export function declaredName(step: Step, actions: Actions): string | undefined {
  return actions[step.action]?.about === undefined ? undefined : nameIn(step);
}

function nameIn({ before, after }: Step): string | undefined {
  return textIn(after, 'name') ?? textIn(before, 'name');
}

/** What stands in a saved plan or another program's answer may be anything. */
function textIn(content: Step['after'], key: string): string | undefined {
  const value = content?.[key];
  return typeof value === 'string' ? value : undefined;
}
