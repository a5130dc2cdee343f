// Why a service was refused, from what the admin sees of its role and database: the cause by name, and the command that
// removes it. Pure.

import { type FilePair, type FileReading, ownCommand, type Remedy } from 'bus-integration-database';
import { adminOrSuperuser, anyDatabase, ownerOrSuperuser, reload, runs, superuser } from '../../../text/psql-remedy.ts';
import { printable, shown } from '../../../text/shown.ts';
import { identifier } from '../../../text/sql-text.ts';
import type { DeclaredObjects, DeclaredRole } from './declared-objects.ts';

export interface Cause {
  readonly seen: string;
  readonly remedy: Remedy;
}

type RefusedLogin = Pick<FilePair, 'role' | 'database' | 'path' | 'live'>;

/** When it was refused, and by what. */
interface RefusalPoint {
  /** The login itself went well. */
  readonly hasEntered: boolean;
  readonly routine: string | undefined;
}

/** Undefined where the catalogs show nothing that would explain it. */
export function causeOf(
  login: RefusedLogin,
  sqlstate: string,
  declared: DeclaredObjects,
  { hasEntered, routine = connectRoutine }: RefusalPoint,
): Cause | undefined {
  const { role, database, path } = login;
  const itsRole = declared.roles.find(({ name }) => name === role);
  const itsDatabase = declared.databases.find(({ name }) => name === database);
  if (itsRole === undefined) return { seen: `role ${shown(role)} does not exist`, remedy: plan };
  if (!itsRole.canLogin)
    return {
      seen: `role ${shown(role)} may not log in (NOLOGIN)`,
      remedy: runs(adminOrSuperuser, anyDatabase, `ALTER ROLE ${identifier(role)} LOGIN;`),
    };
  if (sqlstate === '28P01') {
    if (!itsRole.hasExpired)
      return { seen: `the password in ${path} is not the one that the server has`, remedy: plan };
    return {
      seen: `the password of role ${shown(role)} has expired: VALID UNTIL ${itsRole.validUntil ?? '-infinity'} UTC`,
      remedy: validForEver(itsRole),
    };
  }
  if (itsDatabase === undefined && sqlstate === '3D000')
    return { seen: `database ${shown(database)} does not exist`, remedy: plan };
  if (itsDatabase?.allowsConnections === false) {
    return {
      seen: `database ${shown(database)} allows no connections`,
      remedy: runs(ownerOrSuperuser, anyDatabase, `ALTER DATABASE ${identifier(database)} ALLOW_CONNECTIONS true;`),
    };
  }
  if (sqlstate === '42501' && !hasEntered && routine === connectRoutine)
    return { seen: `role ${shown(role)} has no CONNECT on database ${shown(database)}`, remedy: plan };
  return settingCause(login, sqlstate, declared);
}

/** Apply gives back what the manifest says. */
export function validForEver({ name, isDated }: Pick<DeclaredRole, 'name' | 'isDated'>): Remedy {
  if (isDated) return [`write a later valid_until under ${shown(name)} in the manifest, then `, ownCommand('apply')];
  return runs(adminOrSuperuser, anyDatabase, `ALTER ROLE ${identifier(name)} VALID UNTIL 'infinity';`);
}

/** What of PostgreSQL looks at CONNECT. */
const connectRoutine = 'CheckMyDatabase';

const plan = ownCommand('plan');

// The settings that end or refuse what a service does, by the SQLSTATE that they show themselves by.
const culprits: Readonly<Record<string, readonly string[]>> = {
  '57014': ['statement_timeout'],
  '55P03': ['lock_timeout'],
  '25P04': ['transaction_timeout'],
  '25P03': ['idle_in_transaction_session_timeout'],
  '57P05': ['idle_session_timeout'],
  '25006': ['default_transaction_read_only', 'transaction_read_only'],
  '3F000': ['search_path'],
  '42501': ['search_path', 'role', 'session_preload_libraries'],
  '58P01': ['session_preload_libraries', 'local_preload_libraries'],
};

function settingCause(login: RefusedLogin, sqlstate: string, declared: DeclaredObjects): Cause | undefined {
  for (const name of culprits[sqlstate] ?? []) {
    const set = settingOf(login, name, declared);
    if (set !== undefined)
      return { seen: `${name} = ${printable(set.value)} (${set.where}) is in its way`, remedy: set.reset };
  }
  return sqlstate === '57014' ? statementTimeout : undefined;
}

/** Neither its file nor its role or database has one. What verify itself allows is told apart by SHOW. */
const statementTimeout: Cause = {
  seen: 'statement_timeout of the server, or the 15 s of verify, ended it',
  remedy: [
    'where SHOW statement_timeout says less in its session, ',
    runs(superuser, anyDatabase, 'ALTER SYSTEM RESET statement_timeout;'),
    '; where postgresql.conf has it, take it out there; then ',
    reload(),
    '; else see in pg_stat_activity what it waits for',
  ],
};

/** What was stored for a session of this role in this database, and the statement that takes it away. */
export function settingOf(
  { role, database, path, live }: RefusedLogin,
  name: string,
  declared: DeclaredObjects | undefined,
): { readonly value: string; readonly where: string; readonly reset: Remedy } | undefined {
  const ofFile = optionOf(live, name);
  // What the client itself says goes before what is stored.
  if (ofFile !== undefined)
    return {
      value: ofFile,
      where: `in options of ${path}`,
      reset: ['edit ', { kind: 'path', path }, `: take ${name} out of options${ofKey}`],
    };
  const [ofRole, ofDatabase] = [identifier(role), identifier(database)];
  // The first that stands counts: https://www.postgresql.org/docs/current/sql-alterrole.html
  const places = [
    {
      of: [role, database],
      where: `of role ${shown(role)} in ${shown(database)}`,
      alter: `ROLE ${ofRole} IN DATABASE ${ofDatabase}`,
      who: adminOrSuperuser,
    },
    { of: [role, null], where: `of role ${shown(role)}`, alter: `ROLE ${ofRole}`, who: adminOrSuperuser },
    {
      of: [null, database],
      where: `of database ${shown(database)}`,
      alter: `DATABASE ${ofDatabase}`,
      who: ownerOrSuperuser,
    },
    { of: [null, null], where: 'of every role', alter: 'ROLE ALL', who: superuser },
  ];
  for (const { of, where, alter, who } of places) {
    const stored = declared?.settings.find((one) => one.role === of[0] && one.database === of[1]);
    const entry = stored?.settings.find((one) => one.startsWith(`${name}=`));
    if (entry !== undefined)
      return {
        value: entry.slice(name.length + 1),
        where,
        reset: runs(who, anyDatabase, `ALTER ${alter} RESET ${name};`),
      };
  }
  return undefined;
}

const ofKey = ', and out of BUS_DATABASE_SERVICE_PARAMETERS where that says it too';

/** The last one that `-c name=value`, `-cname=value` or `--name=value` says, as the server reads them. */
function optionOf(live: FileReading, name: string): string | undefined {
  if (live.state !== 'present') return undefined;
  const words = (live.endpoint.options ?? '').match(/(?:\\.|\S)+/gs) ?? [];
  const said = words.flatMap((word, index) => {
    const setting = word.startsWith('--')
      ? word.slice(2)
      : word === '-c'
        ? words[index + 1]
        : /^-c(.+)/s.exec(word)?.[1];
    const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(setting ?? '') ?? [];
    return key.replaceAll('-', '_').toLowerCase() === name ? [value.replace(/\\(.)/gs, '$1')] : [];
  });
  return said.at(-1);
}

interface Limit extends Cause {
  /** Of no connections at all: waiting does not help. */
  readonly isZero: boolean;
}

/** 53300 is one code for three limits: that of the role, of the database, or the server's own, then undefined. */
export function limitOf(
  { role, database }: RefusedLogin,
  message: string,
  declared: DeclaredObjects,
): Limit | undefined {
  const candidates = [
    { kind: 'ROLE', word: 'role', found: declared.roles.find(({ name }) => name === role) },
    { kind: 'DATABASE', word: 'database', found: declared.databases.find(({ name }) => name === database) },
  ];
  for (const { kind, word, found } of candidates) {
    if (found === undefined || found.connectionLimit < 0) continue;
    const { name, connectionLimit, connections } = found;
    // The message may be in any language; where it is in English it says which limit it was.
    if (connections < connectionLimit && !message.includes(`for ${word} "`)) continue;
    return {
      isZero: connectionLimit === 0,
      seen:
        connectionLimit === 0
          ? `${word} ${shown(name)} takes no connections (CONNECTION LIMIT 0)`
          : `${word} ${shown(name)} has no connection left of its ${connectionLimit} (CONNECTION LIMIT)`,
      remedy: runs(
        kind === 'ROLE' ? adminOrSuperuser : ownerOrSuperuser,
        anyDatabase,
        `ALTER ${kind} ${identifier(name)} CONNECTION LIMIT ${connectionLimit === 0 ? -1 : 2 * connectionLimit};`,
      ),
    };
  }
  return undefined;
}
