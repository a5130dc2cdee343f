// What several kinds say or write alike.
import {
  advise,
  type ContentOf,
  type Diagnostic,
  type DsnFileStatus,
  type FilePair,
  type Remedy,
  type ShapeWords,
} from 'bus-integration-database';
import { withMark } from '../../observe/mark.ts';
import type { Observation } from '../../observe/observation.ts';
import { anyDatabase, runs, superuser } from '../../text/psql-remedy.ts';
import { shown } from '../../text/shown.ts';
import { identifier, literal } from '../../text/sql-text.ts';
import type { RuleContext, StatusContext } from './kind.ts';

/** The statement that gives a role or database the deployment's mark, the rest of its comment kept. */
export function markComment(
  kind: 'role' | 'database',
  name: string,
  now: string | null,
  { deploymentId }: RuleContext,
): string {
  return `COMMENT ON ${kind.toUpperCase()} ${identifier(name)} IS ${literal(withMark(now, deploymentId))}`;
}

/** A name, and the deployment whose mark it carries, if any. */
export const markedShape = ({ shape, text, orNull }: ShapeWords) => shape({ name: text, deployment: orNull(text) });

export function adoptionSummary({ before }: { readonly before?: ContentOf<typeof markedShape> }): string {
  return before?.deployment == null ? 'carried no mark' : `was deployment ${shown(before.deployment)}'s`;
}

export function passwordWord(password: string | undefined): string {
  switch (password) {
    case 'new':
      return 'new password';
    case 'staged':
      return 'the staged password';
    case 'sibling':
      return 'the password of its other files';
    default:
      return 'the password it has';
  }
}

/** Something that the admin lacks. */
export function lacking(code: string, message: string, { remedy }: { remedy: Remedy }): Diagnostic {
  return { severity: 'fail', code, message, ...advise(remedy) };
}

/** What `purpose` needs the database's owner for, where the admin is not that. */
export function lacksDatabase(name: string, purpose: string, { databases, admin }: Observation): Diagnostic[] {
  const database = databases.get(name);
  if (database === undefined || database.adminActsAsOwner) return [];
  return [
    lacking(
      'lacks-ownership',
      `database ${shown(name)} belongs to ${shown(database.owner)}; ${purpose} needs its owner`,
      {
        remedy: runs(superuser, anyDatabase, `ALTER DATABASE ${identifier(name)} OWNER TO ${identifier(admin.name)};`),
      },
    ),
  ];
}

/** Whether the password that a file holds is proven to be its role's. */
export function passwordState(
  { role: name, live }: FilePair,
  proofs: StatusContext['proofs'],
): DsnFileStatus['password'] {
  return live.state === 'present' ? proofs(name, live.password).state : 'none';
}

/** Where the password of a new role comes from. */
export function firstPassword(password: string | undefined): string {
  if (password === 'kept') return 'the password that its files hold';
  return password === 'staged' ? 'the password that its staged file holds' : passwordWord(password);
}
