// What a manifest says of a role.
import { either, flag, list, object, text, type ValueOf, word } from 'bus-integration-database/manifest';
import { connections, role, settings } from './common-shapes.ts';
import { momentFault } from './moments.ts';

const membership = object({
  of: 'a membership',
  keys: {
    role: { shape: role, text: 'The group.', isRequired: true },
    inherit: { shape: flag(), text: 'Whether its rights are in effect without SET ROLE.' },
    set: { shape: flag(), text: 'Whether SET ROLE to it is allowed.' },
    admin: { shape: flag(), text: 'Whether others may be made its members.' },
  },
});

export type MembershipEntry = string | ValueOf<typeof membership>;

export const roleShape = object({
  of: 'a role',
  keys: {
    login: { shape: flag(), text: 'Whether it may log in; it then gets a password, and files as outputs say.' },
    connections,
    valid_until: {
      shape: text({ expected: 'a time', fault: momentFault }),
      text: 'Until when its password is good: a time with its zone, or infinity.',
    },
    settings,
    inherit: { shape: flag(), text: 'Whether rights of its groups are in effect without SET ROLE.' },
    acts_as: {
      shape: role,
      text: 'The role, without login, as which it works from the login on: what it makes belongs to that one.',
    },
    member_of: {
      shape: list<MembershipEntry>(
        either(role, membership),
        (one) => (typeof one === 'string' ? one : one.role),
        'groups',
      ),
      text: 'Its groups: names, or {role, inherit, set, admin}.',
    },
    members: { shape: word('exact'), text: 'exact: it has no members but those of this file.' },
    createdb: { shape: flag(), text: 'Whether it may make databases.' },
    bypassrls: { shape: flag(), text: 'Whether row-level security leaves it alone.' },
    replication: { shape: flag(), text: 'Whether it may replicate.' },
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
