// THE table: all that is known of each kind of resource, and of each action that steps are. Showing a plan and applying
// it read the same row; a kind, a member or an action that is missing does not compile.
import type { ContentsGrant } from './access/contents.ts';
import type { DefaultPrivileges } from './access/default-privileges-held.ts';
import type { Grant } from './access/grant-held.ts';
import type { ParameterGrant } from './access/parameters.ts';
import { contentsGrant } from './contents-grant.ts';
import { type Database, database } from './database.ts';
import { defaultPrivileges } from './default-privileges.ts';
import { type DsnFile, dsnFile } from './dsn-file.ts';
import { type Extension, extension } from './extension.ts';
import { grant } from './grant.ts';
import { type Members, members } from './members.ts';
import { type Membership, membership } from './membership.ts';
import { parameterGrant } from './parameter-grant.ts';
import { type RetiredDatabase, retiredDatabase } from './retired-database.ts';
import { type RetiredRole, retiredRole } from './retired-role.ts';
import { type Role, role } from './role.ts';
import type { StoredSetting } from './roles/setting-content.ts';
import { type Schema, schema } from './schema.ts';
import { setting } from './setting.ts';
import { type Kinds, tableOf } from './table.ts';

export type Resource =
  | Role
  | Membership
  | Members
  | Database
  | Schema
  | Extension
  | Grant
  | ContentsGrant
  | DefaultPrivileges
  | StoredSetting
  | ParameterGrant
  | DsnFile
  | RetiredDatabase
  | RetiredRole;

export const kinds = {
  role,
  membership,
  members,
  database,
  schema,
  extension,
  grant,
  setting,
  'contents-grant': contentsGrant,
  'default-privileges': defaultPrivileges,
  'parameter-grant': parameterGrant,
  'dsn-file': dsnFile,
  'retired-database': retiredDatabase,
  'retired-role': retiredRole,
} satisfies Kinds<Resource>;

export const { registeredActions, kindOf, idOf, ruleOf, statementsOf, summaryOf } = tableOf<Resource>(kinds);
