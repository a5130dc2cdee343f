// What bus-integration-postgres says of itself and of its commands.
import {
  type CommandHelp,
  commonFlags,
  configurationKeys,
  type FlagReading,
  flagsOf,
  quoted,
  readFlags,
  workerKeys,
} from 'bus-integration-database/help';
import { adminKeys, ownKeys } from '../keys.ts';

const program = 'bus-integration-postgres';
const flagsOfEvery = { title: 'flags of every command:', flags: commonFlags, isInherited: true } as const;
const failed = 'the directory of -C or the file of -o could not be used';

const envFileFlag = { name: 'env-file', value: 'FILE', text: 'its values win over the environment' } as const;

const hba: CommandHelp = {
  name: 'hba',
  text: 'shows which line of pg_hba.conf a client matches, and why no line above it does',
  summary: [`${program} hba: shows which line of pg_hba.conf a client matches, and why no line above it does.`],
  usage: [`${program} hba --user U --database D (--address A | --unix) [flags]`],
  groups: [
    {
      title: 'flags of hba:',
      flags: [
        { name: 'user', value: 'U', isRequired: true, text: 'the role that logs in' },
        { name: 'database', value: 'D', text: 'the database; not needed with --replication physical' },
        { name: 'address', value: 'A', text: "the client's address as the server sees it: numeric, IPv4 or IPv6" },
        { name: 'unix', text: 'over the Unix-domain socket instead' },
        { name: 'tls', text: 'over TLS' },
        { name: 'gss', text: 'encrypted by GSSAPI' },
        {
          name: 'replication',
          value: 'KIND',
          choices: ['none', 'physical', 'logical'],
          text: 'none (default), physical (replication=true) or logical (replication=database)',
        },
        {
          name: 'member-of',
          value: 'G,…',
          isList: true,
          isRepeatable: true,
          text: 'the groups that U is in, directly or not; by default read from the server',
        },
        {
          name: 'server-address',
          value: 'A,…',
          isList: true,
          isRepeatable: true,
          text: "the server's own addresses as 10.0.3.7/24, for samehost and samenet",
        },
        { name: 'file', value: 'F', text: 'read this file and what it includes, and ask no server' },
        envFileFlag,
        {
          name: 'major',
          value: 'N',
          choices: ['14', '15', '16', '17', '18'],
          text: "with --file: the server's major version, 14 to 18 (default)",
        },
      ],
    },
    flagsOfEvery,
  ],
  notes: [
    [
      'Without --file the rules are read from the server of BUS_POSTGRES_ADMIN_DSN_FILE or BUS_POSTGRES_ADMIN_DSN.',
      'Only the admin logs in, and nothing is changed.',
    ],
  ],
  examples: [
    `${program} hba --user app --database shop --address 10.1.2.3 --tls`,
    `${program} hba --user app --database shop --unix --file /etc/postgresql/17/main/pg_hba.conf --major 17`,
  ],
  exits: [
    ['0', 'the answer is certain: a line matches, or none does'],
    ['1', `the answer is not certain, or the rules cannot be read; ${failed}`],
    ['2', 'wrong usage'],
  ],
  keys: adminKeys,
};

const renderHba: CommandHelp = {
  name: 'render-hba',
  text: 'prints the lines of pg_hba.conf that satisfy the listener policy of the deployment; edits nothing',
  summary: [
    `${program} render-hba: prints the lines of pg_hba.conf that satisfy the listener policy of the deployment in`,
    'the environment. Asks no server and edits nothing.',
  ],
  usage: [`${program} render-hba [--major N] [--env-file FILE] [flags]`],
  groups: [
    {
      title: 'flags of render-hba:',
      flags: [
        envFileFlag,
        {
          name: 'major',
          value: 'N',
          choices: ['14', '15', '16', '17', '18'],
          text: "the server's major version, 14 to 18 (default)",
        },
      ],
    },
    flagsOfEvery,
  ],
  examples: [`${program} render-hba --major 18`],
  exits: [
    ['0', 'done'],
    ['1', failed],
    ['2', 'wrong usage or configuration'],
  ],
  keys: configurationKeys(ownKeys),
};

const serve: CommandHelp = {
  name: 'serve',
  text: 'answers bus.database requests for the deployment in its environment, until a signal ends it',
  summary: [
    `${program} serve: answers bus.database requests for the deployment in its environment, until SIGTERM or`,
    'SIGINT. Running requests are finished first; a second signal interrupts them. Logs JSON lines to stderr.',
  ],
  usage: [`${program} [flags] serve [--events-url URL | --nats URL] [--ready-file FILE] [--env-file FILE]`],
  groups: [
    {
      title: 'flags of serve:',
      flags: [
        {
          name: 'events-url',
          value: 'URL',
          text: 'Bus Events over HTTP (default: BUS_EVENTS_API_URL); token in BUS_EVENTS_TOKEN_FILE or BUS_API_TOKEN',
        },
        {
          name: 'nats',
          value: 'URL',
          text: 'NATS JetStream (default: BUS_NATS_URL); credentials in BUS_NATS_CREDS_FILE',
        },
        { name: 'ready-file', value: 'FILE', text: 'a file that exists while requests can come in' },
        envFileFlag,
      ],
    },
    flagsOfEvery,
  ],
  exits: [
    ['0', 'ended by a signal'],
    ['1', 'the transport failed for good; the directory of -C could not be entered'],
    ['2', 'wrong usage or configuration'],
  ],
  keys: [...configurationKeys(ownKeys), ...workerKeys],
};

const commands = [hba, renderHba, serve];

const help: CommandHelp = {
  name: program,
  text: 'the PostgreSQL provider of bus operator database',
  usage: [
    `${program} [flags] --events`,
    `${program} [flags] --self-test`,
    `${program} [flags] --dry-run plan`,
    `${program} [flags] COMMAND [flags]`,
  ],
  commands: { title: 'commands; see COMMAND --help:', list: commands },
  groups: [
    {
      title: 'what to do without a command:',
      flags: [
        { name: 'events', text: 'print the provider and the event names, one on each line' },
        { name: 'self-test', text: 'check the parts of the provider; asks no server' },
        {
          name: 'dry-run',
          value: 'plan',
          choices: ['plan'],
          text: 'print what a plan for an empty server holds, always as JSON',
        },
      ],
    },
    { title: 'flags:', flags: commonFlags },
  ],
  notes: [
    ['--dry-run plan takes BUS_DEPLOYMENT_ID, BUS_DATABASE_NAMES, BUS_DATABASE_SERVICE_ROLE and BUS_DATABASE_SCHEMAS.'],
  ],
  exits: [
    ['0', 'done'],
    ['1', `the self-test failed; ${failed}`],
    ['2', 'wrong usage'],
  ],
  keys: [...configurationKeys(ownKeys), ...workerKeys],
};

/** The help of a command, or of the program where the word names none. */
export function helpOf(word: string | undefined): CommandHelp {
  const command = commands.find(({ name }) => name === word);
  return command === undefined ? help : { ...command, name: `${program} ${command.name}` };
}

/** The command that a line names, and its flags; those before the command are every command's. */
export function commandFlags(argv: readonly string[]): { readonly word?: string; readonly flags: FlagReading } {
  // `plan --dry-run` is as good as `--dry-run plan`.
  const ofProgram = flagsOf(help).map((flag) =>
    flag.name === 'dry-run' ? { name: flag.name, text: flag.text } : flag,
  );
  const program = readFlags(argv, ofProgram);
  const command = commands.find(({ name }) => name === program.words[0]);
  if (command === undefined) return { flags: program };
  const flags = readFlags(argv, flagsOf(command));
  const [word = '', extra] = flags.words;
  const problem = extra === undefined ? undefined : `unexpected argument ${quoted(extra)}`;
  return { word, flags: problem === undefined ? flags : { problem, ...flags } };
}
