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
    name: { shape: text({ expected: 'the name of an extension', schema: names }), text: 'Its name.', isRequired: true },
    schema: {
      shape: text({ expected: 'the name of a schema', schema: names }),
      text: 'The schema of what it brings; default: public.',
    },
    version: { shape: text({ expected: 'a version' }), text: 'Its version, in quotes; default: left alone.' },
  },
});

export type ExtensionEntry = string | ValueOf<typeof extension>;

const publicShape = object({
  of: 'public',
  keys: {
    connect: { shape: flag(), text: 'Whether every role of the server may connect.' },
    temporary: { shape: flag(), text: 'Whether every role of the server may make temporary tables.' },
    create: {
      shape: list(schema, (name) => name, 'schemas'),
      text: 'The schemas in which every role of the server may make things.',
    },
  },
});

export const databaseShape = object({
  of: 'a database',
  keys: {
    owner: {
      shape: role,
      text: 'The role that owns its schemas and what is in them; the database itself stays the admin’s.',
    },
    owner_of_database: {
      shape: flag(),
      text: 'Gives the database itself to owner too, who can then drop and open it.',
    },
    encoding: { shape: word(...encodings), text: 'Its encoding; default: UTF8.' },
    locale: { shape: text({ expected: 'a locale' }), text: 'Its locale, as the provider of the locale spells it.' },
    provider: { shape: word('libc', 'icu', 'builtin'), text: 'Who provides the locale: libc, icu or builtin.' },
    template: {
      shape: text({ expected: 'the name of a database' }),
      text: 'What it is made from; default: template0.',
    },
    tablespace: {
      shape: text({ expected: 'the name of a tablespace' }),
      text: 'Its tablespace; default: the server’s.',
    },
    connections,
    settings,
    schemas: { shape: list(schema, (name) => name, 'schemas'), text: 'Its schemas; default: public.' },
    extensions: {
      shape: list<ExtensionEntry>(
        either(text({ expected: 'the name of an extension', schema: names }), extension),
        (one) => (typeof one === 'string' ? one : one.name),
        'extensions',
      ),
      text: 'Its extensions: names, or {name, schema, version}.',
    },
    access: {
      shape: map(named('access', accessShape), { of: 'role' }),
      text: 'Who may do what: under each role connect, read, write, create, a word of words, none, or a map of what on what.',
    },
    public: { shape: publicShape, text: 'What every role of the server may; default: nothing.' },
    routines: {
      shape: word('closed', 'keep'),
      text: 'closed: only who has access calls routines; keep (default): left alone.',
    },
    search_path: {
      shape: whole(
        either(
          word('keep'),
          list(text({ expected: 'the name of a schema' }), (name) => name, 'schemas'),
        ),
      ),
      text: 'Its search_path; default: its schemas, where public is none of them. keep leaves it.',
    },
  },
  refused: { drop: 'what is to go stands in retire', name: 'its name is the key' },
});

export type DatabaseEntry = ValueOf<typeof databaseShape>;
