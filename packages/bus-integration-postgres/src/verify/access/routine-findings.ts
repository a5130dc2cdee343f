// What a role lacks on functions, procedures and aggregates, and what it has beyond its access. Pure.
import { ownCommand } from 'bus-integration-database';
import { isRoutine } from '../../kinds/access/routine-names.ts';
import type { SeenAccess, SeenRoutine } from '../../sql/verify/seen-access.ts';
import { inDatabase, runs } from '../../text/psql-remedy.ts';
import { printable, shown } from '../../text/shown.ts';
import { identifier, routineName } from '../../text/sql-text.ts';
import type { ExpectedAccess, ExpectedRoutine } from './declared-access.ts';
import { type AccessFinding, beyondIt, by, fail, forAll } from './finding-words.ts';
import { taking } from './taking.ts';

const executes = ['EXECUTE'];
const plan = ownCommand('plan');

/** Several of a name are told apart by the types of their arguments. */
export function isNamed({ named, types }: SeenRoutine, desired: ExpectedRoutine): boolean {
  return types !== null && named.some(({ name }) => isRoutine({ name, types }, desired));
}

export function ofRoutine(
  routine: SeenRoutine,
  expected: ExpectedAccess,
  seen: SeenAccess,
  database: string,
): AccessFinding[] {
  const { schema, owner, isOwn, isCalled, count, entries, named } = routine;
  const { role, isOwner, isClosed, schemas, creators } = expected;
  if (isOwner || isOwn) return [];
  const here = schemas.get(schema);
  const isMeant =
    here?.routines.has('EXECUTE') === true || here?.called.some((desired) => isNamed(routine, desired)) === true;
  if (isCalled === isMeant) return [];
  const on = `ROUTINE ${named.map((one) => routineName(schema, one)).join(', ')}`;
  const what = `${things(routine)} in schema ${shown(schema)}`;
  if (!isCalled) {
    const grant = `GRANT EXECUTE ON ${on} TO ${identifier(role)};`;
    const byOwner = runs(`${shown(owner)} or a superuser`, inDatabase(database), grant);
    const remedy = creators.includes(owner) ? plan : forAll(byOwner, count, named.length);
    return [fail(`${shown(role)} lacks EXECUTE on ${what}`, remedy)];
  }
  // Else PUBLIC calls everything.
  if (!isClosed) return [];
  const remedy =
    taking({
      ...{ expected, seen, database, privileges: executes, entries, owner },
      revoke: () => `REVOKE EXECUTE ON ${on}`,
    }) ?? plan;
  return [
    beyondIt(
      `${shown(role)} may call ${what}${by(entries, executes, role)}; expected that it may not`,
      forAll(remedy, count, named.length),
    ),
  ];
}

/** `routine close(date)`, `3 routines (close(date) and others like it)`. */
function things({ count, named: [first] }: SeenRoutine): string {
  const name = first === undefined ? '' : `${shown(first.name)}(${printable(first.arguments)})`;
  return count === 1 ? `routine ${name}` : `${count} routines (${name} and others like it)`;
}
