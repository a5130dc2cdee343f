// Output files that their form can't be written in: told before anything is done. Pure.
import {
  type DecidedFile,
  type Diagnostic,
  loginsOf,
  OperationError,
  reworded,
  say,
  wordingOf,
} from 'bus-integration-database';
import { connectionStrings } from '../output-forms/connection-strings.ts';

/** What each form refuses of names, passwords and addresses. */
export function unwritableFiles(files: Iterable<DecidedFile>): Diagnostic[] {
  return [...files].flatMap((file) => {
    const { act, pair } = file.decision;
    const isWritten = act === 'write' || act === 'promote-and-write';
    return isWritten && pair.output.form !== 'uri' ? refusalsOf(file) : [];
  });
}

function refusalsOf(file: DecidedFile): Diagnostic[] {
  const { output, path } = file.decision.pair;
  const held = loginsOf(file).map(({ decision: { pair }, of }) => ({
    database: pair.database,
    user: pair.role,
    endpoint: connectionStrings.wanted(output, of.endpoint, pair.live),
    // Those that are made here have nothing that any form refuses.
    password: of.password?.reveal() ?? 'new',
  }));
  try {
    connectionStrings.write(output, held);
    return [];
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return error.diagnostics.map((one) => ({ ...reworded(one, say`${{ path }}: ${wordingOf(one)}`), target: path }));
  }
}
