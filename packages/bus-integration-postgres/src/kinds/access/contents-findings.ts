// What of privileges on what is in a schema this admin can't bring about, or others gave: told, with the statements for who
// can. Pure.
import { advise, type Diagnostic } from 'bus-integration-database';
import type { Observation } from '../../observe/observation.ts';
import { beyondReach } from '../../ownership/effective.ts';
import { someNames } from '../../text/bounded.ts';
import { inDatabase, ownerOrSuperuser, runs } from '../../text/psql-remedy.ts';
import { printable, shown } from '../../text/shown.ts';
import { mayActAs } from '../common/acting.ts';
import type { Scope } from '../common/kind.ts';
import type { ContentsDifference, ContentsGrant, ContentsPart } from './contents.ts';
import { onObject } from './contents-step.ts';
import { granteeName } from './grant-object.ts';
import { privilegeSql, wordsOfObject } from './privileges.ts';

/** A statement that somebody else is to run names so many things one by one. */
const mostInStatement = 50;

export function contentsFindings(
  wish: ContentsGrant,
  { missing, extra, absent }: ContentsDifference,
  scope: Scope,
): Diagnostic[] {
  const { seen } = scope;
  const outOfReach = ({ owner }: ContentsPart) => !mayActAs(owner, scope, wish.database);
  return [
    ...missing.filter(outOfReach).map((part) => beyond('GRANT', wish, part)),
    ...extra.filter(outOfReach).map((part) => beyond('REVOKE', wish, part)),
    ...othersGrants(wish, seen),
    ...publicGrants(wish, seen),
    ...absentFinding(wish, absent, seen),
  ];
}

function beyond(verb: 'GRANT' | 'REVOKE', wish: ContentsGrant, part: ContentsPart): Diagnostic {
  const name = granteeName(wish.grantee);
  const one = onObject(wish.schema, bounded(part));
  const owner = shown(part.owner);
  const said = verb === 'GRANT' ? 'lacks' : 'has';
  return {
    severity: 'warn',
    code: verb === 'GRANT' ? 'other-owner' : 'extra-privilege',
    message: `${name === null ? 'PUBLIC' : `role ${shown(name)}`} ${said} ${part.privileges.join(', ')} on ${wordsOfObject(one)} of ${shown(wish.database)}, which ${owner} owns; this admin can't act as ${owner}`,
    target: printable(wish.database),
    ...advise(
      runs(
        `${owner} or a superuser`,
        inDatabase(wish.database),
        `${privilegeSql(verb, one, { database: wish.database, grantee: name })};`,
      ),
    ),
  };
}

function bounded(part: ContentsPart): ContentsPart {
  if (part.type === 'columns' || part.names === undefined || part.names.length <= mostInStatement) return part;
  const { names: _, ...all } = part;
  return all;
}

/** What was passed on by others than the owner, beyond what is wished. */
function othersGrants(wish: ContentsGrant, seen: Observation): Diagnostic[] {
  const { database, schema, grantee } = wish;
  if (!('role' in grantee)) return [];
  const objects = seen.inside.get(database)?.objects;
  return (objects?.patterns ?? []).flatMap((pattern) => {
    const wanted = wish[pattern.class];
    if (pattern.schema !== schema || pattern.isMember || wanted === undefined || wish.named.length > 0) return [];
    const theirs = beyondReach({ ...pattern, adminActsAsOwner: true }, grantee.role, seen.admin.name);
    return theirs
      .filter(({ privilege }) => !wanted.includes(privilege) && grantee.role !== pattern.owner)
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

function absentFinding(wish: ContentsGrant, absent: readonly string[], seen: Observation): Diagnostic[] {
  if (absent.length === 0 || seen.inside.get(wish.database)?.objects === undefined) return [];
  const names = absent.map((name) => `${wish.schema}.${name}`);
  return [
    {
      severity: 'warn',
      code: 'missing-object',
      message: `role ${shown(granteeName(wish.grantee) ?? 'PUBLIC')} is given privileges on ${someNames(names)} of ${shown(wish.database)}, where there is no such thing to grant them on`,
      target: printable(wish.database),
      remedy: 'make it, then apply again; or correct its name in access',
    },
  ];
}
