// When files with passwords were written, and when passwords end, on one axis. Pure.
import type { ReportContent } from '../contract/response.ts';
import { type Html, html, none } from './html.ts';
import { chip, groupedBy, names, scrolling, shownOf } from './parts.ts';

const dayMs = 86_400_000;
const mostRows = 80;
const width = 720;
const left = 220;
const right = 20;
const rowHeight = 26;

interface TimeRow {
  readonly roles: readonly string[];
  /** The oldest file. */
  readonly written: number | undefined;
  readonly ends: number | undefined;
}

export function timeLine(report: ReportContent): Html {
  const now = Date.parse(report.taken_at);
  const all = rowsOf(report);
  const rows = all.slice(0, mostRows);
  if (rows.length === 0 || Number.isNaN(now)) return none;
  const times = rows.flatMap(({ written, ends }) => [written, ends].filter((time) => time !== undefined));
  const begin = Math.min(now - dayMs, ...times);
  // What ends in a far year would leave no room for the rest.
  const end = Math.max(now + dayMs, ...times.filter((time) => time < now + 3 * 365 * dayMs));
  const x = (time: number) =>
    Math.round(left + (Math.min(1, (time - begin) / (end - begin || 1)) || 0) * (width - left - right));
  const height = rows.length * rowHeight + 40;
  const marks = rows.map((row, index) => {
    const y = 36 + index * rowHeight;
    const { written, ends } = row;
    const from = x(written ?? now);
    const to = x(Math.max(ends ?? now, written ?? now));
    return html`<text x="${left - 10}" y="${y + 4}" text-anchor="end">${labelOf(row.roles)}</text>
<line class="axis" x1="${from}" x2="${to}" y1="${y}" y2="${y}"/>${
      written !== undefined && html`<circle class="w1" cx="${from}" cy="${y}" r="5"/>`
    }${ends !== undefined && html`<rect class="${ends < now ? 'w4' : 'w3'}" x="${x(ends) - 5}" y="${y - 5}" width="10" height="10"/>`}`;
  });
  return html`<h3>Age of passwords, and expiry</h3>
<p>A circle is when the oldest file of a role was last written: the password in it is that old or older. A square is when the password ends.</p>
${scrolling(
  'Age of passwords, and expiry',
  html`<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Time line; the table below says the same">
<line class="edge" x1="${x(now)}" x2="${x(now)}" y1="20" y2="${height}"/><text class="dim" x="${x(now)}" y="14" text-anchor="middle">${dayText(now)}</text>${
    x(now) - x(begin) > 90 && html`<text class="dim" x="${x(begin)}" y="14">${dayText(begin)}</text>`
  }
${marks}</svg>`,
)}
<details><summary>as a table</summary>${scrolling(
    'Age of passwords, and expiry, as a table',
    html`<table><thead><tr><th scope="col">role</th><th scope="col">oldest file written</th><th scope="col">password ends</th></tr></thead><tbody>${rows.map(
      ({ roles, written, ends }) =>
        html`<tr><th scope="row">${names(roles, 'roles')}</th><td>${written === undefined ? 'no file' : `${dayText(written)}, ${ageText(now - written)} ago`}</td><td>${
          ends === undefined ? 'never' : dayText(ends)
        }${ends !== undefined && ends < now && html` ${chip('fail', 'ended')}`}</td></tr>
`,
    )}</tbody></table>`,
  )}</details>${shownOf(rows.length, all.length, 'rows')}`;
}

/** Roles that have a file or an end; alike to the day they are one row. */
function rowsOf({ roles, files }: ReportContent): TimeRow[] {
  const written = new Map<string, number>();
  for (const { role, changed_at } of files) {
    const time = Date.parse(changed_at);
    if (!Number.isNaN(time)) written.set(role, Math.min(time, written.get(role) ?? time));
  }
  const all = roles.flatMap(({ name, valid_until, is_declared }) => {
    const time = valid_until === undefined ? Number.NaN : Date.parse(valid_until);
    const row = { name, written: written.get(name), ends: Number.isNaN(time) ? undefined : time };
    return row.written === undefined && (row.ends === undefined || !is_declared) ? [] : [row];
  });
  const dayOf = (time: number | undefined) => (time === undefined ? '' : Math.floor(time / dayMs));
  return groupedBy(all, (row) => `${dayOf(row.written)} ${dayOf(row.ends)}`).map((group) => ({
    roles: group.map(({ name }) => name),
    written: group[0]?.written,
    ends: group[0]?.ends,
  }));
}

function labelOf([first = '', ...others]: readonly string[]): string {
  const short = first.length > 22 ? `${first.slice(0, 21)}…` : first;
  return others.length === 0 ? short : `${short} and ${others.length} more`;
}

function dayText(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function ageText(ms: number): string {
  const days = Math.floor(ms / dayMs);
  return days < 1 ? 'less than a day' : days === 1 ? '1 day' : `${days} days`;
}
