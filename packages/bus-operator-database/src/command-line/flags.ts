// From arguments to an invocation: which verb, with which flags. Reads nothing but the arguments; what a value means
// (a duration, a risk, a file) is checked where it is used.
import { type FlagReading, quoted, readFlags } from 'bus-integration-database/help';
import { nearest, suggestion } from 'bus-integration-database/suggest';
import { type FlagName, type OperatorVerb, flags as table, verbs } from './flag-table.ts';
import { otherFlags, otherVerbs, otherVerbsFlag } from './other-tools.ts';

export type Flags = Readonly<ReturnType<typeof flagsOf>>;

export type Invocation = { readonly verb?: OperatorVerb; readonly flags: Flags } | { readonly problem: string };

type OperatorFlagReading = FlagReading<FlagName>;

const otherwise = 'see bus operator database --help';

/**
 * Reads a command line; what is wrong with it comes back as one line, never as an exception.
 *
 * @example
 * readInvocation(['plan', '-f', 'json']); // { verb: 'plan', flags: { format: 'json', … } }
 */
export function readInvocation(argv: readonly string[]): Invocation {
  const reading = readFlags(argv, table, { others: otherFlags, otherwise });
  const { words, asks, hasHelpWord } = reading;
  const [verb] = words.slice(0, 1).filter(isVerb);
  const flags = flagsOf(reading);
  const invocation = { ...(verb !== undefined && { verb }), flags };
  if (asks !== undefined) return invocation;
  const problem =
    reading.problem ?? wordProblem(words) ?? (hasHelpWord ? undefined : contradiction(verb, reading, flags));
  return problem === undefined ? invocation : { problem };
}

function wordProblem([verb, extra]: readonly string[]): string | undefined {
  if (verb !== undefined && !isVerb(verb)) {
    const hint = suggestion(verb, Object.keys(verbs), otherVerbs) ?? saidAlready(verb, extra) ?? otherwise;
    return `unknown verb ${quoted(verb)}; ${hint}`;
  }
  if (extra === undefined || verb === 'validate') return undefined;
  const hint = isVerb(extra) ? 'one verb at a time' : saidAlready(extra, verb);
  return `unexpected argument ${quoted(extra)} after ${verb}${hint === undefined ? '' : `; ${hint}`}`;
}

/** Of a word that was meant for the command's name, which is said by then. */
function saidAlready(word: string, verb = ''): string | undefined {
  const meant = nearest(word, ['operator', 'database']);
  if (meant === undefined) return undefined;
  if (isVerb(verb)) return `did you mean bus operator database ${verb}?`;
  return `${meant} is said already; a verb follows: ${Object.keys(verbs).join(', ')}`;
}

function flagsOf({ asks, hasHelpWord, words, given, has, last, all }: OperatorFlagReading) {
  const color = given.findLast(({ name }) => name === 'color' || name === 'no-color');
  const chosen = <T extends string>(given: string | undefined, [first, ...others]: readonly [T, ...T[]]): T =>
    others.find((one) => one === given) ?? first;
  return {
    help: asks === 'help' || hasHelpWord,
    version: asks === 'version',
    verbosity: all('verbose').length + (has('trace') ? 2 : 0),
    isQuiet: has('quiet'),
    directory: last('chdir'),
    output: last('output'),
    /** `opencli` only of help. */
    format: chosen(last('format'), ['text', 'json', 'opencli']),
    color: chosen(color?.name === 'no-color' ? 'never' : color?.value, ['auto', 'always', 'never']),
    progress: chosen(last('progress'), ['auto', 'always', 'never']),
    provider: last('provider'),
    deployment: last('deployment'),
    envFile: last('env-file'),
    timeout: last('timeout'),
    lockTimeout: last('lock-timeout'),
    jobs: last('jobs'),
    /** The API that answers instead of this process. */
    apiUrl: last('api-url'),
    tokenFile: last('token-file'),
    save: last('save'),
    metrics: last('metrics'),
    check: has('check'),
    sql: has('sql'),
    plan: last('plan'),
    dryRun: has('dry-run'),
    allow: all('allow').flatMap((list) => list.split(',').flatMap((part) => part.trim().split(/\s+/))),
    adopt: has('adopt'),
    adoptFrom: all('adopt-from'),
    rotate: all('rotate'),
    probe: last('probe'),
    noNegative: has('no-negative'),
    strict: has('strict'),
    explain: last('explain'),
    /** The files that validate judges. */
    manifests: [...all('manifest'), ...(words[0] === 'validate' ? words.slice(1) : [])],
    expand: has('expand'),
    fromServer: has('from-server'),
    /** Those that are to be described. */
    databases: all('database'),
    /** Saved answers that a report is made of. */
    from: all('from'),
    diff: last('diff'),
  };
}

function contradiction(
  verb: OperatorVerb | undefined,
  { has, all }: OperatorFlagReading,
  flags: Flags,
): string | undefined {
  for (const flag of table) {
    if (verb === undefined || flag.verbs === undefined || !has(flag.name) || flag.verbs.includes(verb)) continue;
    const hint = otherVerbsFlag(flag.name, verb);
    return `--${flag.name} is a flag of ${listed(flag.verbs)}, not of ${verb}${hint === undefined ? '' : `; ${hint}`}`;
  }
  if (verb === 'validate') return validateProblem(has, flags);
  if (verb === 'init') return initProblem(has, flags);
  if (flags.expand) return expandProblem(has, flags);
  if (flags.from.length > 0) return fromProblem(has, flags);
  const list = all('allow').find((one) => one.includes(';'));
  if (list !== undefined) return '--allow holds a semicolon; write --allow RISK[,RISK]';
  if (flags.isQuiet && flags.verbosity > 0) return '-q and -v contradict each other; give one of them';
  if (flags.tokenFile !== undefined && flags.apiUrl === undefined) return '--token-file is for --api-url; give both';
  if (flags.apiUrl !== undefined) {
    const local = (['jobs', 'lock-timeout'] as const).find((name) => has(name));
    if (local !== undefined) return `--${local} is the API's own setting; leave it out with --api-url`;
  }
  if (flags.sql && flags.format === 'json') return '--sql prints a script; leave out -f json';
  return undefined;
}

function listed(words: readonly string[]): string {
  return words.length > 2 ? `${words.slice(0, -1).join(', ')} and ${words.at(-1)}` : words.join(' and ');
}

function validateProblem(
  has: OperatorFlagReading['has'],
  { manifests, expand, isQuiet, verbosity }: Flags,
): string | undefined {
  const other = (['api-url', 'token-file', 'jobs', 'lock-timeout', 'timeout'] as const).find((name) => has(name));
  if (other !== undefined) return `--${other}: validate asks no server; leave it out`;
  if (expand && manifests.length > 1) return '--expand prints one manifest; name one FILE';
  return isQuiet && verbosity > 0 ? '-q and -v contradict each other; give one of them' : undefined;
}

/** Of a plan that only prints its manifest. */
function expandProblem(has: OperatorFlagReading['has'], flags: Flags): string | undefined {
  const other = (['save', 'check', 'sql', 'allow', 'adopt', 'adopt-from', 'rotate'] as const).find((name) => has(name));
  if (other !== undefined) return `--expand prints the manifest alone; leave out --${other}`;
  return validateProblem(has, flags)?.replace('validate asks', 'plan --expand asks');
}

/** Of a report that is made of saved answers. */
function fromProblem(has: OperatorFlagReading['has'], { isQuiet, verbosity }: Flags): string | undefined {
  const server = ['api-url', 'token-file', 'jobs', 'lock-timeout', 'timeout', 'manifest', 'env-file'] as const;
  const other = server.find((name) => has(name));
  if (other !== undefined) return `--${other}: --from asks no server; leave it out`;
  return isQuiet && verbosity > 0 ? '-q and -v contradict each other; give one of them' : undefined;
}

function initProblem(has: OperatorFlagReading['has'], { manifests, output, fromServer, isQuiet, verbosity }: Flags) {
  const remote = (['api-url', 'token-file', 'lock-timeout'] as const).find((name) => has(name));
  if (remote !== undefined) return `--${remote}: init only reads, and asks no API; leave it out`;
  const other = (['jobs', 'timeout', 'database'] as const).find((name) => has(name));
  if (other !== undefined && !fromServer) return `--${other}: init asks no server; leave it out, or give --from-server`;
  const files = [...manifests, ...(output === undefined ? [] : [output])];
  if (files.length > 1) return 'init writes one file; give -o FILE or --manifest FILE once';
  return isQuiet && verbosity > 0 ? '-q and -v contradict each other; give one of them' : undefined;
}

function isVerb(word: string): word is OperatorVerb {
  return Object.hasOwn(verbs, word);
}
