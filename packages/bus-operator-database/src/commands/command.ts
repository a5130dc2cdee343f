// What a verb adds to the one pipe: its request, what its flags make of the answer, how it reads, how it exits.
import type { Configuration, Diagnostic, Response, Verb } from 'bus-integration-database';
import type { Flags } from '../command-line/flags.ts';
import type { RunContext } from '../configure.ts';
import type { View } from '../render/view.ts';

interface RequestInput {
  readonly configuration: Configuration;
  readonly flags: Flags;
  /** The plan of `apply --plan FILE`. */
  readonly saved?: Response | undefined;
}

export interface Command {
  readonly verb: Verb;
  /** The command, with the files read that its flags name. */
  readonly prepared?: (context: RunContext) => Promise<Command>;
  readonly request: (input: RequestInput) => unknown;
  /** What the verb's flags make of an answer: `--strict` turns what was not seen into a failure. */
  readonly judge?: (response: Response, input: RequestInput) => Response;
  /** The answer with the configuration's warnings in it; undefined where it has no place for them. */
  readonly withWarnings?: (response: Response, warnings: readonly Diagnostic[]) => Response | undefined;
  /** The lines for stdout, of an answer that has something to show. */
  readonly text: (response: Response, view: View) => string[];
  /** Whether an answer belongs into the file of `-o`. Default: each does. */
  readonly isFile?: (response: Response) => boolean;
  /** Whether `--check` finds work: something to do, or that apply would refuse. */
  readonly hasWork?: (response: Response) => boolean;
  /** The exit status of an answer without an error class. */
  readonly exit: (response: Response) => number;
}
