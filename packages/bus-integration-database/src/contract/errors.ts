// The error that carries an error class up the pipe.
import type { ErrorClass } from './error-class.ts';
import { advise, type Remedy } from './remedy.ts';
import type { Diagnostic } from './response.ts';
import { inMessage, type Wording, wordedText, wordingOf } from './wording.ts';

/** What an {@link OperationError} may say beyond its message. */
export interface ErrorDetails {
  /** A short kebab-case word for programs: `password-refused`. Default: the error class. */
  readonly code?: string;
  /** The thing it is about: a file, a role, an address. */
  readonly target?: string;
  /** What to do, best as a command to copy: commands, SQL and paths in it as data. */
  readonly remedy?: Remedy | undefined;
  /** Several findings at once, in the order in which to show them; then the message is only their summary. */
  readonly diagnostics?: readonly Diagnostic[];
  readonly cause?: unknown;
}

/**
 * An expected failure: the thing, what was seen, what was expected, and the command that fixes it.
 *
 * @example
 * throw new OperationError('unreachable', "can't reach 10.0.3.7:5432: connection refused", { remedy: ownCommand('doctor') });
 */
export class OperationError extends Error {
  override readonly name = 'OperationError';
  readonly errorClass: ErrorClass;
  readonly diagnostics: readonly Diagnostic[];

  constructor(errorClass: ErrorClass, message: Wording, details: ErrorDetails = {}) {
    super(wordedText(message), { cause: details.cause });
    this.errorClass = errorClass;
    this.diagnostics = details.diagnostics ?? [
      {
        severity: 'fail',
        code: details.code ?? errorClass,
        ...inMessage(message),
        ...(details.target !== undefined && { target: details.target }),
        ...advise(details.remedy),
      },
    ];
  }
}

/** What an error says, to be said by another one. */
export function wordingOfError({ message, diagnostics: [first] }: OperationError): Wording {
  return first?.message === message ? wordingOf(first) : message;
}
