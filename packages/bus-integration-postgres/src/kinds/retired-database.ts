// Databases that are to go: only of this deployment, where nobody is in one, and its dump lies there and is new. What is
// not ours is refused elsewhere.
// https://www.postgresql.org/docs/current/sql-dropdatabase.html
import { advise, command, count, type Diagnostic, type Remedy } from 'bus-integration-database';
import { anyDatabase, ownerOrSuperuser, runs } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';
import type { Kind, Registered, Scope } from './kind/kind.ts';
import { meanings } from './kind/kind.ts';
import { takingDatabase } from './retired-role.ts';

export interface RetiredDatabase {
  readonly kind: 'retired-database';
  readonly name: string;
  /** The file that it was dumped to. */
  readonly dump?: string;
  readonly isGone: boolean;
}

const registered = {
  'drop-database': {
    about: 'database',
    before: ({ shape, text, may }) => shape({ name: text, owner: text, acts_as: may(text), dump: may(text) }),
  },
} satisfies Registered;

export const retiredDatabase: Kind<RetiredDatabase, typeof registered> = {
  registered,
  identity: ({ name }) => [name],
  database: ({ name }) => name,
  asksDetails: () => [],

  isManaged: ({ name }, { retired }) => {
    const standing = retired?.databases.get(name);
    return standing !== undefined && standing !== 'refused';
  },

  observed: ({ seen }, desired) => desired.map((wanted) => ({ ...wanted, isGone: !seen.databases.has(wanted.name) })),

  made: () => impossible(),
  gone: () => impossible(),

  changed: (_, { name, dump }, scope) => {
    const found = scope.seen.databases.get(name);
    if (found === undefined) return impossible();
    const refusals = refusalsOf(name, scope);
    if (refusals.length > 0) return meanings(refusals.map((refusal) => ({ refusal, errorClass: 'unsafe' as const })));
    const { admin } = scope.seen;
    const isAnothers = found.owner !== admin.name && !admin.isSuperuser;
    const before = { name, owner: found.owner, ...(isAnothers && { acts_as: found.owner }), ...(dump && { dump }) };
    return [{ step: { action: 'drop-database', target: printable(name), risk: 'destructive', before } }];
  },

  findings: () => [],

  actions: {
    'drop-database': {
      place: 'retired-database',
      summary: ({ before }) =>
        `with all that is in it${before?.dump === undefined ? '' : `; dumped to ${printable(before.dump)}`}`,
      statements: ({ before }) => {
        if (before === undefined) return [];
        const { name, acts_as } = before;
        return [
          ...(acts_as === undefined ? [] : [takingDatabase(name, acts_as)]),
          { phase: 'retired-databases', database: name, sql: `DROP DATABASE ${identifier(name)}` },
        ];
      },
      attribute: ({ before }) => (before?.acts_as === undefined ? undefined : 'CREATEDB'),
      lacks: () => [],
      changes: () => undefined,
    },
  },

  status: () => ({}),
};

function impossible(): never {
  throw new Error('internal error: a database to be retired was looked up and is not there');
}

/** Why it stays. One whose DROP DATABASE was cut off is past all of it. */
function refusalsOf(name: string, { seen, retired }: Scope): Diagnostic[] {
  const found = seen.databases.get(name);
  if (found?.connectionLimit === -2) return [];
  const database = `database ${shown(name)}`;
  const refusal = (code: string, why: string, remedy: Remedy): Diagnostic => ({
    severity: 'fail',
    code,
    message: `${database} can't be retired: ${why}`,
    target: printable(name),
    ...advise(remedy),
  });
  const retiring = seen.retiring?.databases.get(name);
  // Sessions of roles that are retired with it are ended before.
  const sessions = (retiring?.sessions ?? []).filter(({ role }) => !isRetired(role, retired));
  const told = sessions.map(({ role, count: number }) => `${count(number, 'session')} of ${shown(role)}`).join(', ');
  return [
    ...(name === seen.server.database
      ? [refusal('retired-database-home', 'the admin DSN connects to it', 'name another database in the admin DSN')]
      : []),
    ...(retiring?.isTemplate
      ? [
          refusal(
            'retired-database-template',
            'it is a template for others',
            runs(ownerOrSuperuser, anyDatabase, `ALTER DATABASE ${identifier(name)} IS_TEMPLATE false;`),
          ),
        ]
      : []),
    ...(sessions.length > 0 && name !== seen.server.database
      ? [refusal('retired-database-in-use', `in it are ${told}`, 'stop what uses it, and run the same command again')]
      : []),
    ...(retired?.databases.get(name) === 'unfinished' ? [] : dumpRefusal(name, seen, refusal)),
  ];
}

function isRetired(role: string, retired: Scope['retired']): boolean {
  return ['ours', 'adopted'].includes(retired?.roles.get(role) ?? '');
}

function dumpRefusal(
  name: string,
  { retiring }: Scope['seen'],
  refusal: (code: string, why: string, remedy: Remedy) => Diagnostic,
): Diagnostic[] {
  const dump = retiring?.dumps.get(name);
  if (dump?.state === 'usable') return [];
  const path = dump?.path ?? `./dumps/${name}.dump`;
  const why =
    dump === undefined
      ? 'the manifest names no dump of it'
      : dump.state === 'missing'
        ? `its dump ${printable(path)} is not there`
        : `its dump ${printable(path)} ${dump.fault ?? 'is not usable'}`;
  const dumping = command('pg_dump', '--format=custom', `--dbname=${name}`, '--file', { path });
  const naming =
    dump === undefined ? 'name its dump under retire in the manifest, made as the admin with ' : 'as the admin ';
  return [refusal('retired-database-dump', why, [naming, dumping])];
}
