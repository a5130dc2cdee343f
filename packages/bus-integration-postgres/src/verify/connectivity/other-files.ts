// Where several files hold one login, one of them is tried, and the others must say the same. Pure.
import {
  type Check,
  command,
  type Endpoint,
  endpointFault,
  type FilePair,
  holds,
  ownCommand,
  say,
} from 'bus-integration-database';
import { connectionStrings } from '../../output-forms/connection-strings.ts';
import { eachInParallel } from '../../run/parallel.ts';
import { loginCheck } from './login-faults.ts';

export interface LoginFiles {
  /** One for each login: the plain URI where there is one. */
  readonly tried: readonly FilePair[];
  readonly others: readonly { readonly pair: FilePair; readonly tried: FilePair }[];
}

export function loginFiles(pairs: readonly FilePair[]): LoginFiles {
  const first = new Map<string, FilePair>();
  for (const pair of pairs) {
    const known = first.get(loginOf(pair));
    if (known === undefined || rankOf(pair) < rankOf(known)) first.set(loginOf(pair), pair);
  }
  const tried = new Set(first.values());
  return {
    tried: pairs.filter((pair) => tried.has(pair)),
    others: pairs.flatMap((pair) => {
      const one = first.get(loginOf(pair));
      return one === undefined || one === pair ? [] : [{ pair, tried: one }];
    }),
  };
}

function loginOf({ role, database }: FilePair): string {
  return JSON.stringify([role, database]);
}

/** A file that names another address than the server's is tried last: whether it leads there is its pooler's concern. */
function rankOf({ output: { form, settings } }: FilePair): number {
  if (form !== 'uri') return 1;
  return settings?.pooler === undefined ? 0 : 2;
}

/** What the other files say, and where those with a pooler lead: one that is only for it is told by its login alone. */
export async function otherFileChecks(
  { tried, others }: LoginFiles,
  endpoint: Endpoint,
  tryPooler: (pair: FilePair) => Promise<Check>,
  jobs: Promise<number> | number,
  signal: AbortSignal,
): Promise<Check[]> {
  const said = new Map(others.map((one) => [one.pair, otherFileCheck(one, endpoint)]));
  const pooled = [...tried, ...others.map(({ pair }) => pair)].filter((pair) => {
    const isWritten = said.get(pair)?.result !== 'fail' && pair.live.state === 'present';
    return isWritten && pair.output.settings?.pooler !== undefined;
  });
  const logins = new Map<FilePair, Check>();
  await eachInParallel(pooled, { jobs, signal }, async (pair) => void logins.set(pair, await tryPooler(pair)));
  const isForPooler = ({ output }: FilePair) => output.form === 'uri';
  return [
    ...[...said].flatMap(([pair, check]) => (logins.has(pair) && isForPooler(pair) ? [] : [check])),
    ...pooled.flatMap((pair) => logins.get(pair) ?? []),
  ];
}

/** Files under the name that they had with another number of login roles, whose password is not the role's any more. */
export function leftFileChecks(pairs: readonly FilePair[]): Check[] {
  return pairs.flatMap((pair) => {
    const { left, live, path } = pair;
    if (left === undefined || live.state !== 'present' || holds(live, left.password)) return [];
    const seen = say`${{ path: left.path }} holds another password than ${{ path }}: services that read it can't log in`;
    const remedy = [
      'point those services at ',
      { kind: 'path', path } as const,
      ', then ',
      command('rm', '--', { path: left.path }),
    ];
    return [{ ...loginCheck(pair, 'fail', seen, remedy), id: 'left-file' }];
  });
}

/** What another file of a login says, beside the one that was tried. */
function otherFileCheck({ pair, tried }: LoginFiles['others'][number], configured: Endpoint): Check {
  const { path, live } = pair;
  const is = (result: Check['result'], seen: Parameters<typeof loginCheck>[2]) => ({
    ...loginCheck(pair, result, seen, result === 'ok' ? undefined : ownCommand('plan')),
    id: 'output-file',
  });
  if (live.state === 'absent') return is('fail', say`${{ path }} is missing`);
  if (live.state === 'broken') return is('fail', say`${{ path }}: ${live.reason}`);
  if (tried.live.state === 'present' && !holds(live, tried.live.password))
    return is('fail', say`${{ path }} holds another password than ${{ path: tried.path }}`);
  const differs = endpointFault(pair, configured, connectionStrings);
  if (differs !== undefined) return is('fail', say`${{ path }} is not as declared: ${differs}`);
  return live.hasOldForm
    ? is('fail', say`${{ path }} is not written as apply would write it`)
    : is('ok', say`${{ path }} says the same as ${{ path: tried.path }}`);
}
