// Memberships and ownership as a drawing, and the same in words. Pure.
import type { ReportContent } from '../contract/response.ts';
import { count, some } from '../text/list.ts';
import { type Box, folded, type Line } from './graph-fold.ts';
import { placed } from './graph-layout.ts';
import { type Html, html } from './html.ts';
import { names, scrolling, shownOf } from './parts.ts';

const boxHeight = 24;
const rowHeight = 32;
const gap = 90;
const longestLabel = 40;
/** Beyond so many boxes a drawing is no help; the table is. */
const mostNodes = 240;

export function graphSection(report: ReportContent): Html {
  const { nodes, edges } = folded(graphOf(report));
  const words = html`${inWords(report)}${shownOf(report.memberships.length, report.memberships.length + (report.memberships_left_out ?? 0), 'memberships', 'the others were not read')}`;
  if (edges.length === 0) return html`<p>No role is a member of another, and nothing is owned.</p>`;
  if (nodes.length > mostNodes)
    return html`<p>${count(nodes.length, 'box', 'boxes')} are too many for a drawing; here in words.</p>${words}`;
  return html`<p>Read from left to right: a role, the groups that it is a member of, what they own. A dashed line is a membership
without the rights of the group: the role has to say SET ROLE. Boxes with a stronger frame are declared. Roles with the same
memberships are one box.</p>
${scrolling('Drawing of memberships', drawing(nodes, edges))}
<details><summary>the same in words</summary>${words}</details>`;
}

function graphOf({ roles, memberships, ownership }: ReportContent): { nodes: readonly Box[]; edges: readonly Line[] } {
  const isDeclared = new Map(roles.map((role) => [role.name, role.is_declared]));
  const canLogin = new Map(roles.map((role) => [role.name, role.can_login]));
  const owned = ownership.map(({ owner, of, databases }, index) => {
    const what =
      of === 'database' ? (databases.length === 1 ? `database ${databases[0]}` : `${databases.length} databases`) : of;
    const where =
      of === 'database' ? '' : databases.length === 1 ? ` in ${databases[0]}` : ` in ${databases.length} databases`;
    return {
      owner,
      isDatabase: of === 'database',
      id: `thing ${index}`,
      label: `${what}${where}`,
      does: `owns ${of} ${some([...databases], 8)}`,
    };
  });
  const all: Line[] = [
    ...memberships.map(({ member, group, inherit, set, admin }) => ({
      from: `role ${member}`,
      to: `role ${group}`,
      who: member,
      does: `is a member of ${group}${inherit ? '' : ', without its rights'}${set ? '' : ', without SET ROLE'}${admin ? ', and may give it to others' : ''}`,
      isBroken: !inherit,
    })),
    ...owned.map(({ owner, id, does }) => ({ from: `role ${owner}`, to: id, who: owner, does, isBroken: false })),
  ];
  const edges = connected(
    all,
    (id) => isDeclared.get(id.slice(5)) === true || owned.some((one) => one.id === id && one.isDatabase),
  );
  const named = new Set(edges.flatMap(({ from, to }) => [from, to]).filter((id) => id.startsWith('role ')));
  const roleNodes = [...named].map((id): Box => {
    const name = id.slice(5);
    return {
      id,
      label: name,
      title: name,
      kind: canLogin.get(name) === false ? 'group' : 'role',
      isOurs: isDeclared.get(name) ?? false,
    };
  });
  const things = owned
    .filter(({ id }) => edges.some(({ to }) => to === id))
    .map(({ id, label }): Box => ({ id, label, title: label, kind: 'thing', isOurs: true, least: 1 }));
  return { nodes: [...roleNodes, ...things], edges };
}

/** What is a member, however far, of something of the deployment; what that is a member of; and what these own. */
function connected(edges: readonly Line[], isOurs: (id: string) => boolean): readonly Line[] {
  const own = [...new Set(edges.flatMap(({ from, to }) => [from, to]))].filter(isOurs);
  const above = closure(
    own,
    edges.map(({ from, to }) => [from, to]),
  );
  const below = closure(
    own,
    edges.map(({ from, to }) => [to, from]),
  );
  return edges.filter(({ from, to }) => (above.has(from) && above.has(to)) || (below.has(from) && below.has(to)));
}

function closure(from: readonly string[], steps: readonly (readonly [string, string])[]): ReadonlySet<string> {
  const next = new Map<string, string[]>();
  for (const [one, other] of steps) {
    const known = next.get(one);
    if (known === undefined) next.set(one, [other]);
    else known.push(other);
  }
  const reached = new Set(from);
  for (const id of reached) for (const other of next.get(id) ?? []) reached.add(other);
  return reached;
}

function drawing(nodes: readonly Box[], edges: readonly Line[]): Html {
  const places = placed(nodes, edges);
  const rows = Math.max(...[...places.values()].map(({ row }) => row)) + 1;
  const columns = Math.max(...[...places.values()].map(({ column }) => column)) + 1;
  const inColumn = (column: number) => nodes.filter(({ id }) => places.get(id)?.column === column);
  const widths = Array.from(
    { length: columns },
    (_, column) => Math.max(60, ...inColumn(column).map(({ label }) => textWidth(short(label)))) + 20,
  );
  const lefts = widths.map((_, column) => 4 + widths.slice(0, column).reduce((sum, width) => sum + width + gap, 0));
  const width = (lefts.at(-1) ?? 0) + (widths.at(-1) ?? 0) + 4;
  const height = Math.ceil(rows * rowHeight + 8);
  const at = (id: string) => {
    const { column, row } = places.get(id) ?? { column: 0, row: 0 };
    return { x: lefts[column] ?? 0, y: Math.round(4 + row * rowHeight), width: widths[column] ?? 0 };
  };
  const lines = edges.map(({ from, to, who, does, isBroken }) => {
    const [one, other] = [at(from), at(to)];
    const [x1, y1, x2, y2] = [one.x + one.width, one.y + boxHeight / 2, other.x, other.y + boxHeight / 2];
    const bend = Math.max(30, (x2 - x1) / 2);
    return html`<path class="edge${isBroken && ' broken'}" d="M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}"><title>${who} ${does}</title></path>
`;
  });
  const boxes = nodes.map(({ id, label, title, kind, isOurs }) => {
    const { x, y, width: boxWidth } = at(id);
    return html`<g><title>${title}</title><rect class="box${isOurs && kind !== 'thing' && ' mine'}" x="${x}" y="${y}" width="${boxWidth}" height="${boxHeight}" rx="${kind === 'group' ? 12 : 2}"/><text${kind === 'thing' && html` class="dim"`} x="${x + 10}" y="${y + 16}">${short(label)}</text></g>
`;
  });
  return html`<svg width="${Math.ceil(width)}" height="${height}" viewBox="0 0 ${Math.ceil(width)} ${height}" role="img" aria-label="Memberships and ownership; the words below say the same">
${lines}${boxes}</svg>`;
}

function short(label: string): string {
  return label.length > longestLabel ? `${label.slice(0, longestLabel - 1)}…` : label;
}

/** Of 13 px in the fonts that systems have: wide letters are rare, and others stand in for them. */
function textWidth(text: string): number {
  return [...text].reduce((sum, letter) => sum + (letter > '\u2e7f' ? 13 : 8), 0);
}

function inWords({ memberships, ownership }: ReportContent): Html {
  return html`<ul class="plain">
${memberships.map(
  ({ member, group, inherit, set, admin }) =>
    html`<li>${member} is a member of ${group}${inherit ? '' : ', without its rights'}${set ? '' : ', without SET ROLE'}${admin && ', and may give it to others'}</li>
`,
)}${ownership.map(
  ({
    owner,
    of,
    databases,
  }) => html`<li>${owner} owns ${of === 'database' ? 'databases' : `${of} in`} ${names(databases, 'databases', 8)}</li>
`,
)}</ul>`;
}
