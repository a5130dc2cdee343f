// The manifest of PostgreSQL. Loaded only where one is read.
export type { AccessDetail } from './access.ts';
export { type AccessWord, accessWords } from './access-words.ts';
export type { DatabaseEntry } from './database-shape.ts';
export type { ExpandedAccess, ExpandedDatabase, ExpandedExtension } from './databases.ts';
export type { Manifest } from './definition.ts';
export type { ExpandedManifest, ExpandedRole } from './expand.ts';
export { expandManifest } from './expand.ts';
export { manifestTitle, postgresManifest } from './language.ts';
export { outputForms } from './output-forms.ts';
export type { RoleEntry } from './role-shape.ts';
export { settingFault } from './settings.ts';
