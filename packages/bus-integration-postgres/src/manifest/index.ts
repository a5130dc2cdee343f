// The manifest of PostgreSQL. Loaded only where one is read.

export type { ExpandedAccess, ExpandedDatabase, ExpandedExtension } from './databases.ts';
export type { Manifest } from './definition.ts';
export type { ExpandedManifest, ExpandedRole } from './expand.ts';
export { expandManifest } from './expand.ts';
export { manifestTitle, postgresManifest } from './language.ts';
export type { AccessDetail } from './shapes/access.ts';
export { type AccessWord, accessWords } from './shapes/access-words.ts';
export type { DatabaseEntry } from './shapes/database-shape.ts';
export { outputForms } from './shapes/output-forms.ts';
export type { RoleEntry } from './shapes/role-shape.ts';
export { settingFault } from './shapes/settings.ts';
