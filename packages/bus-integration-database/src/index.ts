// The public face of bus-integration-database.
export type { Delta } from './diff.ts';
export { diff } from './diff.ts';
export type { ErrorClass, ErrorDetails } from './errors.ts';
export { errorClasses, OperationError } from './errors.ts';
export type { Database, DsnFile, Grantee, PrivilegeObject, Privileges, Resource, Role, Schema } from './resource.ts';
export { idOf, privilegesOf } from './resource.ts';
export { Secret } from './secret.ts';
