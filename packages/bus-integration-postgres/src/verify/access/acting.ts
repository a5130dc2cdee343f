// A login that acts as another role: that it does, and that without it nothing is left to it but its own access.
import { randomBytes } from 'node:crypto';
import { ownCommand } from 'bus-integration-database';
import type { Session } from '../../connection/session/session.ts';
import type { ExpandedManifest } from '../../manifest/expand.ts';
import { creationTrial } from '../../sql/verify/trial-script.ts';
import { shown } from '../../text/shown.ts';
import { readAccess } from './access-shape.ts';
import { expectedAccess } from './declared-access.ts';
import { type AccessFinding, things } from './finding-words.ts';
import { readFindings } from './read-findings.ts';
import { trialsOf, tryStatements } from './tries.ts';

/** After SET ROLE NONE: as its setting would leave it that fails soft. Two round trips. */
export async function withoutActing(
  session: Session,
  { role, database }: { readonly role: string; readonly database: string },
  manifest: ExpandedManifest,
  doing: string,
): Promise<AccessFinding[]> {
  const expected = expectedAccess(manifest, role, database);
  if (expected === undefined) return [];
  const seen = await readAccess(session, expected, doing);
  // What is on single things is tried.
  const read = readFindings(expected, seen, database).flatMap((finding) =>
    finding.about === undefined ? [{ ...finding, seen: `after SET ROLE NONE: ${finding.seen}` }] : [],
  );
  const name = `bus_verify_${randomBytes(6).toString('hex')}`;
  const creations = [...expected.schemas]
    .filter(([name, { schema }]) => !schema.has('CREATE') && !expected.openSchemas.includes(name))
    .map(([schema]) => ({ what: `a table in schema ${shown(schema)} is made`, sql: creationTrial(schema, name) }));
  const uses = trialsOf(expected, seen, { isOwnTried: true })
    .filter(({ isExpected }) => !isExpected)
    .map(({ relation, privilege, sql }) => ({
      what: `${privilege} on ${things(relation)} in schema ${shown(relation.schema)} is allowed`,
      sql,
    }));
  const trials = [...creations, ...uses];
  const statements = trials.map(({ sql }) => sql);
  const outcomes = await tryStatements(session, statements, doing, { isItself: true, writes: true });
  const passed = trials.filter((_, index) => outcomes[index]?.refusal === undefined);
  return [
    ...read,
    ...passed.map(({ what }) => ({
      result: 'fail' as const,
      seen: `after SET ROLE NONE ${what} for ${shown(role)}: then things belong to the wrong role; expected that the server refuses it`,
      remedy: ownCommand('plan'),
    })),
  ];
}
