// Which files the rules of outputs come to, and where two of them meet. Writes none.
import { normalize } from 'node:path';
import { OperationError } from '../contract/errors.ts';
import { dsnFileName, poolerTwin } from '../model/names.ts';
import type { OutputEntry, OutputForms, OutputRule } from './output-rules.ts';
import { type Filling, filledPath, filledText, tellsApart } from './template.ts';
import type { Problems } from './text/problems.ts';
import { quotedName } from './text/seen.ts';
import type { Span } from './text/source.ts';
import { keyAt, type Node, nodeAt } from './text/tree.ts';

/** A rule with everything that it leaves to be understood. */
export type ExpandedOutput = OutputRule & { readonly mode: string; readonly entries: readonly OutputEntry[] };

/** What the rules are judged and expanded by. */
export interface OutputGround {
  readonly forms: OutputForms;
  readonly deployment: string;
  /** Every role and every database that is declared: others were told already. */
  readonly declared: { readonly roles: ReadonlySet<string>; readonly databases: ReadonlySet<string> };
  /** Login roles in the order of the file, each with the databases that it may enter. */
  readonly entrances: ReadonlyMap<string, readonly string[]>;
  readonly root: Node;
  readonly problems: Problems;
}

/** Which one of the list a rule is, from 1. */
function numberOf(rule: OutputRule, { root, problems }: OutputGround): number {
  const list = nodeAt(root, ['outputs']);
  const node = problems.nodeOf(rule);
  return list?.kind === 'list' && node !== undefined ? list.items.indexOf(node) + 1 : 1;
}

interface Taken {
  readonly rule: OutputRule;
  readonly entry: OutputEntry;
}

/** Every rule with its files; what contradicts itself or another rule is told. */
export function expandOutputs(rules: readonly OutputRule[], ground: OutputGround): readonly ExpandedOutput[] {
  const taken = new Map<string, Taken>();
  const made = new Map<string, OutputEntry>();
  return rules.map((rule) => {
    judgeKeys(rule, ground);
    const entries = pairsOf(rule, ground).map((pair) => entryOf(rule, pair, ground));
    const variables = new Set<string>();
    for (const entry of entries) {
      judgeVariable(rule, entry, variables, ground);
      judgeFile(rule, entry, taken, ground);
      judgeMade(rule, entry, made, ground);
    }
    return { ...rule, mode: rule.mode ?? '0600', entries };
  });
}

/** A part of a rule; of what it does not say itself, the rule. */
function placeIn({ root, problems }: OutputGround, rule: OutputRule, ...path: (string | number)[]): Span {
  const node = problems.nodeOf(rule) ?? root;
  return nodeAt(node, path) ?? node;
}

function judgeKeys(rule: OutputRule, ground: OutputGround): void {
  const form = ground.forms[rule.form];
  if (form === undefined) return;
  for (const key of ['variable', 'namespace', 'pooler'] as const) {
    if (rule[key] === undefined || form.keys.includes(key)) continue;
    const having = Object.entries(ground.forms).filter(([, { keys }]) => keys.includes(key));
    const forms = having.map(([name]) => name).join(' and ');
    ground.problems.report(
      placeIn(ground, rule, key),
      'contradiction',
      `${key} is for form ${forms}, not for ${rule.form}`,
    );
  }
  const isSaid = rule.file !== undefined || nodeAt(ground.problems.nodeOf(rule) ?? ground.root, ['file']) !== undefined;
  if (isSaid || form.hasOwnFile) return;
  ground.problems.report(placeIn(ground, rule, 'form'), 'missing-file', `form ${rule.form} needs a file`);
}

/** Which roles of which databases; a pair that was named and can't enter is told. */
function pairsOf(rule: OutputRule, ground: OutputGround): readonly Omit<Filling, 'deployment'>[] {
  const { entrances, problems, declared } = ground;
  const roles = rule.roles ?? [...entrances.keys()];
  const pairs: Omit<Filling, 'deployment'>[] = [];
  for (const [place, role] of roles.entries()) {
    if (!declared.roles.has(role)) continue;
    const enters = entrances.get(role);
    if (enters === undefined) {
      problems.report(
        placeIn(ground, rule, 'roles', place),
        'no-login',
        `role ${quotedName(role)} does not log in: no file is for it`,
      );
      continue;
    }
    const open = new Set(enters);
    const wanted = rule.databases ?? enters;
    for (const [number, database] of wanted.entries()) {
      if (!declared.databases.has(database)) continue;
      if (open.has(database)) pairs.push({ role, database });
      else if (rule.roles !== undefined)
        problems.report(
          placeIn(ground, rule, 'databases', number),
          'no-access',
          `access to ${quotedName(database)} is not given to role ${quotedName(role)}: no file is for both`,
        );
    }
    if (rule.roles !== undefined && rule.databases === undefined && enters.length === 0)
      problems.report(
        placeIn(ground, rule, 'roles', place),
        'no-access',
        `role ${quotedName(role)} has access to no database`,
      );
  }
  for (const [number, database] of (rule.roles === undefined ? (rule.databases ?? []) : []).entries()) {
    if (!declared.databases.has(database) || pairs.some((pair) => pair.database === database)) continue;
    const message = `no login role has access to ${quotedName(database)}: no file is for it`;
    problems.report(placeIn(ground, rule, 'databases', number), 'no-access', message);
  }
  return pairs;
}

function entryOf(
  { file, variable, namespace }: OutputRule,
  pair: Omit<Filling, 'deployment'>,
  { deployment }: OutputGround,
): OutputEntry {
  const filling = { ...pair, deployment };
  return {
    ...pair,
    ...(file !== undefined && { file: filledPath(file, filling) }),
    ...(variable !== undefined && { variable: filledText(variable, filling) }),
    ...(namespace !== undefined && { namespace: filledText(namespace, filling) }),
  };
}

function judgeVariable(rule: OutputRule, entry: OutputEntry, variables: Set<string>, ground: OutputGround): void {
  const { variable, file } = entry;
  if (variable === undefined) return;
  const place = placeIn(ground, rule, 'variable');
  if (!/^[A-Za-z_]\w*$/.test(variable))
    ground.problems.report(
      place,
      'value',
      `${quotedName(variable)} is not a name of an environment variable; write letters, digits and _`,
    );
  if (variables.has(`${file}\n${variable}`))
    ground.problems.report(
      place,
      'twice',
      `${quotedName(variable)} would stand twice in ${quotedName(file ?? '')}; name a placeholder in it`,
    );
  variables.add(`${file}\n${variable}`);
}

/** Two files that become one object elsewhere: there the second would take the place of the first. */
function judgeMade(rule: OutputRule, entry: OutputEntry, made: Map<string, OutputEntry>, ground: OutputGround): void {
  const object = ground.forms[rule.form]?.makes?.(entry);
  if (object === undefined) return;
  if (object.fault !== undefined) {
    const { key, named, why } = object.fault;
    ground.problems.report(placeIn(ground, rule, key), 'value', `${quotedName(named)} ${why}`);
    return;
  }
  const other = made.get(object.name);
  made.set(object.name, other ?? entry);
  // Of one file it was told that it would be of both.
  if (other === undefined || other.file === entry.file) return;
  const [one, two] = [other, entry].map(({ file = '' }) => quotedName(file));
  const message = `${one} and ${two} would both be ${object.name}; give them other names`;
  ground.problems.report(placeIn(ground, rule, 'file'), 'same-object', message);
}

/** Two connections meet in one file only in forms that gather them, and of one rule. */
function judgeFile(rule: OutputRule, entry: OutputEntry, taken: Map<string, Taken>, ground: OutputGround): void {
  const { file } = entry;
  if (file === undefined && ground.forms[rule.form]?.hasOwnFile !== true) return;
  judgePath(rule, entry, taken, ground);
  if (file !== undefined && rule.form === 'uri' && rule.pooler !== undefined)
    judgePath(rule, { ...entry, file: poolerTwin(file) }, taken, ground);
}

function judgePath(rule: OutputRule, entry: OutputEntry, taken: Map<string, Taken>, ground: OutputGround): void {
  const { problems, root } = ground;
  const { database, file } = entry;
  const place =
    problems.nodeOf(rule) === undefined
      ? (keyAt(root, ['databases', database]) ?? root)
      : placeIn(ground, rule, 'file');
  const path = file ?? ownFile(entry, place, ground);
  if (path === undefined) return;
  // Where the file system does not tell upper from lower case they are one.
  const id = JSON.stringify([file === undefined && rule.form, normalize(path).toLowerCase()]);
  const other = taken.get(id);
  if (other === undefined) {
    taken.set(id, { rule, entry });
    return;
  }
  const where = quotedName(path);
  if (other.rule !== rule) {
    ground.problems.report(
      place,
      'same-file',
      `${where} is written by output ${numberOf(other.rule, ground)} of this list too`,
    );
    return;
  }
  const form = ground.forms[rule.form];
  // Without a name of its own for each, the second connection would overwrite the first.
  const isOneFile = other.entry.file === entry.file;
  if (isOneFile && form?.gathers && (rule.variable !== undefined || !form.keys.includes('variable'))) return;
  const apart = (['database', 'role'] as const).filter((what) => other.entry[what] !== entry[what]);
  const lacking = apart.filter((what) => !tellsApart(rule.file ?? '', what)).map((what) => `{${what}}`);
  const apartBy = lacking.length === 0 ? '' : `; name ${lacking.join(' and ')} in it`;
  const hint = file === undefined || !isOneFile ? ', where upper and lower case are one' : apartBy;
  const [one, two] = [other.entry, entry].map((each) => `${quotedName(each.role)} in ${quotedName(each.database)}`);
  ground.problems.report(place, 'same-file', `${where} would be the file of ${one} and of ${two}${hint}`);
}

/** The file that a form has by itself; a name that no file system takes is told. */
function ownFile({ database, role }: OutputEntry, place: Span, { problems }: OutputGround): string | undefined {
  try {
    return dsnFileName(database, role);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    problems.report(place, 'file-name', error.message);
    return undefined;
  }
}
