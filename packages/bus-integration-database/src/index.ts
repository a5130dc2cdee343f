// The public face of bus-integration-database.
export type { Delta } from './diff.ts';
export { diff } from './diff.ts';
export type { ErrorClass, ErrorDetails } from './errors.ts';
export { errorClasses, OperationError } from './errors.ts';
export type { Operation } from './events.ts';
export { eventNames, operations, requestEvent, responseEvent } from './events.ts';
export { failure, handle } from './handle.ts';
export { isIntact, planId } from './plan.ts';
export type { Context, Progress, Provider } from './provider.ts';
export type {
  ApplyRequest,
  Declaration,
  DoctorRequest,
  PlanRequest,
  Requests,
  StatusRequest,
  VerifyRequest,
} from './request.ts';
export { declarationOf, parseRequest } from './request.ts';
export type { Database, DsnFile, Grantee, PrivilegeObject, Privileges, Resource, Role, Schema } from './resource.ts';
export { idOf, privilegesOf } from './resource.ts';
export type {
  Allowed,
  Check,
  DatabaseStatus,
  Diagnostic,
  DsnFileStatus,
  Leftover,
  Response,
  RoleStatus,
  SchemaStatus,
  Target,
  Verb,
} from './response.ts';
export { Secret } from './secret.ts';
export type {
  Action,
  DatabasePrivileges,
  DsnFileContent,
  Marked,
  Risk,
  SchemaPrivileges,
  Step,
  StepOfAction,
  StepState,
} from './step.ts';
export { isMutating, risks } from './step.ts';
