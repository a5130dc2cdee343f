// What the command line writes to files, recognised by what it holds: only over such a file another one is written. Pure.
import type { Response } from 'bus-integration-database';
import { isPlan } from './plan-content.ts';

/** What a file has to be, to be written over. */
export interface OwnFile {
  /** "a saved plan" */
  readonly what: string;
  readonly isOurs: (text: string) => boolean;
}

/** What `-o` writes: an answer as text, as JSON or as SQL, or a report. */
export const answerFile: OwnFile = {
  what: 'an answer of this command',
  isOurs: (text) =>
    /^ok: (true|false)\r?\n/.test(text) ||
    text.startsWith('-- What bus operator database apply would do, for ') ||
    (text.startsWith('<!DOCTYPE html>') && text.includes('<h1>Database report: ')) ||
    isAnswer(parsed(text)),
};

export const planFile: OwnFile = { what: 'a saved plan', isOurs: (text) => isPlan(parsed(text)) };

export const metricsFile: OwnFile = {
  what: 'metrics of this command',
  isOurs: (text) => text.startsWith('# HELP bus_database_'),
};

function isAnswer(value: Partial<Response> | null): boolean {
  return typeof value?.ok === 'boolean' && typeof value.deployment_id === 'string' && Array.isArray(value.diagnostics);
}

function parsed(text: string): Partial<Response> | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
