// The objects behind a word of access, each with its privileges and the way by which the role has them. Pure.
import type { ReportGround } from 'bus-integration-database';
import { type AccessPart, givenTo, type HeldPart, laterTables } from './access-parts.ts';
import type { SeenRole } from './read.ts';
import type { Ways } from './via.ts';

/** How many kinds of objects one answer lists. */
const mostGrounds = 60;

/** What a role may do on each part, and by which way; what is alike is one line, and lines end at some number. */
export function groundsOf(
  role: SeenRole,
  parts: readonly AccessPart[],
  held: readonly HeldPart[],
  ways: Ways,
): readonly ReportGround[] {
  const found = parts.flatMap((part, index): FoundGround[] => {
    const privileges =
      part.kind === 'later' && part.owner !== role.name
        ? [...new Set(givenTo(role, part))]
        : (held[index] as HeldPart).privileges;
    const byWay = new Map<string, { readonly via: string[]; readonly privileges: string[] }>();
    for (const privilege of privileges) {
      const via = part.kind === 'columns' ? ['a grant on columns'] : ways.of(role, privilege, part);
      const key = JSON.stringify(via);
      const known = byWay.get(key) ?? { via, privileges: [] };
      known.privileges.push(privilege);
      byWay.set(key, known);
    }
    return [...byWay.values()].map((one) => ({ part, ...one }));
  });
  const lines = togetherByCreator(found);
  if (lines.length <= mostGrounds) return lines;
  const left = { on: `${mostGrounds} of ${lines.length} groups of objects are listed`, privileges: [], via: [] };
  return [...lines.slice(0, mostGrounds), left];
}

interface FoundGround extends Omit<ReportGround, 'on'> {
  readonly part: AccessPart;
}

/** Later tables of one schema with the same rights are one line, whoever makes them. */
function togetherByCreator(found: readonly FoundGround[]): ReportGround[] {
  const groups = new Map<string, FoundGround[]>();
  found.forEach((one, index) => {
    const { part, privileges, via } = one;
    const key = part.kind === 'later' ? JSON.stringify([part.schema, privileges, via]) : String(index);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [one]);
    else known.push(one);
  });
  return [...groups.values()].flatMap((group): ReportGround[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { part, privileges, via } = first;
    const creators = group.map((one) => one.part.owner);
    return [{ on: group.length === 1 ? part.on : laterTables(creators, part.schema), privileges, via }];
  });
}

/** Equal lists are kept once. */
export function createGrounds() {
  const all: (readonly ReportGround[])[] = [];
  const known = new Map<string, number>();
  return {
    all,
    add: (grounds: readonly ReportGround[]): number => {
      const key = JSON.stringify(grounds);
      const index = known.get(key);
      if (index !== undefined) return index;
      known.set(key, all.length);
      all.push(grounds);
      return all.length - 1;
    },
  };
}
