// What the contract's shapes and keys mean, for the documents alone. A key without a word here fails a test.
import { type ErrorClass, errorClasses } from './error-class.ts';
import { reportWords } from './report-words.ts';

const id = 'The id of the deployment (BUS_DEPLOYMENT_ID). What it makes on the server carries it as a mark.';
const provider = 'The kind of server, by the name that capabilities gives.';
const credentials =
  'Which admin DSN to use, by reference. Only the configured one, and what BUS_DATABASE_CREDENTIAL_REFERENCES lists, is accepted. Leave it out to use the configured one.';
const request = { deployment_id: id, provider, credentials };

const advice = 'The remedy as data, if it is more than words.';

const desired = {
  manifest:
    'A manifest as an object; see the JSON Schema of the provider. It declares everything, so it excludes the lists.',
  databases: 'Databases that must exist, each with every role and schema below.',
  roles:
    'Login roles with rights on every database. `{database}` in a name makes one role for each database. The first is the service role, unless service_role names one.',
  schemas: 'Schemas that must exist in every database. Default: those of the provider.',
  service_role: 'The role that the services log in as. Default: the first of roles.',
  listener_policy:
    'The policy that verify checks; plan and apply change no listener. Default, if listener_networks is left out too: the configured one (BUS_DATABASE_LISTENER_POLICY).',
  listener_networks: 'Networks for the policy private, for example 10.0.0.0/8; see listener_policy.',
};

const change = {
  ...request,
  ...desired,
  dry_run: 'true: only answer what would be done. Default: true.',
  confirm: 'Must be true for an apply with dry_run false; has no meaning in a plan.',
  adopt: 'Whether things of these names that carry no mark may be taken over. Default: false.',
  adopt_from: 'Another deployment whose things may be taken over, or a list of them.',
  allow:
    'Risks that the plan may hold: revoke, destructive, elevate (power beyond the deployment) and weaken-tls (DSN files that protect less) need it always; create, grant and update only where a thing is changed in the plan that adopts it.',
  rotate: 'Roles that get a new password. Clients with the old one can no longer log in.',
};

/** A description for each type, under the empty key, and for each of its keys. */
export const words: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  PlanRequest: { '': 'Asks what an apply of the same would do. Changes nothing.', ...change },
  ApplyRequest: {
    '': 'Makes what is declared here. What is as declared is left alone; with dry_run (the default) nothing is done.',
    ...change,
    plan: 'The answer to a plan request, whole: the apply is refused as stale-plan unless exactly this would be done. Needed for rotate by message.',
  },
  StatusRequest: {
    '': 'Asks what exists, beside what is named here. If no database, role or schema is named, beside the configuration of the worker or API (BUS_DATABASE_NAMES and so on); what only other requests named is then listed as leftovers.',
    ...request,
    ...desired,
  },
  VerifyRequest: {
    '': 'Logs in as every service, and tries what must work and what must be refused: the services named here or, if no database, role or schema is named, those of the configuration of the worker or API.',
    ...request,
    ...desired,
    checks: 'What to check; at least one.',
    probes: 'Tries that are only made on request, since the server logs them: wrong-password.',
    negative: 'false: do not try what must be refused. Default: true.',
  },
  DoctorRequest: {
    '': 'Checks that everything is ready. Changes nothing. There is no event for it.',
    ...request,
    ...desired,
  },
  ReportRequest: {
    '': 'Plan, status and verify in one answer, and who may do what. Changes nothing. There is no event for it.',
    ...request,
    ...desired,
  },
  Response: {
    '': 'The answer to every request. Parts that the request did not ask for are left out.',
    ok: 'Whether the request succeeded. A plan or a status is ok whatever it finds; a verify is not ok if a required check failed.',
    complete: 'false if something that was asked for could not be seen.',
    deployment_id: id,
    provider,
    dry_run: 'Whether it was a dry run: nothing was done.',
    target: 'The server that was asked.',
    actions: 'The actions of the steps, one for each step, in the same order.',
    steps: 'What would be done or was done, in order. If everything is as declared, the steps only read and compute.',
    diagnostics: 'Errors, warnings and remarks; the first says why ok is false.',
    error_class: `Why ok is false: ${classes()}.`,
    plan_id: 'A SHA-256 of what the plan would do. Equal plans have equal ids.',
    allowed: 'Risks and adoptions that the plan was made with.',
    elapsed_ms: 'Milliseconds from request to answer.',
    roles: 'In a status answer: the declared roles.',
    databases: 'In a status answer: the declared databases.',
    schemas: 'In a status answer: the declared schemas of each database.',
    dsn_files: 'In a status answer: the files that services read their DSN from.',
    leftovers:
      "What carries this deployment's mark, or is one of its DSN files, but is no longer declared, in the order in which it can be retired. It is only listed, never done.",
    drift: 'In a status answer: the steps that an apply would do now.',
    connectivity: 'In a verify answer: what logging in as each service showed.',
    listener_policy: 'In a verify answer: who can reach the server, judged by the configured policy.',
    checks: 'In a doctor answer: what is ready, and what is not.',
    report: 'In a report answer: what only a report reads of the server.',
  },
  Step: {
    '': 'One change; its shape depends on the action.',
    action: 'What is done.',
    target: 'What it is done to: a role, a database, database.schema, a file.',
    risk: 'The risk of the step.',
    summary: 'The step in one line, for people.',
    before: 'What exists now, as far as it is replaced.',
    after: 'What will exist.',
    sql: 'The statements, for display only: they hold no usable password.',
    state: 'In an apply answer: how far it got. unknown: the connection was lost before the server answered.',
  },
  Diagnostic: {
    '': 'An error, a warning or a remark.',
    severity: 'fail: this is why ok is false.',
    code: 'A short word for programs.',
    message: 'The thing, what was seen, what was expected. For people: its wording may change.',
    parts: 'The message as data, if it has paths: its words, and the paths between them.',
    target: 'What it is about.',
    remedy:
      'What fixes it, most often a command. A flag of `bus operator database` is the key of that name in a request: --allow revoke is "allow": ["revoke"], --rotate NAME is "rotate": ["NAME"].',
    advice,
  },
  Check: {
    '': 'One thing that was tried, and how it went.',
    id: 'The name of the check, the same in every answer.',
    kind: 'The part of the answer that it belongs to.',
    result: 'fail: a required check failed; unknown: it could not be seen.',
    target: 'What was checked.',
    database: 'In a check of a login: the database.',
    seen: 'What was seen.',
    parts: 'The same as data, if it has paths: its words, and the paths between them.',
    why: 'What follows from it.',
    rule: "The line of the server's configuration that it is about.",
    remedy: 'What fixes it.',
    advice,
  },
  Advice: {
    '': 'A part of a remedy; its shape depends on kind. The texts of all parts together are the remedy.',
    kind: 'text: words between the other parts; path: a path in them; again: the command of this answer, once more.',
    text: 'In a text: the words. In an edit: the lines, without line ends.',
    argv: 'The words of the command, not quoted. Those of a path are objects.',
    flags:
      'Only of a command of `bus operator database`: its further flags. What chose the target (-C, --env-file and others) belongs between argv and them.',
    directory: 'The directory to run it in.',
    where:
      'In a command or an edit: the machine and the directory, in words, if it is not the one that reads the answer. In SQL: in which database, in words.',
    sql: 'The statements, each with its semicolon.',
    as: 'Who may run them, in words.',
    database: 'The database to connect to, if it must be a certain one.',
    change:
      'create: make the file, mode 0600, with content that only the reader knows; append: add lines at its end; replace, delete: the line; insert: above the line.',
    file: 'The file to change.',
    line: 'The number of the line, from 1.',
    path: 'A path, relative to where the worker, API or command runs, like all paths in the answer.',
    key: 'The configuration key whose path it begins with; path is what follows.',
  },
  Path: {
    '': 'A path in a command or a text.',
    path: 'Relative to where the worker, API or command runs, or absolute; with key, what follows the path in that key.',
    key: 'The configuration key whose path it begins with.',
  },
  Target: {
    '': 'A server, and the role of the admin there.',
    host: 'The host, as in the admin DSN.',
    port: 'Its TCP port, or the number in the name of its socket.',
    database: 'The database that the admin connects to.',
    admin_role: 'The role that the admin logs in as.',
    server_version: 'The version that the server reports.',
  },
  RoleStatus: {
    '': 'A declared role.',
    name: 'Its name.',
    state: "ours: it carries this deployment's mark; foreign: another deployment's; unmarked: none.",
    can_login: 'Whether it may log in; a group may not, and has no password.',
    connections: 'How many sessions it has.',
    connection_limit: 'How many it may have, if there is a limit.',
    valid_until: 'Until when its password is valid, if that is known and has an end.',
    has_expired: 'true if its password is no longer valid.',
    password: 'Whether the password in its files is the one that the server holds.',
  },
  DatabaseStatus: {
    '': 'A declared database.',
    name: 'Its name.',
    state:
      "ours: it carries this deployment's mark; foreign: another deployment's; unmarked: none; unfinished: an apply began to make it and did not end.",
    owner: 'The role that owns it, if that is not the admin.',
    size_bytes: 'Its size on disk, if the admin may read it.',
    connections: 'How many sessions are in it.',
    connection_limit: 'How many there may be, if there is a limit.',
  },
  SchemaStatus: {
    '': 'A declared schema in one database.',
    database: 'The database.',
    name: 'The schema.',
    state: 'unknown: the admin could not connect to the database.',
  },
  DsnFileStatus: {
    '': 'A file with the DSN of one role for one database; a file with several logins has a row for each.',
    path: 'Its path, as the worker or API names its files.',
    form: "The form of the file, by the provider's name for it; absent if it is only a connection string.",
    database: 'The database that it leads to.',
    role: 'The role that it logs in as.',
    state: 'current: what apply would write; outdated: something else; broken: not a DSN that apply wrote.',
    password: 'Whether the server holds the password in it.',
  },
  Leftover: {
    '': "Something of this deployment's that is no longer declared. Nothing is ever dropped.",
    kind: 'What it is.',
    name: 'Its name.',
    database: 'Of a schema: the database that it is in.',
    declared_in:
      'The file that still declares it: ./.env, if the environment has other values, which win. Then there is nothing to retire it.',
    before: 'What must be true before the statements are run. Nothing checks it.',
    retire:
      'The statements that would retire it, in order. What a role owns goes to the service role that is declared for the database, if there is exactly one, else to the admin.',
    command:
      'For a file: the shell command that would remove it, on the machine and in the directory where the worker or API runs.',
    advice: 'For a file: the same command as data.',
    needs: 'Who may run them; absent if the admin may.',
  },
  Retirement: {
    '': 'Statements for one database.',
    database: 'The database to connect to.',
    sql: 'The statements, each with its semicolon; a comment may follow it.',
  },
  Allowed: {
    '': 'What a plan was allowed.',
    allow: 'Risks.',
    adopt: 'Things without a mark.',
    adopt_from: "Another deployment's things, or those of several.",
    rotate: 'Roles that get a new password.',
  },
  ...reportWords,
  Envelope: {
    '': 'The envelope of every event. Keys that a broker adds are accepted. correlation_id or correlationId is required.',
    name: "The event's name.",
    correlation_id: 'Links the answer to its request: both have the same value.',
    correlationId: 'The same as correlation_id, which wins; answers have both.',
    delivery: 'How the broker delivers it.',
    time: 'When it was written. A request that is too old is answered but not run.',
    deadline: 'The time after which the request must not be run.',
    payload: 'The request or the response.',
  },
};

function classes(): string {
  const entries = Object.entries(errorClasses) as [ErrorClass, { meaning: string }][];
  return entries.map(([name, { meaning }]) => `${name} (${meaning})`).join(', ');
}
