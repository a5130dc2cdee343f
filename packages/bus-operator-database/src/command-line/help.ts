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
    text: 'makes what the services of a deployment need in a database server, and proves that it works',
    summary: [
      'bus operator database: makes the roles, databases, schemas, privileges and DSN files that',
      "a deployment's services need, and proves with real logins that they work.",
    ],
    usage: ['bus operator database [flags] VERB [flags]'],
    commands: {
      title: 'verbs, in the order of use:',
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
    'bus operator database init: writes a manifest of what the keys declare, with comments that show what else it',
    'can hold. With --from-server: of what the server has; comments say what a manifest cannot express. It goes to',
    'stdout, or to a new file with -o or --manifest; an existing file is never overwritten.',
  ],
  validate: [
    'bus operator database validate: checks manifests without a server, and shows everything that is wrong,',
    'with line and column.',
  ],
  doctor: [
    'bus operator database doctor: checks that everything is ready: configuration, secret files, output',
    'directory, server, and which rights the admin role still lacks. Changes nothing.',
  ],
  plan: [
    'bus operator database plan: shows what apply would do, to which server, step by step.',
    'Changes nothing; reads in READ ONLY transactions.',
  ],
  apply: [
    'bus operator database apply: plans again under the lock of the deployment, and carries the plan out.',
    'It may be stopped at any time: run it again and it continues. It takes nothing away without --allow.',
  ],
  status: [
    'bus operator database status: shows what exists beside what is declared, what differs, and what',
    "carries the deployment's mark but is no longer declared. Changes nothing.",
  ],
  verify: [
    'bus operator database verify: logs in with every DSN file as the service does, writes and reads in a',
    'transaction that is rolled back, tries what must be refused, and checks who can reach the server.',
  ],
  report: [
    'bus operator database report: does what plan, status and verify do, and makes one HTML page of it, which',
    'needs no network and no script. -f json gives the data instead, for --from and --diff.',
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
      ['0', 'nothing is wrong'],
      ['1', 'the result cannot be written'],
      ['2', 'something is wrong in a manifest, or it cannot be read; wrong usage'],
    ];
  if (verb === 'init')
    return [
      ['0', 'done'],
      ['1', 'the file exists or cannot be written; the server cannot be read'],
      ['2', 'wrong usage or configuration'],
    ];
  const failed = verb === 'doctor' || verb === 'verify' ? 'a check or the run failed' : 'failed';
  const checking = verb === undefined ? 'plan, status or report with --check' : `${verb} --check`;
  return [
    ['0', 'done'],
    ['1', verb === undefined ? 'failed; also if a check of verify or doctor failed' : failed],
    ['2', 'wrong usage or configuration'],
    ...(checks ? [['3', `${checking}: there is work to do, or apply would refuse`] as const] : []),
    ...(refuses
      ? [
          [
            '4',
            'refused as unsafe: not of this deployment, a risk not allowed, a saved plan that no longer fits',
          ] as const,
        ]
      : []),
    ['128+n', 'ended by signal n, after it printed what is done'],
  ];
}

const configurationSource = [
  `configuration: BUS_DEPLOYMENT_ID, BUS_DATABASE_* and the provider's keys (${providerKeys}) in the environment;`,
  'bus loads ./.env, this command loads --env-file FILE.',
];
