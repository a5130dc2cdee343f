// What the contract's shapes and keys mean, for the documents alone. A key without a word here fails a test.
import { type ErrorClass, errorClasses } from './error-class.ts';
import { reportWords } from './report-words.ts';

const id = 'The deployment, as BUS_DEPLOYMENT_ID names it. What it makes on the server carries this mark.';
const provider = 'The kind of server, as capabilities names it.';
const credentials =
  'Which admin DSN to use, by reference. Only the configured one, and what BUS_DATABASE_CREDENTIAL_REFERENCES lists, is accepted. Leave it out to use the configured one.';
const request = { deployment_id: id, provider, credentials };

const advice = 'The remedy as data, where it is more than words.';

const desired = {
  manifest:
    'A manifest, as its file has it; see the JSON Schema of the provider. It declares all, so no list may stand beside it.',
  databases: 'Databases that must exist, each with every role and schema below.',
  roles:
    'Login roles with rights on every database. `{database}` in a name makes one role for each database. The first is the service role, unless service_role names one.',
  schemas: 'Schemas that must exist in every database. Default: those of the provider.',
  service_role: 'The role that the services log in as. Default: the first of roles.',
  listener_policy:
    'The policy that a verify judges by; a plan and an apply change no listener. Default, where listener_networks is left out too: what the worker or API is configured for (BUS_DATABASE_LISTENER_POLICY).',
  listener_networks: 'Networks for the policy private, as 10.0.0.0/8; see listener_policy.',
};

const change = {
  ...request,
  ...desired,
  dry_run: 'True answers what would be done and does nothing. Default: true.',
  confirm: 'Must be true for an apply with dry_run false; means nothing in a plan.',
  adopt: 'Whether things of these names that carry no mark may be taken over. Default: false.',
  adopt_from: 'Another deployment whose things may be taken over, or a list of them.',
  allow:
    'Risks that the plan may hold: revoke, destructive, elevate (power beyond the deployment) and weaken-tls (DSN files that protect less) need it always; create, grant and update only where a thing is changed in the plan that adopts it.',
  rotate: 'Roles that get a new password, which whoever holds the old one notices.',
};

/** A description for each type, under the empty key, and for each of its keys. */
export const words: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  PlanRequest: { '': 'What would be done so that this stands? Changes nothing.', ...change },
  ApplyRequest: {
    '': 'Make this stand. What stands already is left as it is; with dry_run (the default) nothing is done.',
    ...change,
    plan: 'The answer to a plan request, whole: the apply is refused as stale-plan unless exactly this would be done. Needed for rotate by message.',
  },
  StatusRequest: {
    '': 'What stands, beside what is named here; where no database, role or schema is, beside what the worker or API is configured for (BUS_DATABASE_NAMES and its like). What only other requests named shows as leftovers then.',
    ...request,
    ...desired,
  },
  VerifyRequest: {
    '': 'Log in as every service, and try what must work and what must be refused: those that are named here, or where no database, role or schema is, those that the worker or API is configured for.',
    ...request,
    ...desired,
    checks: 'What to check; at least one.',
    probes: 'What is tried only when asked for, since the server logs it: wrong-password.',
    negative: 'False leaves out what must be refused. Default: true.',
  },
  DoctorRequest: {
    '': 'Is all in place to begin? Changes nothing. It has no event.',
    ...request,
    ...desired,
  },
  ReportRequest: {
    '': 'Plan, status and verify in one answer, and who may do what. Changes nothing. It has no event.',
    ...request,
    ...desired,
  },
  Response: {
    '': 'The answer to every request. What a request did not ask for is left out.',
    ok: 'Whether what was asked for went well. A plan or a status is ok whatever it finds; a verify is not when a required check failed.',
    complete: 'False when something that was asked for could not be seen.',
    deployment_id: id,
    provider,
    dry_run: 'Whether nothing was to be done.',
    target: 'The server that was asked.',
    actions: "The steps' actions, one for each step, in their order.",
    steps: 'What would be done or was done, in its order. Those of a converged deployment only look and compute.',
    diagnostics: 'Errors, warnings and remarks; the first says why ok is false.',
    error_class: `Why ok is false: ${classes()}.`,
    plan_id: 'Names exactly what the plan would do, as a SHA-256. Equal for equal work.',
    allowed: 'Risks and adoptions that the plan was made with.',
    elapsed_ms: 'Milliseconds from question to answer.',
    roles: 'Of a status: the declared roles.',
    databases: 'Of a status: the declared databases.',
    schemas: 'Of a status: the declared schemas of each database.',
    dsn_files: 'Of a status: the files that services read their DSN from.',
    leftovers:
      "What carries this deployment's mark, or is one of its DSN files, and is no longer declared, in the order in which it can be retired. Nothing of it is ever done.",
    drift: 'Of a status: the steps that an apply would do now.',
    connectivity: 'Of a verify: what logging in as each service showed.',
    listener_policy: 'Of a verify: who can reach the server, judged by the configured policy.',
    checks: 'Of a doctor: what is in place to begin with, and what is not.',
    report: 'Of a report: what only a report reads of the server.',
  },
  Step: {
    '': 'One thing that is done, by its action.',
    action: 'What is done.',
    target: 'What it is done to: a role, a database, database.schema, a file.',
    risk: 'What it may cost.',
    summary: 'The step in a line, for people.',
    before: 'What stands now, as far as it is replaced.',
    after: 'What will stand.',
    sql: 'The statements, rendered to be shown: no password that could be used is in them.',
    state: 'Of an apply: how far it got. unknown: the connection was lost before the server had answered.',
  },
  Diagnostic: {
    '': 'An error, a warning or a remark.',
    severity: 'fail is why ok is false.',
    code: 'A short word for programs.',
    message: 'The thing, what was seen, what was expected. For people: its wording may change.',
    parts: 'The message as data, where paths are in it: its words, and the paths between them.',
    target: 'What it is about.',
    remedy:
      'What fixes it, most often a command. A flag of `bus operator database` is the key of that name in a request: --allow revoke is "allow": ["revoke"], --rotate NAME is "rotate": ["NAME"].',
    advice,
  },
  Check: {
    '': 'One thing that was tried, and how it went.',
    id: 'Which check, the same in every answer.',
    kind: 'What it belongs to.',
    result: 'fail is a required check that failed; unknown is what could not be seen.',
    target: 'What was checked.',
    database: 'Of a login: the database that it was for.',
    seen: 'What was seen.',
    parts: 'The same as data, where paths are in it: its words, and the paths between them.',
    why: 'What follows from it.',
    rule: "The line of the server's configuration that it is about.",
    remedy: 'What fixes it.',
    advice,
  },
  Advice: {
    '': 'A part of a remedy, by its kind. The texts of all parts, one after another, are the remedy.',
    kind: 'text is words between the others, path a path in them; again is the command of this answer, once more.',
    text: 'Of a text: the words. Of an edit: the lines, without their ends.',
    argv: 'The words of the command, not quoted. Those of a path are objects.',
    flags:
      'Only of a command of `bus operator database`: its further flags. What chose the target (-C, --env-file and others) belongs between argv and them.',
    directory: 'Where it is to be run.',
    where:
      'Of a command or an edit: the machine and the directory, in words, where it is not the one that reads the answer. Of SQL: in which database, in words.',
    sql: 'The statements, each with its semicolon.',
    as: 'Who may run them, in words.',
    database: 'The database to be connected to, where it is a certain one.',
    change:
      'create: the file is to be made, mode 0600, with what only its reader knows; append: lines at its end; replace: the line; insert: above the line; delete: the line.',
    file: 'The file to be changed.',
    line: 'The line that it is about, from 1.',
    path: 'A path, as pathnames in the answer are: relative to where the worker, API or command runs.',
    key: 'The configuration key whose path it begins with; path is what follows.',
  },
  Path: {
    '': 'A path in a command or a text.',
    path: 'Relative to where the worker, API or command runs, or absolute; with key, what follows the path in that key.',
    key: 'The configuration key whose path it begins with.',
  },
  Target: {
    '': 'A server, and who we are there.',
    host: 'As the admin DSN names it.',
    port: 'Its TCP port, or the number in the name of its socket.',
    database: 'Where the admin logs in.',
    admin_role: 'Who the admin logs in as.',
    server_version: 'As the server tells it.',
  },
  RoleStatus: {
    '': 'A declared role.',
    name: 'Its name.',
    state: "ours carries this deployment's mark, foreign another's, unmarked none.",
    can_login: 'Whether it may log in at all; a group may not, and has no password.',
    connections: 'How many sessions it has.',
    connection_limit: 'How many it may have, where there is a limit.',
    valid_until: 'Until when its password is good, where that is known and has an end.',
    has_expired: 'True where its password is good no longer.',
    password: 'Whether the password in its files is the one that the server holds.',
  },
  DatabaseStatus: {
    '': 'A declared database.',
    name: 'Its name.',
    state:
      "ours carries this deployment's mark, foreign another's, unmarked none; unfinished was begun by an apply that did not end.",
    owner: 'The role that it belongs to, where that is not the admin.',
    size_bytes: 'Its size on disk, where the admin may ask for it.',
    connections: 'How many sessions are in it.',
    connection_limit: 'How many may be, where there is a limit.',
  },
  SchemaStatus: {
    '': 'A declared schema in one database.',
    database: 'The database.',
    name: 'The schema.',
    state: 'unknown where the database could not be entered.',
  },
  DsnFileStatus: {
    '': 'A file with the DSN of one role for one database; of a file that holds several logins there are as many.',
    path: 'Where it lies, as the worker or API tells its files.',
    form: 'What its provider calls the form it has; absent where it is a connection string alone.',
    database: 'The database that it leads to.',
    role: 'The role that it logs in as.',
    state: 'current is what an apply would write; outdated is not; broken is no DSN of ours.',
    password: 'Whether the server holds the password in it.',
  },
  Leftover: {
    '': "Something of this deployment's that is no longer declared. Nothing is ever dropped.",
    kind: 'What it is.',
    name: 'Its name.',
    database: 'Of a schema: the database that it is in.',
    declared_in:
      'The file that declares it all the same, ./.env, where the environment has other values, which win. Nothing retires it then.',
    before: 'What must be true before the statements are run: nothing checks it.',
    retire:
      'The statements that would retire it, in their order. What a role owns goes to the service role that is declared for the database, where that is one, else to the admin.',
    command:
      'Of a file: the shell command that would remove it, on the machine and in the directory where the worker or API runs.',
    advice: 'Of a file: the same command as data.',
    needs: 'Who may run them; absent where the admin may.',
  },
  Retirement: {
    '': 'Statements for one database.',
    database: 'The database to be connected to.',
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
    '': 'What every event travels in. Keys that a broker adds are let pass. One of correlation_id and correlationId is needed.',
    name: "The event's name.",
    correlation_id: 'Ties the answer to its question: the answer has the same.',
    correlationId: 'The same as correlation_id, which wins; answers have both.',
    delivery: 'How the broker hands it out.',
    time: 'When it was written. A request that is too old is answered, and not run.',
    deadline: 'Until when a request is worth running.',
    payload: 'The request or the response.',
  },
};

function classes(): string {
  const entries = Object.entries(errorClasses) as [ErrorClass, { meaning: string }][];
  return entries.map(([name, { meaning }]) => `${name} (${meaning})`).join(', ');
}
