// The page: one HTML file that needs nothing else, no script either. Pure.
import { identityText } from '../model/plan.ts';
import { accessSection } from './access-section.ts';
import type { ReportInput, ReportPart } from './answers.ts';
import { differencesOf, type ReportDifference } from './differences.ts';
import { entranceSection } from './entrance-section.ts';
import { findingSection } from './finding-section.ts';
import { graphSection } from './graph-section.ts';
import { Html, html, none } from './html.ts';
import { chip, scrolling, shownOf, type Tone } from './parts.ts';
import { planSection } from './plan-section.ts';
import { sizeSection } from './size-section.ts';
import { reportPolicy, style } from './style.ts';
import { type ReportVerdict, verdictOf } from './verdict.ts';

export interface PageOptions {
  /** What it is compared with. */
  readonly previous?: ReportInput | undefined;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Html;
}

/**
 * A report as a page.
 *
 * @example
 * writeFileSync('report.html', reportPage(inputOf(response)));
 */
export function reportPage(input: ReportInput, { previous }: PageOptions = {}): string {
  const { response } = input;
  const { deployment_id: deployment } = response;
  const verdict = verdictOf(input);
  const sections = sectionsOf(input, previous);
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${reportPolicy}">
<meta name="referrer" content="no-referrer">
<title>${deployment}: ${verdict.state}</title>
<style>${new Html(style)}</style>
</head>
<body>
<header>
<h1>Database report: ${deployment}</h1>
${verdictBox(verdict, input)}
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
${sections.map(
  ({ id, title, content }) => html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${content}
</section>
`,
)}</main>
<footer><p>Made by bus operator database report. It holds names, rights and rules of the server, and no password.</p></footer>
</body>
</html>
`;
  return page.markup;
}

const tones: Readonly<Record<ReportVerdict['state'], Tone>> = {
  ok: 'ok',
  work: 'warn',
  unknown: 'unknown',
  failed: 'fail',
};

const marks: Readonly<Record<ReportVerdict['state'], string>> = {
  ok: 'ok',
  work: 'work',
  unknown: 'unknown',
  failed: 'fail',
};

function verdictBox({ state, headline, reasons }: ReportVerdict, { response }: ReportInput): Html {
  const { target, provider, report, deployment_id, elapsed_ms } = response;
  const rows = [
    ...(target === undefined
      ? []
      : [
          ['target', `${target.admin_role}@${target.host}:${target.port}/${target.database}`],
          ['server', `${provider} ${target.server_version}, cluster ${identityText(target) ?? 'not readable'}`],
        ]),
    ['deployment', deployment_id],
    ['time', report?.taken_at ?? 'not known: made of saved answers'],
    ...(elapsed_ms === undefined ? [] : [['took', `${(elapsed_ms / 1000).toFixed(1)} s`]]),
  ];
  return html`<div class="verdict ${state}"><p>${chip(tones[state], marks[state])} <strong>${headline}</strong></p>
${reasons.length > 0 && html`<ul class="plain">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}
<dl>${rows.map(([key = '', value = '']) => html`<dt>${key}</dt><dd>${value}</dd>`)}</dl></div>`;
}

function sectionsOf(input: ReportInput, previous: ReportInput | undefined): Section[] {
  const { response, parts } = input;
  const { report } = response;
  const needing = (part: ReportPart, content: () => Html) =>
    parts.has(part) ? content() : html`<p>${chip('unknown', 'unknown')} No answer of ${part} was given.</p>`;
  return [
    ...(previous === undefined
      ? []
      : [{ id: 'different', title: 'What became different', content: differences(previous, input) }]),
    { id: 'findings', title: 'Findings', content: findingSection(response) },
    { id: 'plan', title: 'Plan', content: needing('plan', () => planSection(response)) },
    {
      id: 'access',
      title: 'Who can do what',
      content: needing('report', () => (report === undefined ? none : accessSection(report))),
    },
    { id: 'entrances', title: 'Who can come from where', content: needing('report', () => entranceSection(input)) },
    {
      id: 'memberships',
      title: 'Memberships and ownership',
      content: needing('report', () => (report === undefined ? none : graphSection(report))),
    },
    { id: 'sizes', title: 'Sizes and connections', content: needing('status', () => sizeSection(response)) },
  ];
}

const mostDifferences = 500;

function differences(previous: ReportInput, input: ReportInput): Html {
  const all = differencesOf(previous, input);
  const since = previous.response.report?.taken_at;
  const lead = since === undefined ? none : html`<p>Since ${since}.</p>`;
  if (all.length === 0) return html`${lead}<p>Nothing.</p>`;
  const row = ({
    area,
    what,
    before,
    after,
  }: ReportDifference) => html`<tr><td>${area}</td><th scope="row">${what}</th><td>${before ?? chip('info', 'was not there')}</td><td>${after ?? chip('info', 'is gone')}</td></tr>
`;
  return html`${lead}${scrolling(
    'Differences',
    html`<table><caption>${all.length} in all</caption><thead><tr><th scope="col">about</th><th scope="col">what</th><th scope="col">before</th><th scope="col">now</th></tr></thead><tbody>
${all.slice(0, mostDifferences).map(row)}</tbody></table>`,
  )}${shownOf(Math.min(mostDifferences, all.length), all.length, 'differences', 'the two JSON answers hold the others')}`;
}
