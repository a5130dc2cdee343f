// Steps grouped by what they are about, and groups that differ in nothing but their name put together. Pure.
import { dsnFileName, type ProviderFacts, type Step, type Subject, subjectOf } from 'bus-integration-database';

/** All steps about one database, or about one role. */
export interface Block {
  readonly kind: Subject['kind'] | 'plan';
  readonly name: string;
  readonly steps: readonly Step[];
}

/** A block, and the names of those that are the same but for their name. */
export interface Fold {
  readonly block: Block;
  /** What each stands for: its name, and roles that are named after it. */
  readonly same: readonly string[];
}

/** So many alike are folded; two are shown. */
const foldedFrom = 3;

/** Groups steps by role and database, in the order in which each first appears. */
export function blocksOf(steps: readonly Step[], { actions }: Pick<ProviderFacts, 'actions'>): Block[] {
  const blocks = new Map<string, Block & { steps: Step[] }>();
  for (const step of steps) {
    const { kind, name } = subjectOf(step, actions) ?? { kind: 'plan' as const, name: step.target };
    const key = JSON.stringify([kind, name]);
    const block = blocks.get(key);
    if (block === undefined) blocks.set(key, { kind, name, steps: [step] });
    else block.steps.push(step);
  }
  return [...blocks.values()];
}

/** Puts blocks together that are alike; every name stays named. */
export function fold(blocks: readonly Block[]): Fold[] {
  const alike = new Map<string, Block[]>();
  const groups = blocks.map((block) => {
    const shape = shapeOf(block);
    const group = alike.get(shape) ?? [];
    alike.set(shape, group);
    group.push(block);
    return group;
  });
  return blocks.flatMap((block, index): Fold[] => {
    const group = groups[index] ?? [];
    if (group.length < foldedFrom) return [{ block, same: [] }];
    if (group[0] !== block) return [];
    return [{ block, same: group.slice(1).map((other) => labelOf(other, block)) }];
  });
}

/** What a block says once its own name is taken out: equal shapes are the same sentence about another name. */
function shapeOf({ kind, name, steps }: Block): string {
  const names = [...new Set([name, dsnFileName(name).slice(0, -'.dsn'.length)])];
  const text = steps.map(({ action, target, risk, summary, before, after, state }) => {
    const facts = withoutNames([target, summary, before ?? null, after ?? null], names);
    return [action, risk, state ?? '', facts];
  });
  return JSON.stringify([kind, text]);
}

function withoutNames(value: unknown, names: readonly string[]): unknown {
  if (typeof value === 'string') return names.reduce((text, name) => text.replaceAll(name, '\u0000'), value);
  if (Array.isArray(value)) return value.map((item) => withoutNames(item, names));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutNames(item, names)]));
}

/** A folded database's label: its name, and the roles in it that the shown one does not have. */
function labelOf(block: Block, shown: Block): string {
  const known = rolesIn(shown);
  const others = rolesIn(block).filter((role) => !known.includes(role));
  return others.length === 0 ? block.name : `${block.name} (${others.join(', ')})`;
}

function rolesIn({ steps, kind }: Block): string[] {
  if (kind !== 'database') return [];
  const roles = steps.flatMap(({ before, after }) =>
    [before, after].flatMap((about) => {
      const { role, grantee } = (about ?? {}) as { role?: unknown; grantee?: unknown };
      return [role, grantee].filter((name) => typeof name === 'string');
    }),
  );
  return [...new Set(roles)];
}
