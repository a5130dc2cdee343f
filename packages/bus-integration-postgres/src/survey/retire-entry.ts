// What a manifest has to say for a role or database that it declares no longer to be retired: apply does it then. Pure.
import { type Advice, advise, type Leftover } from 'bus-integration-database';
import { manifestOf } from '../desired/rules.ts';
import type { RemainingRole, Remains } from '../observe/remains.ts';
import type { Intent } from '../plan/intent.ts';
import { heirIn } from './retired-roles.ts';

interface Remaining {
  readonly intent: Intent;
  readonly remains: Pick<Remains, 'roles'>;
}

/** The leftover with the manifest's entry in place of statements, where a manifest declares the deployment. */
export function byManifest(leftover: Leftover, { intent, remains }: Remaining): Leftover {
  const manifest = manifestOf(intent.desired);
  if (manifest === undefined || leftover.declared_in !== undefined) return leftover;
  const { kind, name, before } = leftover;
  const role = remains.roles.find((found) => found.name === name);
  const entry =
    kind === 'role' ? roleEntry(role, intent) : `{drop: ${spelled(name)}, dump: ${spelled(`./dumps/${name}.dump`)}}`;
  const text = ['retire:', `  ${kind}s:`, `    ${spelled(name)}: ${entry}`];
  const { file } = intent.desired.manifest ?? {};
  const { remedy, advice } = advise(
    file === undefined ? ['add to the manifest:', ...text].join('\n') : adding(file, text),
  );
  return {
    kind,
    name,
    ...(before !== undefined && { before: kind === 'role' ? conditionOf(role) : before }),
    ...(remedy !== undefined && { command: remedy }),
    ...(advice !== undefined && { advice }),
  };
}

function adding(file: string, text: readonly string[]): Advice {
  return { kind: 'edit', change: 'insert', file: { path: file }, text };
}

function conditionOf(role: RemainingRole | undefined): string {
  return `no service logs in as it any more; its sessions are ended (now: ${role?.sessions ?? 0})`;
}

/** Where no role is the one that comes after it, plan says what has to be reassigned. */
function roleEntry(role: RemainingRole | undefined, intent: Intent): string {
  const [heir] = (role?.databases ?? []).flatMap(({ name }) => heirIn(name, intent) ?? []);
  return heir === undefined ? '{}' : `{reassign_to: ${spelled(heir)}}`;
}

/** As YAML takes it for the name that it is. */
function spelled(text: string): string {
  const isPlain = /^[A-Za-z_./][\w./-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}
