// Routines by which others do things with their owner's rights, as a service saw them. Pure.
import { advise, type Check, printable } from 'bus-integration-database';
import type { Definers } from '../../../sql/verify/definers-query.ts';
import { mostTold, someNames } from '../../../text/bounded.ts';
import { inDatabase, runs } from '../../../text/psql-remedy.ts';
import { shown } from '../../../text/shown.ts';
import { identifier } from '../../../text/sql-text.ts';

/** @param saysAll whether who gets at something in a declared schema is declared: by a manifest, not by lists */
export function definerChecks(database: string, definers: readonly Definers[] | null, saysAll: boolean): Check[] {
  return (definers ?? []).map((found): Check => {
    const { schema, isDeclared, owner, isSuperuser, to, count, names, strangers } = found;
    const what = count === 1 ? `routine ${printable(names[0] ?? '')}` : `${count} routines`;
    const [run, them] = count === 1 ? ['runs', 'it'] : ['run', 'them'];
    const some = count === 1 ? '' : `: ${names.map(printable).join(', ')}${count > mostTold ? ', …' : ''}`;
    const entering =
      strangers.length === 0
        ? ''
        : `; ${someNames(strangers, mostTold)}, not declared here, may log in and connect, and so ${strangers.length === 1 ? 'does' : 'do'} it`;
    const who = isSuperuser ? `${shown(owner)}, a superuser` : shown(owner);
    const from = to === null ? 'PUBLIC' : identifier(to);
    const sql = names.map((name) => `REVOKE EXECUTE ON ROUTINE ${identifier(schema)}.${printable(name)} FROM ${from};`);
    return {
      id: 'runs-as-owner',
      kind: 'connectivity',
      target: printable(database),
      database,
      // What a role was granted by name is told as that.
      result: saysAll && isDeclared && to === null && strangers.length > 0 ? 'fail' : 'warn',
      seen: `${what} in schema ${shown(schema)} ${run} with the rights of ${who} (SECURITY DEFINER), and ${to === null ? 'PUBLIC' : `${shown(to)}, not declared here,`} may call ${them}${some}${entering}`,
      ...advise(runs(`if it is not meant, ${shown(owner)} or a superuser`, inDatabase(database), sql.join(' '))),
    };
  });
}
