// Logins that are none of the deployment's and get at everything, whatever was granted. Pure.
import { advise, type Check, printable } from 'bus-integration-database';
import { mostTold, someNames } from '../../../text/bounded.ts';
import { anyDatabase, runs, superuser } from '../../../text/psql-remedy.ts';
import { identifier } from '../../../text/sql-text.ts';
import type { PowerOfOther } from './declared-objects.ts';
import { leave } from './leave.ts';

const does: Readonly<Record<string, string>> = {
  pg_execute_server_program: 'run programs as the user of the server, which is as much as a superuser',
  pg_write_server_files: 'write files of the server, which is as much as a superuser',
  pg_read_server_files: 'read all files of the server, and so every table and password verifier',
};

/** One check for each power. */
export function powerChecks(powers: readonly PowerOfOther[]): Check[] {
  const groups = new Map<string, PowerOfOther[]>();
  for (const one of powers) {
    const key = does[one.power] === undefined ? '' : one.power;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups].map(([power, found]): Check => {
    const names = [...new Set(found.map(({ name }) => name))];
    const what =
      does[power] ??
      'make roles (CREATEROLE), and before PostgreSQL 16 so make itself a member of any role but a superuser, those of this deployment too';
    const sql = [...new Set(found.slice(0, mostTold).flatMap(taking))].join(' ');
    return {
      id: 'powers-of-others',
      kind: 'connectivity',
      target: printable(power === '' ? 'CREATEROLE' : power),
      result: 'warn',
      seen: `${someNames(names, mostTold)} may ${what}${power === '' ? '' : ` (${power})`}; not declared here`,
      ...advise(runs(`if it is not meant, ${superuser}`, anyDatabase, sql)),
    };
  });
}

function taking({ name, isItself, edges }: PowerOfOther): string[] {
  if (isItself) return [`ALTER ROLE ${identifier(name)} NOCREATEROLE;`];
  return edges.map(({ name: group, grantor }) => leave({ group, holder: name, grantor }));
}
