// What a manifest says of a database, or of every database.
import {
  either,
  flag,
  list,
  map,
  named,
  object,
  text,
  type ValueOf,
  whole,
  word,
} from 'bus-integration-database/manifest';
import { accessShape } from './access.ts';
import { connections, names, role, schema, settings } from './common-shapes.ts';
import { encodings } from './locales.ts';

const extension = object({
  of: 'an extension',
  keys: {
    name: {
      shape: text({ expected: 'the name of an extension', schema: names }),
      text: 'The name of the extension.',
      isRequired: true,
    },
    schema: {
      shape: text({ expected: 'the name of a schema', schema: names }),
      text: 'The schema for its objects. Default: public.',
    },
    version: {
      shape: text({ expected: 'a version' }),
      text: 'The version to install or update to, in quotes. Default: the default version of the server; an installed one is left as it is.',
    },
  },
});

export type ExtensionEntry = string | ValueOf<typeof extension>;

const publicShape = object({
  of: 'public',
  keys: {
    connect: { shape: flag(), text: 'true: every role of the server may connect to the database. Default: false.' },
    temporary: {
      shape: flag(),
      text: 'true: every role of the server may create temporary tables in the database. Default: false.',
    },
    create: {
      shape: list(schema, (name) => name, 'schemas'),
      text: 'The schemas in which every role of the server may create objects. Default: none.',
    },
  },
});

export const databaseShape = object({
  of: 'a database',
  keys: {
    owner: {
      shape: role,
      text: 'The role that owns the schemas and what is in them. The admin stays the owner of the database itself.',
    },
    owner_of_database: {
      shape: flag(),
      text: 'true: owner owns the database itself too, and can then drop it or let others in. Default: false.',
    },
    encoding: {
      shape: word(...encodings),
      text: 'The encoding of a database that is created. Default: UTF8. Of an existing database another one is refused.',
    },
    locale: {
      shape: text({ expected: 'a locale' }),
      text: 'The locale of a database that is created, as its provider spells it. Default: that of the template. Of an existing database another one is refused.',
    },
    provider: {
      shape: word('libc', 'icu', 'builtin'),
      text: 'The locale provider. icu needs PostgreSQL 15, builtin 17.',
    },
    template: {
      shape: text({ expected: 'the name of a database' }),
      text: 'The database that a new one is copied from. Default: template0.',
    },
    tablespace: {
      shape: text({ expected: 'the name of a tablespace' }),
      text: 'The tablespace of a database that is created. Default: the default of the server. An existing database is not moved.',
    },
    connections,
    settings,
    schemas: {
      shape: list(schema, (name) => name, 'schemas'),
      text: 'The schemas of the database. Missing ones are created. Default: public.',
    },
    extensions: {
      shape: list<ExtensionEntry>(
        either(text({ expected: 'the name of an extension', schema: names }), extension),
        (one) => (typeof one === 'string' ? one : one.name),
        'extensions',
      ),
      text: 'Extensions to install: names, or {name, schema, version}. Others are left as they are.',
    },
    access: {
      shape: map(named('access', accessShape), { of: 'role' }),
      text: 'What each role may do, by role: connect, read, write, create, a word of words, none, or a map of privileges. What a role of this file has beyond that is revoked, with --allow revoke.',
    },
    public: { shape: publicShape, text: 'What PUBLIC, every role of the server, may do. Default: nothing.' },
    routines: {
      shape: word('closed', 'keep'),
      text: 'closed: EXECUTE is revoked from PUBLIC and given by read and write. keep: functions and procedures are left as they are. Default: keep.',
    },
    default_privileges: {
      shape: word('exact', 'keep'),
      text: 'exact (default): of what its roles make later, the roles of this file have what access gives, and nothing beyond; keep: what is beyond that is told, and left.',
    },
    search_path: {
      shape: whole(
        either(
          word('keep'),
          list(text({ expected: 'the name of a schema' }), (name) => name, 'schemas'),
        ),
      ),
      text: 'The search_path of the database. Default: its schemas, if public is not one of them. keep: left as it is.',
    },
  },
  refused: { drop: 'what is to go stands in retire', name: 'its name is the key' },
});

export type DatabaseEntry = ValueOf<typeof databaseShape>;
