// Findings, gravest first, each with what to do about it. Pure.

import { remedyIn } from '../contract/remedy.ts';
import type { Check, Diagnostic, ReportUnseen, Response } from '../contract/response.ts';
import { count } from '../text/list.ts';
import { type Html, html, lines, none } from './html.ts';
import { groupedBy, names, resultChip, shownOf } from './parts.ts';
import { checksOf } from './verdict.ts';

const mostFindings = 300;
const gravity: readonly Check['result'][] = ['fail', 'unknown', 'warn', 'info', 'skipped'];

interface ReportFinding {
  readonly result: Check['result'];
  readonly id: string;
  readonly target: string | undefined;
  readonly seen: string;
  readonly why: string | undefined;
  readonly line: string | undefined;
  readonly remedy: string | undefined;
}

/** All that is not simply ok. */
export function findingsOf(response: Response): readonly ReportFinding[] {
  const unseen = response.report?.unseen ?? [];
  const all = [...checksOf(response).map(ofCheck), ...response.diagnostics.map(ofDiagnostic), ...unseen.map(ofUnseen)];
  return gravity.flatMap((result) => all.filter((finding) => finding.result === result));
}

export function findingSection(response: Response): Html {
  const all = findingsOf(response);
  const shown = all.slice(0, mostFindings);
  const groups = groupedBy(shown, ({ result, id }) => `${result}\n${id}`);
  const good = checksOf(response).filter(({ result }) => result === 'ok');
  const goodLines = groupedBy(good, ({ id, seen }) => `${id}\n${seen}`);
  return html`${all.length === 0 && html`<p>No findings.</p>`}
${groups.map(findingGroup)}
${shownOf(shown.length, all.length, 'findings')}
${
  good.length > 0 &&
  html`<details><summary>${count(good.length, 'check')} ok</summary><ul class="plain">${goodLines
    .slice(0, mostFindings)
    .map(
      goodLine,
    )}</ul>${shownOf(Math.min(mostFindings, goodLines.length), goodLines.length, 'kinds of checks')}</details>`
}`;
}

/** How many findings of one kind are open; the others are folded. */
const mostOpen = 3;

function findingGroup(group: readonly ReportFinding[]): Html {
  const joined = groupedBy(group, ({ seen, why, line, remedy }) => JSON.stringify([seen, why, line, remedy]));
  const blocks = joined.map(findingBlock);
  if (blocks.length <= mostOpen + 1) return html`${blocks}`;
  const [first] = group;
  return html`${blocks.slice(0, mostOpen)}<details><summary>${first === undefined ? none : resultChip(first.result)} ${blocks.length - mostOpen} more findings ${first?.id ?? ''}</summary>
${blocks.slice(mostOpen)}</details>
`;
}

function goodLine(group: readonly Check[]): Html {
  const [first] = group;
  const targets = group.flatMap(({ target }) => target ?? []);
  const about = targets.length === 0 ? '' : targets.length === 1 ? ` ${targets[0]}` : ` (${targets.length} times)`;
  return html`<li>${resultChip('ok')} ${first?.id ?? ''}${about}: ${first?.seen ?? ''}</li>`;
}

/** One finding, or several that say the same of different things. */
function findingBlock(alike: readonly ReportFinding[]): Html {
  const [first] = alike;
  if (first === undefined) return none;
  const { result, id, seen, why, line, remedy } = first;
  const targets = alike.flatMap(({ target }) => target ?? []);
  return html`<div class="finding"><p>${resultChip(result)} <b>${id}</b> ${names(targets, 'targets')}</p>
<p>${seen}</p>${line !== undefined && html`<p><code>${line}</code></p>`}${why !== undefined && html`<p>${why}</p>`}${
    remedy === undefined ? none : html`<p class="dim">what to do</p><pre>${lines(remedy)}</pre>`
  }</div>
`;
}

function ofCheck(check: Check): ReportFinding {
  const { result, id, target, seen, why, rule } = check;
  const place = rule === undefined ? undefined : `${rule.file}:${rule.line}`;
  const text = rule?.text === undefined || rule.text.trim() === seen ? '' : `  ${rule.text.trim()}`;
  return { result, id, target, seen, why, line: place && `${place}${text}`, remedy: remedyIn(undefined, check) };
}

function ofDiagnostic(diagnostic: Diagnostic): ReportFinding {
  const { severity, code, target, message } = diagnostic;
  const remedy = remedyIn(undefined, diagnostic);
  return { result: severity, id: code, target, seen: message, why: undefined, line: undefined, remedy };
}

function ofUnseen({ what, why, remedy }: ReportUnseen): ReportFinding {
  return { result: 'unknown', id: 'not-in-report', target: what, seen: why, why: undefined, line: undefined, remedy };
}
