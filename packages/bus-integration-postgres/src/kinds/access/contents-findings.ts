// What of privileges on what is in a schema this admin can't bring about, or others gave: told, with the statements for who
// can. Pure.
import { advise, type Diagnostic } from 'bus-integration-database';
import type { Observation } from '../../observe/observation.ts';
import { someNames } from '../../text/bounded.ts';
import { inDatabase, ownerOrSuperuser, runs } from '../../text/psql-remedy.ts';
import { printable, shown } from '../../text/shown.ts';
import type { Scope } from '../kind/kind.ts';
import { mayActAs } from '../owners/acting.ts';
import type { ContentsDifference, ContentsGrant, ContentsPart } from './contents.ts';
import { onObject } from './contents-step.ts';
import { granteeName } from './grant-object.ts';
import { privilegeSql, wordsOfObject } from './privileges.ts';

/** A statement that somebody else is to run names so many things one by one. */
const mostInStatement = 50;

export function contentsFindings(
  desired: ContentsGrant,
  { missing, extra, absent }: ContentsDifference,
  scope: Scope,
): Diagnostic[] {
  const { seen } = scope;
  const outOfReach = ({ owner }: ContentsPart) => !mayActAs(owner, scope, desired.database);
  return [
    ...missing.filter(outOfReach).map((part) => beyond('GRANT', desired, part)),
    ...extra.filter(outOfReach).map((part) => beyond('REVOKE', desired, part)),
    ...othersGrants(desired, seen),
    ...publicGrants(desired, seen),
    ...absentFinding(desired, absent, seen),
  ];
}

function beyond(verb: 'GRANT' | 'REVOKE', desired: ContentsGrant, part: ContentsPart): Diagnostic {
  const name = granteeName(desired.grantee);
  const one = onObject(desired.schema, bounded(part));
  const owner = shown(part.owner);
  const said = verb === 'GRANT' ? 'lacks' : 'has';
  return {
    severity: 'warn',
    code: verb === 'GRANT' ? 'other-owner' : 'extra-privilege',
    message: `${name === null ? 'PUBLIC' : `role ${shown(name)}`} ${said} ${part.privileges.join(', ')} on ${wordsOfObject(one)} of ${shown(desired.database)}, which ${owner} owns; this admin can't act as ${owner}`,
    target: printable(desired.database),
    ...advise(
      runs(
        `${owner} or a superuser`,
        inDatabase(desired.database),
        `${privilegeSql(verb, one, { database: desired.database, grantee: name })};`,
      ),
    ),
  };
}

function bounded(part: ContentsPart): ContentsPart {
  if (part.type === 'columns' || part.names === undefined || part.names.length <= mostInStatement) return part;
  const { names: _, ...all } = part;
  return all;
}

/** What was passed on by others than the owner, beyond what is desired. */
function othersGrants(desired: ContentsGrant, seen: Observation): Diagnostic[] {
  const { database, schema, grantee } = desired;
  if (!('role' in grantee)) return [];
  const objects = seen.inside.get(database)?.objects;
  return (objects?.patterns ?? []).flatMap((pattern) => {
    const wanted = desired[pattern.class];
    if (pattern.schema !== schema || pattern.isMember || wanted === undefined || desired.named.length > 0) return [];
    return pattern.acl
      .filter(
        (entry) =>
          entry.grantee === grantee.role &&
          entry.grantor !== pattern.owner &&
          grantee.role !== pattern.owner &&
          !wanted.includes(entry.privilege),
      )
      .map(({ privilege, grantor }): Diagnostic => {
        const part = {
          type: pattern.class,
          owner: pattern.owner,
          ...(pattern.names !== null && { names: pattern.names }),
          privileges: [privilege],
        };
        const one = onObject(schema, bounded(part));
        return {
          severity: 'warn',
          code: 'extra-privilege',
          message: `role ${shown(grantee.role)} has ${privilege} on ${wordsOfObject(one)} of ${shown(database)}, granted by ${shown(grantor)}; this admin can't take it away`,
          target: printable(database),
          ...advise(
            runs(
              `${shown(grantor)} or a member of it`,
              inDatabase(database),
              `${privilegeSql('REVOKE', one, { database, grantee: grantee.role })};`,
            ),
          ),
        };
      });
  });
}

/** What PUBLIC has on tables, views and sequences, which no manifest gives it. Its grants on columns verify tells. */
function publicGrants({ database, schema, grantee }: ContentsGrant, seen: Observation): Diagnostic[] {
  if ('role' in grantee) return [];
  const objects = seen.inside.get(database)?.objects;
  return (objects?.patterns ?? []).flatMap(({ acl, class: type, owner, names, ...pattern }) => {
    if (pattern.schema !== schema || pattern.isMember || type === 'routines') return [];
    const held = acl.filter((entry) => entry.grantee === null);
    return [...new Set(held.map(({ grantor }) => grantor))].map((grantor): Diagnostic => {
      const privileges = held.filter((entry) => entry.grantor === grantor).map(({ privilege }) => privilege);
      const one = onObject(schema, bounded({ type, owner, ...(names !== null && { names }), privileges }));
      return {
        severity: 'warn',
        code: 'public-privilege',
        message: `PUBLIC has ${privileges.join(', ')} on ${wordsOfObject(one)} of ${shown(database)}, granted by ${shown(grantor)}: every role that may use the schema has it; expected nothing`,
        target: printable(database),
        ...advise(
          runs(
            grantor === owner ? ownerOrSuperuser : `${shown(grantor)} or a member of it`,
            inDatabase(database),
            `${privilegeSql('REVOKE', one, { database, grantee: null })};`,
          ),
        ),
      };
    });
  });
}

function absentFinding(desired: ContentsGrant, absent: readonly string[], seen: Observation): Diagnostic[] {
  if (absent.length === 0 || seen.inside.get(desired.database)?.objects === undefined) return [];
  const names = absent.map((name) => `${desired.schema}.${name}`);
  return [
    {
      severity: 'warn',
      code: 'missing-object',
      message: `role ${shown(granteeName(desired.grantee) ?? 'PUBLIC')} is given privileges on ${someNames(names)} of ${shown(desired.database)}, where there is no such thing to grant them on`,
      target: printable(desired.database),
      remedy: 'make it, then apply again; or correct its name in access',
    },
  ];
}
