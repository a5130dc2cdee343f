// Sizes of databases, connections beside their limits, ages of password files and expiry. Pure.
import type { ReportContent, Response } from '../contract/response.ts';
import { type Html, html, none } from './html.ts';
import { chip, scrolling, shownOf, sizeText } from './parts.ts';
import { timeLine } from './time-line.ts';

const mostRows = 120;

export function sizeSection({ databases = [], report }: Response): Html {
  return html`${sizes(databases.map(({ name, size_bytes: size }) => ({ name, size })))}
${report === undefined ? html`<p>${chip('unknown', 'unknown')} Connections of the server were not read.</p>` : connections(report)}
${report !== undefined && timeLine(report)}`;
}

interface Sized {
  readonly name: string;
  readonly size: number | undefined;
}

function sizes(databases: readonly Sized[]): Html {
  const known = databases.filter((one): one is Sized & { size: number } => one.size !== undefined);
  if (known.length === 0) return html`<p>${chip('unknown', 'unknown')} No size of a database was read.</p>`;
  const sorted = [...known].sort((one, other) => other.size - one.size);
  const most = sorted[0]?.size ?? 1;
  const total = known.reduce((sum, { size }) => sum + size, 0);
  const rows = sorted.slice(0, mostRows).map(
    ({
      name,
      size,
    }) => html`<tr><th scope="row">${name}</th><td class="num">${sizeText(size)}</td><td>${bar(size / most)}</td></tr>
`,
  );
  return html`<h3>Size of databases</h3>${scrolling(
    'Size of databases',
    html`<table><caption>${sizeText(total)} in all</caption><thead><tr><th scope="col">database</th><th scope="col">size</th><th scope="col">beside the largest</th></tr></thead><tbody>
${rows}</tbody></table>`,
  )}${shownOf(rows.length, sorted.length, 'databases', 'the smallest are left out; the JSON answer holds all')}`;
}

interface Used {
  readonly what: string;
  readonly used: number;
  readonly limit: number | undefined;
}

function connections({ roles, databases, ...server }: ReportContent): Html {
  const all: Used[] = [
    { what: 'server', used: server.connections, limit: server.connection_limit },
    ...[...databases.filter(isTold), ...others(databases)].map(
      ({ name, connections: used, connection_limit: limit }) => ({
        what: `database ${name}`,
        used,
        limit,
      }),
    ),
    ...[...roles.filter(isTold), ...others(roles)].map(({ name, connections: used, connection_limit: limit }) => ({
      what: `role ${name}`,
      used,
      limit,
    })),
  ];
  const rows = all.slice(0, mostRows).map(({ what, used, limit }) => {
    const isFull = limit !== undefined && used >= limit;
    const share = limit === undefined || limit === 0 ? 0 : used / limit;
    return html`<tr><th scope="row">${what}</th><td class="num">${used}</td><td class="num">${limit ?? 'no limit'}</td><td>${
      limit === undefined ? none : bar(Math.min(1, share), isFull)
    }${isFull && html` ${chip('warn', 'full')}`}</td></tr>
`;
  });
  return html`<h3>Connections</h3>${scrolling(
    'Connections',
    html`<table><caption>In use when the server was read, beside the limits</caption><thead><tr><th scope="col">of</th><th scope="col">used</th><th scope="col">limit</th><th scope="col">share</th></tr></thead><tbody>
${rows}</tbody></table>`,
  )}${shownOf(rows.length, all.length, 'limits and uses of connections')}`;
}

interface Counted {
  readonly is_declared: boolean;
  readonly connections: number;
  readonly connection_limit?: number;
}

/** Of what is declared, all that is limited or used. */
function isTold({ is_declared, connections: used, connection_limit: limit }: Counted): boolean {
  return is_declared && (used > 0 || limit !== undefined);
}

/** What is not declared, where it is used. */
function others<T extends Counted>(all: readonly T[]): T[] {
  return all.filter(({ is_declared, connections: used }) => !is_declared && used > 0);
}

function bar(share: number, isFull = false): Html {
  const width = Math.max(1, Math.round(share * 160));
  return html`<svg width="160" height="12" aria-hidden="true"><rect class="rest" width="160" height="12"/><rect class="${isFull ? 'over' : 'bar'}" width="${width}" height="12"/></svg>`;
}
