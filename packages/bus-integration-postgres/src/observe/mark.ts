// How a role or database shows whose it is: a whole line of its comment, and, while a database is unfinished, the
// connection limit it was born with. A label, not a security boundary.
import { createHash } from 'node:crypto';
import type { ObservedDatabase, ObservedRole } from './observation.ts';

const prefix = 'bus-deployment=';

export function markOf(deploymentId: string): string {
  return `${prefix}${deploymentId}`;
}

/** Every deployment whose mark a comment carries. */
export function deploymentsIn(comment: string | null): string[] {
  return lines(comment)
    .filter((line) => line.startsWith(prefix))
    .map((line) => line.slice(prefix.length));
}

/** Whose mark a comment carries: ours where several marks stand. */
export function markedBy(comment: string | null, deploymentId: string): string | null {
  const deployments = deploymentsIn(comment);
  return deployments.includes(deploymentId) ? deploymentId : (deployments[0] ?? null);
}

/** The comment with this deployment's mark as its only mark, all other text kept. */
export function withMark(comment: string | null, deploymentId: string): string {
  return [...lines(comment).filter((line) => !line.startsWith(prefix)), markOf(deploymentId)].join('\n');
}

const withoutPassword = 'bus-password=none';

/** The comment of a role that is made without a password: nobody was ever given one. */
export function withNoPassword(comment: string): string {
  return [comment, withoutPassword].join('\n');
}

/** The comment of a role that is given a password; undefined where it says nothing of that. */
export function withPassword(comment: string | null): string | undefined {
  if (!neverHadPassword(comment)) return undefined;
  return lines(comment)
    .filter((line) => line !== withoutPassword)
    .join('\n');
}

/** By what the server stores; where that can't be read, by the comment of a role that was made without one. */
export function hasNoPassword(role: Pick<ObservedRole, 'verifier' | 'comment'> | undefined): boolean {
  if (role === undefined) return false;
  return role.verifier === undefined ? neverHadPassword(role.comment) : role.verifier === null;
}

function neverHadPassword(comment: string | null): boolean {
  return lines(comment).includes(withoutPassword);
}

/** Whose a thing is, by its comment. Ours wins where several marks stand. */
export function ownership(comment: string | null, deploymentId: string): 'ours' | 'foreign' | 'unmarked' {
  const deployments = deploymentsIn(comment);
  if (deployments.includes(deploymentId)) return 'ours';
  return deployments.length > 0 ? 'foreign' : 'unmarked';
}

/**
 * The connection limit that a database carries from its birth until it is finished: 1 to 2^31-1, so that one statement
 * makes it, closes it and says whose it is.
 */
export function birthLimit(deploymentId: string, database: string): number {
  const hash = createHash('sha256')
    .update(JSON.stringify([deploymentId, database]))
    .digest();
  return (hash.readUInt32BE(0) % 0x7fffffff) + 1;
}

/** Made by an apply of this deployment that was cut off before it could mark and open it. */
export function isUnfinished(database: ObservedDatabase, deploymentId: string, admin: string): boolean {
  return (
    database.owner === admin &&
    !database.allowsConnections &&
    deploymentsIn(database.comment).length === 0 &&
    database.connectionLimit === birthLimit(deploymentId, database.name)
  );
}

function lines(comment: string | null): string[] {
  return comment === null || comment === '' ? [] : comment.split(/\r?\n/);
}
