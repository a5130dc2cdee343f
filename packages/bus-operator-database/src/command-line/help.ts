// What --help prints, out of the flag table, so that no flag is missing from it.
import { type CommandHelp, helpText as textOf } from 'bus-integration-database/help';
import { flags, type OperatorVerb, type VerbFlag, verbs } from './flag-table.ts';
import { providerKeys } from './provider-words.ts';

/** The help of the family, or of one verb; ends with a line break. */
export function databaseHelp(verb?: OperatorVerb): string {
  return textOf(verb === undefined ? familyHelp() : verbHelp(verb));
}

/** The family's help as data, or that of a verb. */
export function commandHelp(verb?: OperatorVerb): CommandHelp {
  return verb === undefined ? familyHelp() : { ...verbHelp(verb), name: `bus operator database ${verb}` };
}

function familyHelp(): CommandHelp {
  return {
    name: 'bus operator database',
    text: 'provisions what the services of a deployment need in a database server, and proves that it works',
    summary: [
      'bus operator database: makes the roles, databases, schemas, privileges and DSN files that',
      "a deployment's services need, and proves with real logins that they work.",
    ],
    usage: ['bus operator database [flags] VERB [flags]'],
    commands: {
      title: 'verbs, in the order in which one uses them:',
      list: (Object.keys(verbs) as OperatorVerb[]).map(verbHelp),
    },
    groups: [{ title: 'flags, before or after the verb:', flags: flagsWhere((flag) => flag.verbs === undefined) }],
    notes: [
      [
        'flags of single verbs: bus operator database VERB --help',
        'flags and configuration keys for programs: bus operator database help -f opencli',
      ],
    ],
    examples: ['doctor', 'plan', 'apply'].map(exampleOf),
    exits: exitRows(),
    footer: configurationSource,
  };
}

function verbHelp(verb: OperatorVerb): CommandHelp {
  return {
    name: verb,
    text: verbs[verb],
    summary: sentences[verb],
    usage: [`bus operator database ${verb} [flags]${verb === 'validate' ? ' [FILE…]' : ''}`],
    ...(verb === 'validate' && { arguments: manifestArguments }),
    groups: [
      { title: `flags of ${verb}:`, flags: flagsWhere((flag) => flag.verbs?.includes(verb) ?? false) },
      {
        title: 'flags of every verb:',
        flags: flagsWhere((flag) => flag.verbs === undefined),
        isInherited: true,
      },
    ],
    examples: examples[verb].map(exampleOf),
    exits: exitRows(verb),
    footer: configurationSource,
  };
}

function flagsWhere(isWanted: (flag: VerbFlag) => boolean): readonly VerbFlag[] {
  return flags.filter(isWanted);
}

function exampleOf(line: string): string {
  return `bus operator database ${line}`;
}

const manifestArguments: NonNullable<CommandHelp['arguments']> = [
  { name: 'FILE', text: 'a manifest, YAML or JSON', isRepeatable: true },
];

const sentences: Readonly<Record<OperatorVerb, readonly string[]>> = {
  init: [
    'bus operator database init: writes a manifest for what the keys declare, with comments that say what else',
    'can stand in it; with --from-server for what is there, and what no manifest can say in comments. To stdout,',
    'or to the new file that -o or --manifest names: none is ever written over.',
  ],
  validate: [
    'bus operator database validate: judges manifests without a server, and tells everything that is wrong,',
    'each with its line and column.',
  ],
  doctor: [
    'bus operator database doctor: says whether everything is in place to begin: configuration,',
    'secret files, output directory, server, and what the admin role still lacks. Changes nothing.',
  ],
  plan: [
    'bus operator database plan: says what apply would do, to which server, step by step.',
    'Changes nothing; reads in READ ONLY transactions.',
  ],
  apply: [
    'bus operator database apply: plans again under the lock of the deployment and carries the plan out.',
    'May be stopped at any moment: run it again and it continues. Takes nothing away unless --allow says so.',
  ],
  status: [
    'bus operator database status: shows what there is beside what is declared, what differs, and what',
    "carries the deployment's mark and is no longer declared. Changes nothing.",
  ],
  verify: [
    'bus operator database verify: logs in with every DSN file as the service would, writes and reads in a',
    'transaction that is rolled back, tries what must be refused, and judges who may reach the server.',
  ],
  report: [
    'bus operator database report: does what plan, status and verify do, and makes one HTML page of it that',
    'needs no network and no script. To -o FILE, or to stdout; with -f json the data, for --from and --diff.',
  ],
};

const examples: Readonly<Record<OperatorVerb, readonly string[]>> = {
  init: ['init', 'init -o bus-database.yaml', 'init --from-server --database orders'],
  validate: ['validate bus-database.yaml', 'validate --expand', 'validate -q manifests/*.yaml'],
  doctor: ['doctor', 'doctor -v', 'doctor --env-file ./staging.env'],
  plan: ['plan', 'plan --save ./plan.json', 'plan --check -q || echo "there is work to do"'],
  apply: ['apply', 'apply --plan ./plan.json', 'apply --allow revoke'],
  status: ['status', 'status --check', 'status -f json'],
  verify: ['verify', 'verify --strict', 'verify --timeout 30s -f json'],
  report: [
    'report -o report.html',
    'report -f json -o today.json',
    'report --from today.json --diff old.json -o report.html',
  ],
};

/** Which exit statuses each verb has beside the common ones. */
function exitRows(verb?: OperatorVerb): CommandHelp['exits'] {
  const checks = verb === undefined || verb === 'plan' || verb === 'status' || verb === 'report';
  const refuses = verb === undefined || verb === 'plan' || verb === 'apply';
  if (verb === 'validate')
    return [
      ['0', 'right'],
      ['1', 'the result can not be written'],
      ['2', 'something is wrong with a manifest, or it can not be read; wrong usage'],
    ];
  if (verb === 'init')
    return [
      ['0', 'done'],
      ['1', 'the file is there already or can not be written; the server can not be read'],
      ['2', 'wrong usage or configuration'],
    ];
  const failed = verb === 'doctor' || verb === 'verify' ? 'a check failed, or the run did' : 'failed';
  const checking = verb === undefined ? 'plan, status or report with --check' : `${verb} --check`;
  return [
    ['0', 'done'],
    ['1', verb === undefined ? 'failed, or a check of verify or doctor did' : failed],
    ['2', 'wrong usage or configuration'],
    ...(checks ? [['3', `${checking}: there is work to do, or apply would refuse`] as const] : []),
    ...(refuses
      ? [['4', 'refused as unsafe: not ours, a risk not allowed, a saved plan that no longer fits'] as const]
      : []),
    ['128+n', 'ended by signal n, having said what stands'],
  ];
}

const configurationSource = [
  `configuration: BUS_DEPLOYMENT_ID, BUS_DATABASE_* and the keys of the provider (${providerKeys}) from the`,
  'environment; ./.env is loaded by bus, --env-file FILE by this command.',
];
