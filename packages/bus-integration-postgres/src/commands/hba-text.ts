// What `hba` answers, for people and for programs. Pure.
import { count, printable } from 'bus-integration-database';
import type { HbaExplanation, HbaTrial } from '../hba/explain.ts';
import type { HbaMatch, HbaNoMatch } from '../hba/match.ts';
import type { HbaClient } from '../hba/rules/client.ts';
import type { HbaRules } from '../hba/rules/rule-list.ts';

export interface HbaFound {
  readonly client: HbaClient;
  /** Where the rules come from, in words. */
  readonly source: string;
  readonly rules: HbaRules;
  readonly explanation: HbaExplanation;
  /** Why what was read may not be what is loaded. */
  readonly doubt?: string;
  readonly note?: string;
}

/** The answer first, then the lines above it. */
export function hbaText({ client, source, rules, explanation, doubt, note }: HbaFound): string {
  const { answer, trials } = explanation;
  const above = trials.filter(({ verdict }) => verdict !== 'yes');
  const broken = rules.broken.slice(0, mostBroken);
  return [
    `ok: ${answer.result !== 'undecided' && doubt === undefined}`,
    `client: ${clientText(client)}`,
    `rules: ${source}`,
    ...(doubt === undefined ? [] : [`doubt: ${doubt}`]),
    ...(note === undefined ? [] : [`note: ${note}`]),
    '',
    ...answerLines(explanation, rules),
    ...(rules.broken.length === 0 ? [] : ['', `${count(rules.broken.length, 'line')} the server does not load:`]),
    ...broken.flatMap(({ file, line, reason, text }) => [
      `  ${place(file, line)}  ${printable(text)}`,
      `      ${printable(reason)}`,
    ]),
    ...(rules.broken.length > 0 || above.length === 0
      ? []
      : [
          '',
          answer.result === 'match'
            ? `above it, ${count(above.length, 'line')} not met:`
            : `tried, ${count(above.length, 'line')}:`,
          ...above.flatMap(trialLines),
        ]),
    '',
  ].join('\n');
}

const mostBroken = 20;

function clientText({ user, database, transport, address, tls, gss, replication, memberOf }: HbaClient): string {
  const way =
    transport === 'unix'
      ? 'over the Unix-domain socket'
      : `from ${address} ${tls ? 'over TLS' : gss ? 'over GSSAPI' : 'without TLS'}`;
  const aim =
    replication === 'physical'
      ? 'physical replication'
      : `database ${printable(database)}${replication === 'logical' ? ' (logical replication)' : ''}`;
  const groups = memberOf.length === 0 ? '' : `, member of ${memberOf.map(printable).join(', ')}`;
  return `user ${printable(user)}, ${aim}, ${way}${groups}`;
}

function answerLines({ answer, trials }: HbaExplanation, rules: HbaRules): string[] {
  if (answer.result === 'no-match') return ['matches: no line; the server refuses it (no pg_hba.conf entry)'];
  if (answer.result === 'match') {
    const met = trials.at(-1)?.rule.text ?? '';
    return [`matches: ${place(answer.file, answer.line)}  ${answer.method}`, `       ${printable(met.trim())}`];
  }
  if (rules.broken.length > 0)
    return [
      `undecided: ${rules.broken.some(({ isDoubtful }) => !isDoubtful) ? 'the server does not load this file; a reload keeps the rules from before, a start fails' : printable(answer.reason)}`,
    ];
  const { likely } = answer;
  const guess = likely === undefined ? [] : [`  most likely ${outcome(likely)}`];
  return [
    `undecided: ${printable(answer.reason)}`,
    ...guess,
    ...answer.possible.map((one) => `  it may match ${outcome(one)}`),
  ];
}

function outcome(one: HbaMatch | HbaNoMatch): string {
  return one.result === 'match' ? `${place(one.file, one.line)}  ${one.method}` : 'no line';
}

function trialLines({ rule, why, verdict }: HbaTrial): string[] {
  return [
    `  ${place(rule.file, rule.line)}  ${printable(rule.text.trim())}`,
    `      ${verdict === 'unknown' ? 'not known: ' : ''}${why}`,
  ];
}

function place(file: string, line: number): string {
  return line === 0 ? printable(file) : `${printable(file)}:${line}`;
}

export function hbaJson({ client, source, rules, explanation, doubt, note }: HbaFound): string {
  const { answer, trials } = explanation;
  const shown = {
    ok: answer.result !== 'undecided' && doubt === undefined,
    client,
    source,
    ...(doubt !== undefined && { doubt }),
    ...(note !== undefined && { note }),
    answer,
    trials: trials.map(({ rule, verdict, why }) => ({
      file: rule.file,
      line: rule.line,
      text: rule.text,
      verdict,
      why,
    })),
    broken: rules.broken,
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}
