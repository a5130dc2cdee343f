// What users of other tools type, by what is to be said of it here. Pure.
import type { Says } from 'bus-integration-database/suggest';
import type { OperatorVerb } from './flag-table.ts';
import { serverKey } from './provider-words.ts';

const dropsNothing = 'nothing is ever dropped; plan prints the SQL that retires what is declared no longer';
const admin = `the server is the one of the admin DSN: ${serverKey}`;

export const otherFlags: readonly Says[] = [
  [
    'nothing is forced; --allow RISK lets a risk pass, --adopt takes over what carries no mark',
    '--force',
    '--overwrite',
  ],
  ['did you mean plan --save FILE, or -o FILE?', '--out', '--outfile', '--plan-file', '--save-plan'],
  [dropsNothing, '--destroy', '--delete', '--drop', '--prune', '--purge', '--remove', '--clean'],
  ['did you mean --check?', '--detailed-exitcode', '--exit-code', '--fail-on-diff', '--fail-on-change'],
  ['did you mean plan, or apply --dry-run?', '--diff', '--preview', '--plan-only', '--noop', '--simulate', '-n'],
  ['did you mean --env-file FILE?', '--config', '--config-file', '-c', '--env', '-e', '--var-file', '--profile'],
  ['did you mean --jobs N?', '--parallelism', '--parallel', '--concurrency', '--workers', '--threads', '-j'],
  ['did you mean --lock-timeout TIME?', '--lock', '--wait', '--wait-timeout'],
  ['did you mean --token-file FILE?', '--token', '--api-token', '--api-key'],
  ['every run looks at the server; leave it out', '--refresh', '--refresh-only'],
  ['a plan is one of the whole deployment; leave it out', '--target', '--only', '--limit', '--tags'],
  [admin, '--host', '--hostname', '-H', '--port', '-p', '--user', '--username', '-U', '-u', '--password', '-W'],
  [admin, '--dsn', '--url', '--connection', '--connection-string', '--dbname', '-d', '--server'],
  ['databases are declared: BUS_DATABASE_NAMES', '--databases', '--db'],
  ['roles are declared: BUS_DATABASE_SERVICE_ROLE', '--role', '--roles', '--service-role'],
  ['schemas are declared: BUS_DATABASE_SCHEMAS', '--schema', '--schemas'],
  ['did you mean --allow destructive?', '--allow-destructive', '--accept-data-loss', '--allow-drop'],
];

export const otherVerbs: readonly Says[] = [
  [
    dropsNothing,
    'destroy',
    'delete',
    'drop',
    'remove',
    'rm',
    'down',
    'teardown',
    'prune',
    'purge',
    'clean',
    'undeploy',
  ],
  ['did you mean plan?', 'diff', 'preview', 'show', 'dry-run', 'check', 'sql'],
  ['did you mean verify --explain FINDING?', 'explain'],
  ['did you mean init?', 'new', 'scaffold', 'generate', 'starter', 'template'],
  ['did you mean validate?', 'lint', 'manifest', 'parse'],
  [
    'did you mean apply?',
    ...['setup', 'bootstrap', 'install', 'create', 'up', 'deploy', 'sync', 'migrate', 'provision'],
    ...['run', 'update', 'upgrade', 'push', 'converge', 'reconcile', 'grant', 'repair', 'fix'],
  ],
  ['did you mean status?', 'ls', 'list', 'get', 'describe', 'info', 'state', 'refresh', 'health', 'ps', 'output'],
  ['did you mean verify?', 'test', 'ping', 'login', 'audit', 'probe'],
  ['did you mean apply --rotate ROLE?', 'rotate', 'password', 'passwd', 'renew'],
  ['did you mean apply --adopt?', 'import', 'adopt', 'claim', 'attach', 'baseline'],
  ['did you mean apply --allow revoke?', 'revoke'],
  ['the lock ends with its session, which doctor names', 'unlock', 'force-unlock'],
  ['did you mean --version?', 'version'],
];

/** Of a flag that another verb has; undefined where its message says enough. */
export function otherVerbsFlag(name: string, verb: OperatorVerb): string | undefined {
  if (name === 'dry-run') return verb === 'apply' ? undefined : `${verb} changes nothing; leave it out`;
  if (name === 'check' && verb === 'apply') return 'did you mean plan --check, or apply --dry-run?';
  if (name === 'check')
    return `${verb} exits with ${verb === 'validate' ? 2 : 1} where something is wrong; leave it out`;
  if (name === 'database') return 'databases are declared: BUS_DATABASE_NAMES';
  if (name === 'save' && verb === 'apply') return 'did you mean plan --save FILE?';
  if (name === 'plan' && verb === 'plan') return 'did you mean --save FILE?';
  return undefined;
}
