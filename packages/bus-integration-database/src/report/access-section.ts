// Who can do what: roles beside databases with the access in effect. Rows that are alike are one row, columns too; where even
// then many columns are left, each role has a list instead. Pure.
import type { ReportAccess, ReportContent, ReportGround, ReportRole } from '../contract/response.ts';
import { type Html, html, none } from './html.ts';
import { chip, groupedBy, names, scrolling } from './parts.ts';

/** More columns than these are nothing to be looked at side by side. */
const mostColumns = 12;
/** Beyond so many characters what is behind the words stands once, at the end, and the words lead there. */
const mostInline = 350_000;

interface AccessRow {
  readonly roles: readonly ReportRole[];
  readonly cells: ReadonlyMap<string, ReportAccess>;
}

export function accessSection(report: ReportContent): Html {
  const databases = report.databases.filter((database) => database.is_declared).map(({ name }) => name);
  const declared = new Set(databases);
  const byRole = new Map<string, Map<string, ReportAccess>>();
  for (const one of report.access) {
    if (!declared.has(one.database)) continue;
    const known = byRole.get(one.role) ?? new Map<string, ReportAccess>();
    known.set(one.database, one);
    byRole.set(one.role, known);
  }
  const isShown = (role: ReportRole) => role.is_declared || role.has_all_rights || byRole.has(role.name);
  const shown = report.roles.filter(isShown);
  const rows = groupedBy(shown, (role) => rowKey(role, byRole.get(role.name))).map(
    (roles): AccessRow => ({ roles, cells: byRole.get(roles[0]?.name ?? '') ?? new Map() }),
  );
  const columns = groupedBy(databases, (database) => rows.map(({ cells }) => cellKey(cells.get(database))).join('\n'));
  const grounds = createGrounds(report, rows, columns);
  const others = report.roles.filter((role) => !isShown(role)).map(({ name }) => name);
  const isMatrix = columns.length <= mostColumns;
  return html`<p>The access in effect, as the server answers when it is asked for each role. Open a word to see the objects and
where the right comes from. A word that is not as declared is marked.</p>
${databases.length === 0 ? html`<p>No declared database exists.</p>` : isMatrix ? matrix(rows, columns, grounds) : listed(rows, databases, grounds)}
${others.length > 0 && html`<p>No access to these databases: ${names(others, 'other roles')}</p>`}
${report.roles_left_out > 0 && html`<p>${chip('unknown', 'unknown')} ${report.roles.length} of ${report.roles.length + report.roles_left_out} roles of the server are shown; the others were not read.</p>`}
${elsewhere(report, declared)}
${grounds.legend()}`;
}

function rowKey(
  { is_declared, can_login, has_all_rights, powers }: ReportRole,
  cells: AccessRow['cells'] = new Map(),
): string {
  const all = [...cells].map(([database, cell]) => `${database}\n${cellKey(cell)}`);
  return JSON.stringify([is_declared, can_login, has_all_rights, powers, all]);
}

function cellKey(cell: ReportAccess | undefined): string {
  return cell === undefined ? '' : `${cell.word}|${cell.declared ?? ''}|${cell.ground}`;
}

function matrix(rows: readonly AccessRow[], columns: readonly (readonly string[])[], grounds: Grounds): Html {
  const head = columns.map((databases) => html`<th scope="col">${names(databases, 'databases', 2)}</th>`);
  const body = rows.map(
    ({ roles, cells }) => html`<tr${strangerClass(roles)}><th scope="row">${rowHead(roles)}</th>${
      roles[0]?.has_all_rights
        ? html`<td colspan="${columns.length}">everything</td>`
        : columns.map(([database = '']) => cellOf(cells.get(database), grounds))
    }</tr>
`,
  );
  return scrolling(
    'Access by role and database',
    html`<table><caption>Roles, and the databases of the deployment</caption><thead><tr><th scope="col">role</th>${head}</tr></thead><tbody>
${body}</tbody></table>`,
  );
}

function listed(rows: readonly AccessRow[], databases: readonly string[], grounds: Grounds): Html {
  const body = rows.map(({ roles, cells }) => {
    const groups = groupedBy([...cells.values()], cellKey);
    const first = html`<th scope="row" rowspan="${Math.max(1, groups.length)}">${rowHead(roles)}</th>`;
    if (roles[0]?.has_all_rights) return html`<tr${strangerClass(roles)}>${first}<td>everything<td>all databases</tr>`;
    if (groups.length === 0) return html`<tr>${first}<td>none<td>all databases</tr>`;
    return groups.map(
      (group, index) => html`<tr${strangerClass(roles)}>${index === 0 ? first : none}${cellOf(group[0], grounds)}<td>${
        group.length === databases.length
          ? `all ${group.length} databases`
          : names(
              group.map(({ database }) => database),
              'databases',
            )
      }</td></tr>
`,
    );
  });
  return scrolling(
    'Access by role',
    html`<table><caption>Roles, and in which databases of the deployment they have which access</caption><thead><tr><th scope="col">role</th><th scope="col">access</th><th scope="col">databases</th></tr></thead><tbody>
${body}</tbody></table>`,
  );
}

function strangerClass([role]: readonly ReportRole[]): Html {
  return role?.is_declared ? none : html` class="stranger"`;
}

function rowHead(roles: readonly ReportRole[]): Html {
  const [first] = roles;
  const notes = [
    ...(first?.is_declared ? [] : ['not declared']),
    ...(first?.can_login ? [] : ['group']),
    ...(first?.powers ?? []),
  ];
  const all = roles.map(({ name }) => name);
  return html`${names(all, 'roles', 2)}${notes.length > 0 && html` <span class="dim">(${notes.join(', ')})</span>`}`;
}

function cellOf(cell: ReportAccess | undefined, grounds: Grounds): Html {
  if (cell === undefined) return html`<td class="dim">none</td>`;
  const { word, declared } = cell;
  const mark = declared === undefined ? none : html` ${chip('warn', `declared: ${declared}`)}`;
  return html`<td${declared !== undefined && html` class="differs"`}>${grounds.open(cell, html`${word}${mark}`)}</td>`;
}

interface Grounds {
  open(cell: ReportAccess, word: Html): Html;
  legend(): Html;
}

/** What is behind each word: in its cell, or where that is too much, once for all. */
function createGrounds(
  { grounds }: ReportContent,
  rows: readonly AccessRow[],
  columns: readonly (readonly string[])[],
): Grounds {
  const texts = new Map<number, Html>();
  const textOf = (ground: number): Html => {
    const known = texts.get(ground) ?? groundList(grounds[ground] ?? []);
    texts.set(ground, known);
    return known;
  };
  const cells = rows.flatMap((row) => columns.flatMap(([database = '']) => row.cells.get(database) ?? []));
  const size = cells.reduce((sum, { ground }) => sum + textOf(ground).markup.length + 60, 0);
  const isInline = size <= mostInline;
  const used = new Set<number>();
  return {
    open: ({ ground }, word) => {
      used.add(ground);
      return isInline
        ? html`<details><summary>${word}</summary>${textOf(ground)}</details>`
        : html`<a href="#way-${ground + 1}">${word}</a>`;
    },
    legend: () =>
      isInline
        ? none
        : html`<h3>Where the rights come from</h3>${[...used]
            .sort((one, other) => one - other)
            .map(
              (ground) =>
                html`<details><summary>way ${ground + 1}</summary><div id="way-${ground + 1}">${textOf(ground)}</div></details>`,
            )}`,
  };
}

function groundList(grounds: readonly ReportGround[]): Html {
  const items = grounds.map(
    ({ on, privileges, via }) =>
      html`<li>${on}${privileges.length > 0 && html`: ${privileges.join(', ')}`}${via.length > 0 && html` <span class="dim">(${via.join('; ')})</span>`}</li>`,
  );
  return html`<ul class="plain">${items.length === 0 ? html`<li>no right of its own</li>` : items}</ul>`;
}

/** Databases of others into which the roles of the deployment may go. */
function elsewhere({ databases, access, roles }: ReportContent, declared: ReadonlySet<string>): Html {
  const own = roles.filter((role) => role.is_declared && !role.has_all_rights).length;
  const rows = databases.flatMap(({ name }) => {
    if (declared.has(name)) return [];
    const here = access.filter(({ database }) => database === name);
    return groupedBy(here, ({ word }) => word).map((group) => {
      const who = group.map(({ role }) => role);
      return html`<li>${name}: ${group[0]?.word ?? ''} for ${who.length === own ? 'every role of the deployment' : names(who, 'roles', 20)}</li>`;
    });
  });
  if (rows.length === 0) return none;
  return html`<h3>Other databases of the server</h3><ul class="plain">${rows}</ul>`;
}
