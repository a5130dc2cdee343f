// What would change, step by step, and what is no longer declared. Pure.
import type { Leftover, Response } from '../contract/response.ts';
import type { Risk } from '../contract/risk.ts';
import type { Step } from '../contract/step.ts';
import { count } from '../text/list.ts';
import { type Html, html, lines, none } from './html.ts';
import { groupedBy, riskChip, shownOf } from './parts.ts';
import { stepsOf } from './verdict.ts';

const mostSteps = 600;

export function planSection(response: Response): Html {
  const steps = stepsOf(response);
  const shown = steps.slice(0, mostSteps);
  const risks = groupedBy(steps, ({ risk }) => risk);
  const counted = risks.map((group) => html` ${group.length} ${riskChip(group[0]?.risk as Risk)}`);
  return html`${
    steps.length === 0
      ? html`<p>Nothing to do.</p>`
      : html`<p>${count(steps.length, 'step')}:${counted}</p><ul class="plain">
${shown.map(stepItem)}</ul>`
  }
${shownOf(shown.length, steps.length, 'steps')}
${leftovers(response.leftovers ?? [])}`;
}

function stepItem({ action, target, risk, summary, sql = [] }: Step): Html {
  const line = html`${riskChip(risk)} <b>${action}</b> ${target}: ${summary}`;
  if (sql.length === 0)
    return html`<li>${line}</li>
`;
  return html`<li><details><summary>${line}</summary><pre>${lines(sql.join('\n'))}</pre></details></li>
`;
}

function leftovers(all: readonly Leftover[]): Html {
  if (all.length === 0) return none;
  return html`<h3>No longer declared</h3><p>They carry the mark of this deployment. Nothing is done about them.</p><ul class="plain">
${all.slice(0, mostSteps).map(leftoverItem)}</ul>${shownOf(Math.min(mostSteps, all.length), all.length, 'things')}`;
}

function leftoverItem({ kind, name, database, before, retire = [], command, needs }: Leftover): Html {
  const title = html`<b>${kind}</b> ${name}${database !== undefined && html` in database ${database}`}`;
  const sql = retire.map((one) => `-- in database ${one.database}\n${one.sql.join('\n')}`);
  const text = [...sql, ...(command === undefined ? [] : [command])].join('\n');
  if (text === '')
    return html`<li>${title}</li>
`;
  return html`<li><details><summary>${title}: how to retire it</summary>${before !== undefined && html`<p>${before}</p>`}${
    needs !== undefined && html`<p>${needs}</p>`
  }<pre>${lines(text)}</pre></details></li>
`;
}
