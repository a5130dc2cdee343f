// Every flag there is, once: the parser reads this table and the help is printed from it.
import type { Verb } from 'bus-integration-database';
import type { Flag } from 'bus-integration-database/help';

export interface VerbFlag extends Flag {
  /** The verbs that know it; absent when all do. */
  readonly verbs?: readonly OperatorVerb[];
}

/** What this command can be asked for: what a provider answers, and what needs none. */
export type OperatorVerb = Verb | 'init' | 'validate';

export const verbs: Readonly<Record<OperatorVerb, string>> = {
  init: 'writes a manifest to start with: from the keys, or from what a server has (reads only)',
  validate: 'checks a manifest file, without a server',
  doctor: 'checks that everything is ready: configuration, files, server, rights (reads only)',
  plan: 'shows what apply would do, step by step (reads only)',
  apply: 'carries the plan out',
  status: 'shows what exists, beside what is declared (reads only)',
  verify: 'logs in as each service, tries what it may and may not do; checks who can reach the server',
  report: 'makes one HTML page of plan, status and verify, with who may do what and from where (reads only)',
};

const changing = ['plan', 'apply'] as const;

const flagTable = [
  { name: 'help', short: 'h', text: 'this text; after a verb, the help of the verb' },
  { name: 'version', short: 'V', text: 'name and version' },
  {
    name: 'verbose',
    short: 'v',
    isRepeatable: true,
    text: 'no folded lines, the SQL of each step; -vv: traces of defects too',
  },
  { name: 'trace', text: 'the same as -vv' },
  { name: 'quiet', short: 'q', text: 'errors only; no result, not even in the file of -o' },
  { name: 'chdir', alias: 'directory', short: 'C', value: 'DIR', text: 'run as if started in DIR' },
  { name: 'output', short: 'o', value: 'FILE', text: 'write the result to FILE (0600) instead of stdout; -: stdout' },
  {
    name: 'format',
    short: 'f',
    value: 'FORMAT',
    choices: ['text', 'json'],
    helpChoices: ['opencli'],
    text: 'text (default) or json; for help also opencli',
  },
  { name: 'color', value: 'WHEN', choices: ['auto', 'always', 'never'], text: 'auto (default), always or never' },
  {
    name: 'progress',
    value: 'WHEN',
    choices: ['auto', 'always', 'never'],
    text: 'auto (default), always (lines as in a log, also on a terminal) or never',
  },
  { name: 'no-color', text: 'the same as --color never' },
  {
    name: 'provider',
    value: 'NAME',
    names: 'provider',
    text: 'must be the same as BUS_DATABASE_PROVIDER if both are given',
  },
  {
    name: 'deployment',
    value: 'ID',
    names: 'deployment',
    text: 'must be the same as BUS_DEPLOYMENT_ID; says which deployment you mean',
  },
  { name: 'env-file', value: 'FILE', text: 'read FILE instead of ./.env; its values win over the environment' },
  { name: 'timeout', value: 'TIME', text: 'end the whole run after TIME: 30s, 2m' },
  {
    name: 'lock-timeout',
    value: 'TIME',
    text: 'wait at most TIME for another run of this deployment, and for other locks',
  },
  { name: 'api-url', value: 'URL', text: 'let the API at URL do the work, with its own configuration' },
  { name: 'token-file', value: 'FILE', text: 'the token for --api-url, in a file of mode 0600' },
  { name: 'jobs', value: 'N', text: 'work on at most N databases at a time' },
  { name: 'save', value: 'FILE', verbs: ['plan'], text: 'also write the plan to FILE (JSON, 0600) for apply --plan' },
  {
    name: 'check',
    verbs: ['plan', 'status', 'report'],
    text: 'exit 3 if there is work to do, or apply would refuse',
  },
  {
    name: 'metrics',
    value: 'FILE',
    verbs: ['status'],
    text: 'also write metrics to FILE (0644), for the textfile collector of Prometheus',
  },
  { name: 'sql', verbs: ['plan'], text: 'print a script for a DBA instead' },
  { name: 'plan', value: 'FILE', verbs: ['apply'], text: 'carry out exactly the plan saved in FILE, or refuse' },
  { name: 'dry-run', verbs: ['apply'], text: 'only show what would be done' },
  {
    name: 'allow',
    value: 'RISK[,RISK]',
    values: ['revoke', 'destructive', 'elevate', 'weaken-tls'],
    isRepeatable: true,
    isList: true,
    verbs: changing,
    text: 'let revoke, destructive, elevate or weaken-tls steps pass',
  },
  { name: 'adopt', verbs: changing, text: "take over roles and databases that carry no deployment's mark" },
  {
    name: 'adopt-from',
    value: 'ID',
    isRepeatable: true,
    verbs: changing,
    text: "take over what carries deployment ID's mark",
  },
  {
    name: 'rotate',
    value: 'ROLE',
    names: 'role',
    isRepeatable: true,
    verbs: changing,
    text: 'give ROLE a new password',
  },
  {
    name: 'probe',
    value: 'PROBE',
    choices: ['wrong-password'],
    verbs: ['verify'],
    text: 'also try a wrong password for each role, which the server logs',
  },
  { name: 'no-negative', verbs: ['verify'], text: 'do not try what must be refused' },
  {
    name: 'explain',
    value: 'FINDING',
    names: 'finding',
    verbs: ['verify'],
    text: 'say what FINDING means and how to fix it; asks no server',
  },
  {
    name: 'manifest',
    value: 'FILE',
    isRepeatable: true,
    verbs: ['plan', 'apply', 'status', 'verify', 'report', 'doctor', 'validate', 'init'],
    text: 'the manifest, in place of the list keys; default: BUS_DATABASE_MANIFEST_FILE',
  },
  {
    name: 'from-server',
    verbs: ['init'],
    text: 'from what the server has; a plan with that manifest changes nothing but marks',
  },
  {
    name: 'database',
    value: 'NAME',
    names: 'database',
    isRepeatable: true,
    verbs: ['init'],
    text: 'with --from-server: only NAME; default: the declared or marked ones, else all',
  },
  {
    name: 'expand',
    verbs: ['validate', 'plan'],
    text: 'print the manifest with everything inherited written out; asks no server',
  },
  {
    name: 'from',
    value: 'FILE',
    isRepeatable: true,
    verbs: ['report'],
    text: 'make it from saved JSON answers of plan, status, verify or report; asks no server',
  },
  {
    name: 'diff',
    value: 'FILE',
    verbs: ['report'],
    text: 'also show what has changed since the saved JSON answer in FILE',
  },
  { name: 'strict', verbs: ['verify'], text: 'fail also if something could not be seen' },
] as const satisfies readonly VerbFlag[];

export type FlagName = (typeof flagTable)[number]['name'];
export const flags: readonly (VerbFlag & { readonly name: FlagName })[] = flagTable;
