// Diagnostics for stderr: what is wrong or worth knowing, and what to do about it. Never a stack trace.
import { type Diagnostic, printable, type Response } from 'bus-integration-database';
import { nextLines, paragraph } from './view.ts';

const program = 'bus operator database: ';

/** A run that has nothing to show but why: one or more errors, each with what to do. */
export function errorLines({ diagnostics }: Response): string[] {
  return grouped(
    diagnostics.filter(({ severity }) => severity === 'fail'),
    '',
  );
}

/** Warnings and notes beside a result. */
export function warningLines(diagnostics: readonly Diagnostic[]): string[] {
  const shown = diagnostics.filter(({ code }) => code !== 'what-stands');
  return [
    ...grouped(
      shown.filter(({ severity }) => severity === 'warn'),
      'warning: ',
    ),
    ...grouped(
      shown.filter(({ severity }) => severity === 'info'),
      'note: ',
    ),
  ];
}

/** The trace of a defect, for whoever is to fix it. */
export function traceLines(error: unknown): string[] {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return trace.split('\n').map(printable);
}

/** One after another; neighbours with the same remedy name it once. */
function grouped(diagnostics: readonly Diagnostic[], label: string): string[] {
  return diagnostics.flatMap(({ message, remedy }, index) => [
    ...paragraph(`${program}${label}`, message).map((line, number) => (number === 0 ? line : `  ${line.trimStart()}`)),
    ...(remedy !== undefined && diagnostics[index + 1]?.remedy === remedy ? [] : nextLines([remedy], '  ')),
  ]);
}
