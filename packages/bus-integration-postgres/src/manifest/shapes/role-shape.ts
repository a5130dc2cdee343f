// What a manifest says of a role.
import { either, flag, list, named, object, text, type ValueOf, word } from 'bus-integration-database/manifest';
import { connections, role, settings } from './common-shapes.ts';
import { momentFault } from './moments.ts';
import { parametersShape } from './parameters.ts';

const membership = object({
  of: 'a membership',
  keys: {
    role: { shape: role, text: 'The role to be a member of.', isRequired: true },
    inherit: {
      shape: flag(),
      text: 'INHERIT: whether its privileges are in effect without SET ROLE. Not named: left as it is.',
    },
    set: {
      shape: flag(),
      text: 'SET: whether SET ROLE to it is allowed. false needs PostgreSQL 16. Not named: left as it is.',
    },
    admin: { shape: flag(), text: 'ADMIN: whether the member may grant the role to others. Not named: left as it is.' },
  },
});

export type MembershipEntry = string | ValueOf<typeof membership>;

export const roleShape = object({
  of: 'a role',
  keys: {
    login: {
      shape: flag(),
      text: 'true: the role may log in, and gets a password and the files of outputs. Not named: left as it is; a new role is created with NOLOGIN.',
    },
    connections,
    valid_until: {
      shape: text({ expected: 'a time', fault: momentFault }),
      text: 'VALID UNTIL: the time after which the password is refused, with its zone, or infinity. Not named: left as it is.',
    },
    settings,
    parameters: {
      shape: named('parameters', parametersShape),
      text: 'What it may set although only a superuser may: {SET: [...], ALTER SYSTEM: [...]}, and nothing beyond; PostgreSQL 15 and later. Not named: left as it is.',
    },
    inherit: {
      shape: flag(),
      text: 'Whether privileges of the roles it is a member of are in effect without SET ROLE. Not named: left as it is.',
    },
    acts_as: {
      shape: role,
      text: 'A role without login that it works as from the login on (SET role): what it creates belongs to that role.',
    },
    member_of: {
      shape: list<MembershipEntry>(
        either(role, membership),
        (one) => (typeof one === 'string' ? one : one.role),
        'groups',
      ),
      text: 'The roles that it is a member of: names, or {role, inherit, set, admin}. Other memberships are left as they are.',
    },
    members: {
      shape: word('exact'),
      text: 'exact: members that this file does not name are removed, with --allow revoke. Default: they stay.',
    },
    createdb: {
      shape: flag(),
      text: 'CREATEDB: whether it may create databases. true needs --allow elevate, taking it away --allow revoke. Not named: left as it is.',
    },
    bypassrls: {
      shape: flag(),
      text: 'BYPASSRLS: whether row-level security does not apply to it. Allowed as createdb is.',
    },
    replication: {
      shape: flag(),
      text: 'REPLICATION: whether it may start replication and base backups. Allowed as createdb is.',
    },
  },
  refused: {
    superuser: 'this file makes no superuser',
    createrole: 'this file makes no role that makes others: it could take over every role of the deployment',
    privileges: 'what a role may do stands in access of the databases',
    access: 'access stands in the databases, or in every_database',
    grants: 'what a role may do stands in access of the databases',
  },
});

export type RoleEntry = ValueOf<typeof roleShape>;
