// What --help prints: built from the flag table, so that no flag is missing from it.
import type { Verb } from 'bus-integration-database';
import { type Flag, flags, verbs } from './flag-table.ts';

/** The help of the family, or of one verb; ends with a line break. */
export function helpText(verb?: Verb): string {
  return `${(verb === undefined ? familyHelp() : verbHelp(verb)).join('\n')}\n`;
}

function familyHelp(): string[] {
  return [
    'bus operator database: makes the roles, databases, schemas, privileges and DSN files that',
    "a deployment's services need, and proves with real logins that they work.",
    '',
    'usage: bus operator database [flags] VERB [flags]',
    '',
    'verbs, in the order in which one uses them:',
    ...columns(Object.entries(verbs).map(([name, text]) => [name, text])),
    '',
    ...flagLines('flags, before or after the verb:', (flag) => flag.verbs === undefined),
    '',
    'flags of single verbs: bus operator database VERB --help',
    '',
    'examples:',
    '  bus operator database doctor',
    '  bus operator database plan',
    '  bus operator database apply',
    '',
    ...exitCodes(),
    '',
    ...configurationSource,
  ];
}

function verbHelp(verb: Verb): string[] {
  const own = flagLines(`flags of ${verb}:`, (flag) => flag.verbs?.includes(verb) ?? false);
  return [
    ...sentences[verb],
    '',
    `usage: bus operator database ${verb} [flags]`,
    '',
    ...(own.length > 1 ? [...own, ''] : []),
    ...flagLines('flags of every verb:', (flag) => flag.verbs === undefined),
    '',
    'examples:',
    ...examples[verb].map((line) => `  bus operator database ${line}`),
    '',
    ...exitCodes(verb),
    '',
    ...configurationSource,
  ];
}

const sentences: Readonly<Record<Verb, readonly string[]>> = {
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
    "bears the deployment's mark and is declared no more. Changes nothing.",
  ],
  verify: [
    'bus operator database verify: logs in with every DSN file as the service would, writes and reads in a',
    'transaction that is rolled back, tries what must be refused, and judges who may reach the server.',
  ],
};

const examples: Readonly<Record<Verb, readonly string[]>> = {
  doctor: ['doctor', 'doctor -v', 'doctor --env-file ./staging.env'],
  plan: ['plan', 'plan --save ./plan.json', 'plan --check -q || echo "there is work to do"'],
  apply: ['apply', 'apply --plan ./plan.json', 'apply --allow revoke'],
  status: ['status', 'status --check', 'status -f json'],
  verify: ['verify', 'verify --strict', 'verify --timeout 30s -f json'],
};

/** Which exit statuses each verb has beside the common ones. */
function exitCodes(verb?: Verb): string[] {
  const checks = verb === undefined || verb === 'plan' || verb === 'status';
  const refuses = verb === undefined || verb === 'plan' || verb === 'apply';
  const failed = verb === 'doctor' || verb === 'verify' ? 'a check failed, or the run did' : 'failed';
  const checking = verb === undefined ? 'plan --check, status --check' : `${verb} --check`;
  return [
    'exit status:',
    ...columns([
      ['0', 'done'],
      ['1', verb === undefined ? 'failed, or a check of verify or doctor did' : failed],
      ['2', 'wrong usage or configuration'],
      ...(checks ? [['3', `${checking}: there is work to do, or apply would refuse`] as const] : []),
      ...(refuses
        ? [['4', 'refused as unsafe: not ours, a risk not allowed, a saved plan that no longer fits'] as const]
        : []),
      ['128+n', 'ended by signal n, having said what stands'],
    ]),
  ];
}

const configurationSource = [
  'configuration: BUS_DEPLOYMENT_ID, BUS_DATABASE_* and the keys of the provider (BUS_POSTGRES_*) from the',
  'environment; ./.env is loaded by bus, --env-file FILE by this command.',
];

function flagLines(title: string, isShown: (flag: Flag) => boolean): string[] {
  const rows = flags.filter(isShown).map((flag) => {
    const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
    return [`${short}--${flag.name}${flag.value === undefined ? '' : ` ${flag.value}`}`, flag.text] as const;
  });
  return [title, ...columns(rows)];
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left?.length ?? 0));
  return rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`);
}
