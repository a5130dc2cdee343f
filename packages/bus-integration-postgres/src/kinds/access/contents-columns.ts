// Privileges on single columns: a grant on the table is one on each, and taking that takes theirs. Pure.
import type { ObservedObjects } from '../../observe/observed-objects.ts';
import {
  type ContentsHolder,
  type ContentsPart,
  type DesiredContents,
  heldOn,
  type Resolved,
  takenFrom,
  without,
} from './contents.ts';

export interface ContentsGround {
  readonly schema: string;
  readonly objects: ObservedObjects;
  readonly holder: ContentsHolder;
  readonly named: readonly Resolved[];
}

/** With what goes by what is `taken` from tables, and is to be given again. */
export function differenceOfColumns(
  desired: DesiredContents,
  { schema, objects, holder, named }: ContentsGround,
  taken: readonly ContentsPart[],
) {
  const [missing, extra, again] = [[], [], []] as ContentsPart[][] as [ContentsPart[], ContentsPart[], ContentsPart[]];
  const { role } = holder;
  if (role === null) return { missing, extra, again };
  const stored = objects.columns.filter((one) => one.schema === schema);
  const wanted = named.flatMap(({ desired: one, object }) =>
    'columns' in one && object.owner !== role.name ? [{ desired: one, object }] : [],
  );
  for (const { desired: one, object } of wanted) {
    const held = heldOn(object, holder, desired);
    const lost = taken
      .filter(
        ({ type, names, grantable }) =>
          type === 'tables' && !grantable && (names ?? [object]).some(({ name }) => name === object.name),
      )
      .flatMap(({ privileges }) => privileges);
    for (const privilege of without(one.tables, desired.tables ?? [])) {
      const isLost = lost.includes(privilege);
      if (held.has(privilege) && !isLost) continue;
      const has = (name: string) => {
        const column = stored.find((each) => each.table === object.name && each.column === name);
        return column !== undefined && heldOn(column, holder, desired).has(privilege);
      };
      const names = (one.columns ?? []).filter((name) => isLost || !has(name)).map((name) => ({ name }));
      const part = {
        type: 'columns' as const,
        owner: object.owner,
        table: object.name,
        names,
        privileges: [privilege],
      };
      if (names.length > 0) (isLost ? again : missing).push(part);
    }
  }
  if (desired.tables === undefined) return { missing, extra, again };
  for (const column of stored) {
    const kept = wanted
      .filter(({ desired: one, object }) => object.name === column.table && one.columns?.includes(column.column))
      .flatMap(({ desired: one }) => one.tables);
    const privileges = without(takenFrom(column, holder).privileges, [...kept, ...desired.tables]);
    if (privileges.length === 0) continue;
    const { owner, table } = column;
    const known = extra.findIndex((part) => part.table === table && `${part.privileges}` === `${privileges}`);
    const names = [...(extra[known]?.names ?? []), { name: column.column }];
    const part = { type: 'columns' as const, owner, table, names, privileges };
    if (known < 0) extra.push(part);
    else extra[known] = part;
  }
  return { missing, extra, again };
}
