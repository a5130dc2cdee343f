// The schema of what only a report reads of a server: who may do what and by which way, who may come from where, memberships.
// What plan, status and verify say stands in the response beside it. Types come from here.
import * as z from 'zod/mini';
import { list, may, shape } from './shape.ts';

const wholeNumber = z.number().check(z.int(), z.gte(0));

/** Raised when a reader of older reports would read a newer one wrongly. */
const reportVersion = 1;

const reportRole = shape({
  name: z.string(),
  is_declared: z.boolean(),
  can_login: z.boolean(),
  /** What it may do beyond any privilege, in the provider's words. */
  has_all_rights: z.boolean(),
  powers: list(z.string()),
  connections: wholeNumber,
  connection_limit: may(wholeNumber),
  valid_until: may(z.string()),
});

const reportDatabase = shape({
  name: z.string(),
  is_declared: z.boolean(),
  owner: z.string(),
  connections: wholeNumber,
  connection_limit: may(wholeNumber),
  is_seen: z.boolean(),
});

const reportGround = shape({ on: z.string(), privileges: list(z.string()), via: list(z.string()) });

const reportAccess = shape({
  role: z.string(),
  database: z.string(),
  word: z.string(),
  declared: may(z.string()),
  /** Which of `grounds`. */
  ground: wholeNumber,
});

const reportEntrance = shape({
  from: z.string(),
  is_encrypted: may(z.boolean()),
  roles: list(z.string()),
  databases: list(z.string()),
  /** Absent where no line is met: the server refuses. */
  rule: may(shape({ file: z.string(), line: wholeNumber, text: z.string() })),
  method: may(z.string()),
});

const reportMembership = shape({
  member: z.string(),
  group: z.string(),
  admin: z.boolean(),
  inherit: z.boolean(),
  set: z.boolean(),
});

const reportOwnership = shape({ owner: z.string(), of: z.string(), databases: list(z.string()) });

const reportFile = shape({ path: z.string(), role: z.string(), changed_at: z.string() });

const reportUnseen = shape({ what: z.string(), why: z.string(), remedy: may(z.string()) });

export const reportParts = {
  ReportRole: reportRole,
  ReportDatabase: reportDatabase,
  ReportGround: reportGround,
  ReportAccess: reportAccess,
  ReportEntrance: reportEntrance,
  ReportMembership: reportMembership,
  ReportOwnership: reportOwnership,
  ReportFile: reportFile,
  ReportUnseen: reportUnseen,
};

export const reportSchema = shape({
  version: z.literal(reportVersion),
  taken_at: z.string(),
  connections: wholeNumber,
  connection_limit: wholeNumber,
  roles: list(reportRole),
  roles_left_out: wholeNumber,
  databases: list(reportDatabase),
  access: list(reportAccess),
  grounds: list(list(reportGround)),
  entrances: list(reportEntrance),
  entrances_left_out: may(wholeNumber),
  memberships: list(reportMembership),
  memberships_left_out: may(wholeNumber),
  ownership: list(reportOwnership),
  files: list(reportFile),
  unseen: list(reportUnseen),
});
