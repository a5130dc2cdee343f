// What a role lacks of the parameters that it is to set although a superuser alone sets them, and what it has beyond. Pure.
import { ownCommand } from 'bus-integration-database';
import { quotedSetting } from '../../kinds/roles/setting-content.ts';
import type { SeenAccess } from '../../sql/verify/seen-access.ts';
import { shown } from '../../text/shown.ts';
import type { ExpectedAccess } from './declared-access.ts';
import { type AccessFinding, beyondIt, fail } from './finding-words.ts';
import { taking } from './taking.ts';

export function ofParameters(expected: ExpectedAccess, seen: SeenAccess, database: string): AccessFinding[] {
  const { role, parameters, namesParameters } = expected;
  const heldOn = (name: string) => seen.parameters.find((one) => one.name === name)?.privileges ?? [];
  const plan = ownCommand('plan');
  const lacking = [...parameters].flatMap(([privilege, names]) =>
    [...names]
      .filter((name) => !heldOn(name).includes(privilege))
      .map((name) => fail(`${shown(role)} lacks ${privilege} on parameter ${shown(name)}`, plan)),
  );
  if (!namesParameters) return lacking;
  const beyond = seen.parameters.flatMap(({ name, owner, privileges, entries }) => {
    // What its groups and everyone have is no excess of its own.
    const own = entries.filter(({ grantee }) => grantee === role);
    const extra = privileges.filter(
      (one) => parameters.get(one)?.has(name) !== true && own.some(({ privilege }) => privilege === one),
    );
    if (extra.length === 0) return [];
    const revoke = (held: readonly string[]) => `REVOKE ${held.join(', ')} ON PARAMETER ${quotedSetting(name)}`;
    const excess = { expected, seen, database, privileges: extra, entries: own, owner, revoke };
    return [
      beyondIt(
        `${shown(role)} has ${extra.join(', ')} on parameter ${shown(name)}; expected that it has not`,
        taking({ ...excess, as: 'a superuser' }) ?? plan,
      ),
    ];
  });
  return [...lacking, ...beyond];
}
