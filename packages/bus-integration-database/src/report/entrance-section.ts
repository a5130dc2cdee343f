// Who can come from where: the line that each kind of client meets, the verdict on it, and the line that should replace it.
// Pure.

import { remedyIn } from '../contract/remedy.ts';
import type { Check, ReportEntrance, Response } from '../contract/response.ts';
import { count } from '../text/list.ts';
import type { ReportInput } from './answers.ts';
import { type Html, html, lines, none } from './html.ts';
import { chip, names, resultChip, scrolling, shownOf } from './parts.ts';

const gravity: readonly Check['result'][] = ['fail', 'unknown', 'warn', 'info', 'skipped', 'ok'];

export function entranceSection({ response, parts }: ReportInput): Html {
  const entrances = response.report?.entrances ?? [];
  if (entrances.length === 0) return html`<p>${chip('unknown', 'unknown')} The rules of the server were not read.</p>`;
  const rows = entrances.map(
    (
      entrance,
    ) => html`<tr><td>${entrance.from}</td><td>${wayOf(entrance)}</td><td>${names(entrance.roles, 'roles')}</td><td>${
      entrance.databases.length > 0 && names(entrance.databases, 'databases', 2)
    }</td><td>${lineOf(entrance)}</td><td>${entrance.method ?? '–'}</td><td>${verdictOn(entrance, response, parts.has('verify'))}</td></tr>
`,
  );
  const all = entrances.length + (response.report?.entrances_left_out ?? 0);
  return html`<p>For each kind of client the first line that matches it, which is the one that decides.</p>
${shownOf(entrances.length, all, 'ways to the server', 'the others are left out')}
${scrolling(
  'Ways to the server',
  html`<table><caption>${count(all, 'way', 'ways')} to the server</caption><thead><tr><th scope="col">from</th><th scope="col">by</th><th scope="col">as role</th><th scope="col">to database</th><th scope="col">line</th><th scope="col">method</th><th scope="col">verdict on the line</th></tr></thead><tbody>
${rows}</tbody></table>`,
)}`;
}

function wayOf({ is_encrypted }: ReportEntrance): string {
  if (is_encrypted === undefined) return 'socket';
  return is_encrypted ? 'TLS' : 'plain text';
}

function lineOf({ rule }: ReportEntrance): Html {
  if (rule === undefined) return html`no line`;
  return html`<code>${rule.text}</code><br><span class="dim">${rule.file}:${rule.line}</span>`;
}

function verdictOn({ rule, method }: ReportEntrance, response: Response, isVerified: boolean): Html {
  if (rule === undefined || method === 'reject') return chip('ok', 'refused');
  if (!isVerified) return chip('unknown', 'unknown');
  const about = (response.listener_policy ?? []).filter(
    (check) => check.rule?.file === rule.file && check.rule.line === rule.line,
  );
  const [worst] = [...about].sort((one, other) => gravity.indexOf(one.result) - gravity.indexOf(other.result));
  if (worst === undefined) return resultChip('ok');
  const replacement = worst.advice?.find(({ kind }) => kind === 'edit');
  const remedy = remedyIn(undefined, worst);
  return html`${resultChip(worst.result)} ${worst.id}${worst.why !== undefined && html`: ${worst.why}`}${
    replacement?.kind === 'edit' && replacement.text.length > 0
      ? html`<br>${replacement.change === 'insert' ? 'put above it' : 'replace it with'}<pre>${lines(replacement.text.join('\n'))}</pre>`
      : remedy === undefined
        ? none
        : html`<pre>${lines(remedy)}</pre>`
  }`;
}
