// What every surface renders: the types of responses and their parts. Types only; contract-response.ts holds the schema.
import type * as z from 'zod/mini';
import type { reportParts, reportSchema } from './report-schema.ts';
import type {
  allowedSchema,
  checkSchema,
  databaseStatus,
  diagnosticSchema,
  dsnFileStatus,
  leftoverSchema,
  responseSchema,
  roleStatus,
  schemaStatus,
  targetSchema,
} from './response-schema.ts';

export type Verb = 'plan' | 'apply' | 'status' | 'verify' | 'doctor' | 'report';

export type Diagnostic = z.infer<typeof diagnosticSchema>;
export type Check = z.infer<typeof checkSchema>;

/** The server that a response speaks of; what it has beside the keys that every server has tells it from all others. */
export type Target = z.infer<typeof targetSchema>;

export type RoleStatus = z.infer<typeof roleStatus>;
export type DatabaseStatus = z.infer<typeof databaseStatus>;
export type SchemaStatus = z.infer<typeof schemaStatus>;
export type DsnFileStatus = z.infer<typeof dsnFileStatus>;
export type Leftover = z.infer<typeof leftoverSchema>;

/** What only a report reads of a server. */
export type ReportContent = z.infer<typeof reportSchema>;
export type ReportRole = z.infer<typeof reportParts.ReportRole>;
export type ReportDatabase = z.infer<typeof reportParts.ReportDatabase>;
export type ReportGround = z.infer<typeof reportParts.ReportGround>;
export type ReportAccess = z.infer<typeof reportParts.ReportAccess>;
export type ReportEntrance = z.infer<typeof reportParts.ReportEntrance>;
export type ReportMembership = z.infer<typeof reportParts.ReportMembership>;
export type ReportOwnership = z.infer<typeof reportParts.ReportOwnership>;
export type ReportFile = z.infer<typeof reportParts.ReportFile>;
export type ReportUnseen = z.infer<typeof reportParts.ReportUnseen>;

/** Risks and adoptions that a plan was made with; a saved plan carries them. */
export type Allowed = z.infer<typeof allowedSchema>;

/**
 * An answer. `actions` are the steps' kinds, one per step, in order; `complete` is false when something that was asked
 * for could not be seen.
 */
export type Response = z.infer<typeof responseSchema>;
