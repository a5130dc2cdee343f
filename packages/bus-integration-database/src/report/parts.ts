// Pieces that several sections of a report are made of. Pure.
import type { Check } from '../contract/response.ts';
import type { Risk } from '../contract/risk.ts';
import { nameList } from '../text/name-list.ts';
import { type Html, html, none } from './html.ts';

export type Tone = 'ok' | 'info' | 'warn' | 'fail' | 'unknown' | 'dim';

/** A word in its colour; the word alone says as much. */
export function chip(tone: Tone, word: string): Html {
  return html`<span class="chip ${tone}">${word}</span>`;
}

const tones: Readonly<Record<Check['result'], Tone>> = {
  ok: 'ok',
  info: 'info',
  warn: 'warn',
  fail: 'fail',
  unknown: 'unknown',
  skipped: 'dim',
};

export function resultChip(result: Check['result']): Html {
  return chip(tones[result], result);
}

const riskTones: Readonly<Record<Risk, Tone>> = {
  create: 'ok',
  grant: 'ok',
  update: 'info',
  rotate: 'warn',
  revoke: 'warn',
  elevate: 'fail',
  'weaken-tls': 'fail',
  destructive: 'fail',
};

export function riskChip(risk: Risk): Html {
  return chip(riskTones[risk], risk);
}

/** What is wider than a telephone scrolls in a frame of its own, which the keyboard reaches. */
export function scrolling(label: string, content: Html): Html {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${content}</div>`;
}

/** A few names as they are; of many the number, with all of them to be opened. */
export function names(all: readonly string[], what: string, most = 4): Html {
  if (all.length <= most) return html`${nameList([...all])}`;
  return html`<details><summary>${all.length} ${what}: ${nameList(all.slice(0, 2))} and others</summary><p>${nameList([...all])}</p></details>`;
}

/** That not all is shown, and where the rest is. */
export function shownOf(shown: number, all: number, what: string, rest = 'the JSON answer holds all'): Html {
  return shown >= all ? none : html`<p>${chip('info', 'info')} ${shown} of ${all} ${what} are shown; ${rest}.</p>`;
}

/** `9.1 MB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size.toFixed(size < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`;
}

/** Where each item belongs, in the order in which the groups begin. */
export function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [item]);
    else known.push(item);
  }
  return [...groups.values()];
}
