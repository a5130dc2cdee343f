// Who would keep an apply waiting: open and prepared transactions, sessions in the templates. Pure.
import { type Check, type Remedy, some } from 'bus-integration-database';
import { boundedChecks, mostTold } from '../text/bounded.ts';
import { anyDatabase, inDatabase, ownerOrSuperuser, runs } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier, literal } from '../text/sql-text.ts';
import { check } from './doctor-check.ts';
import type { Blocker, DoctorObservation, PreparedTransaction, TemplateSession } from './server-facts.ts';

const oldSeconds = 600;

export interface BlockerContext {
  readonly admin: string;
  /** In which the admin's own connection is. */
  readonly database: string;
  readonly makesDatabases: boolean;
}

export function blockerChecks(observation: DoctorObservation, context: BlockerContext): Check[] {
  return [
    ...boundedChecks(lockChecks(observation, context.admin), 'transactions that apply would wait for'),
    ...boundedChecks(preparedChecks(observation), 'prepared transactions'),
    ...boundedChecks(templateChecks(observation.templateSessions, context), 'sessions in the templates'),
  ];
}

function lockChecks({ blockers, sees }: DoctorObservation, admin: string): Check[] {
  if (blockers.length === 0)
    return [check('blocking-locks', 'ok', 'no transaction holds what an apply would wait for')];
  return blockers.map((blocker) => {
    const since =
      blocker.seconds !== null
        ? `for ${ageText(blocker.seconds)}`
        : sees.sessions
          ? 'since a moment ago'
          : `since when can't be seen (GRANT pg_read_all_stats TO ${identifier(admin)}; would show it)`;
    const what = blocker.isStrong
      ? `locks ${some(blocker.things.map(printable), mostTold)}`
      : `has changed ${some(blocker.things.map(printable), mostTold)} and not committed`;
    return check(
      'blocking-locks',
      'warn',
      `${nameOf(blocker)} ${what}, ${since}; apply would wait for its end, 10 s at most for each lock`,
      blocker.gid === null
        ? runs(
            'wait for its end, or a superuser or its own role',
            anyDatabase,
            `SELECT pg_terminate_backend(${blocker.pid});`,
          )
        : runs(ownerOrSuperuser, { where: 'in its database' }, `ROLLBACK PREPARED ${literal(blocker.gid)};`),
    );
  });
}

function nameOf({ pid, gid, application, role }: Blocker): string {
  if (gid !== null) return `prepared transaction ${shown(gid)}`;
  const who = role === null ? '' : ` of ${shown(role)}`;
  const named = application === null || application === '' ? '' : ` (${printable(application)})`;
  return `server process ${pid}${who}${named}`;
}

/** They outlive restarts, keep what they hold, and keep vacuum from cleaning up. */
function preparedChecks({ prepared, blockers }: DoctorObservation): Check[] {
  const told = new Set(blockers.map(({ gid }) => gid));
  const old = prepared.filter(({ gid, seconds }) => seconds >= oldSeconds && !told.has(gid));
  if (prepared.length === 0) return [check('prepared-transactions', 'ok', 'no transaction is prepared')];
  if (old.length === 0) return [check('prepared-transactions', 'ok', `${prepared.length} prepared, none forgotten`)];
  return old.map((transaction) =>
    check(
      'prepared-transactions',
      'warn',
      `prepared transaction ${shown(transaction.gid)} of ${shown(transaction.role)} has waited for ${ageText(transaction.seconds)}`,
      preparedRemedy(transaction),
    ),
  );
}

function preparedRemedy({ gid, database }: PreparedTransaction): Remedy {
  const sql = `ROLLBACK PREPARED ${literal(gid)};`;
  return runs('if nobody will end it, its owner or a superuser', inDatabase(database), sql);
}

/** https://www.postgresql.org/docs/current/manage-ag-templatedbs.html: no copy of a database while others are in it. */
function templateChecks(sessions: readonly TemplateSession[], { database, makesDatabases }: BlockerContext): Check[] {
  if (database === 'template1')
    return [
      check(
        'template-sessions',
        'warn',
        "the admin DSN names database template1: while a run is connected to it, others' CREATE DATABASE fails",
        'name database postgres in the admin DSN',
      ),
    ];
  if (sessions.length === 0) return [check('template-sessions', 'ok', 'nobody is connected to the templates')];
  return sessions.map(({ database, pid, role, application }) => {
    const who = `server process ${pid}${role === null ? '' : ` of ${shown(role)}`}${application === '' ? '' : ` (${printable(application)})`}`;
    const isOurs = database === 'template0';
    return check(
      'template-sessions',
      isOurs && makesDatabases ? 'fail' : 'warn',
      isOurs
        ? `${who} is connected to template0, of which apply makes databases: that fails meanwhile`
        : `${who} is connected to template1: others' CREATE DATABASE fails meanwhile (apply copies template0)`,
      runs(
        'end it, or a superuser',
        anyDatabase,
        `SELECT pg_terminate_backend(${pid});${isOurs ? ' ALTER DATABASE template0 ALLOW_CONNECTIONS false;' : ''}`,
      ),
    );
  });
}

function ageText(seconds: number): string {
  if (seconds < 120) return `${Math.max(0, seconds)} s`;
  return seconds < 7_200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
}
