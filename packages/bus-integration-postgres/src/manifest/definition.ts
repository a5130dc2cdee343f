// Everything that a manifest of PostgreSQL may hold: what is read, merged, and told to editors. What refers to something
// else in the file is judged in `roles`, `databases` and `expand`.
import {
  list,
  manifestHead,
  map,
  named,
  object,
  outputShape,
  text,
  type ValueOf,
  word,
} from 'bus-integration-database/manifest';
import { detailShape, wordFault } from './shapes/access.ts';
import { database, nameOf, names, role } from './shapes/common-shapes.ts';
import { databaseShape } from './shapes/database-shape.ts';
import { outputForms } from './shapes/output-forms.ts';
import { roleShape } from './shapes/role-shape.ts';

const verifyRow = object({
  of: 'a row of verify',
  keys: {
    role: { shape: role, text: 'The login role that runs the statement, in its own session.', isRequired: true },
    database: { shape: database, text: 'The database to run it in.', isRequired: true },
    sql: {
      shape: text({ expected: 'a statement', fault: (sql) => (sql.trim() === '' ? 'is empty' : undefined) }),
      text: 'One SQL statement. It runs in a transaction that is rolled back, for 10 seconds at most.',
      isRequired: true,
    },
    must: {
      shape: word('fail'),
      text: 'fail: the server must refuse the statement with insufficient_privilege (42501). Default: it must succeed.',
    },
  },
});

export const manifestShape = object({
  of: 'a manifest',
  isKept: true,
  keys: {
    ...manifestHead,
    roles: {
      shape: map(named('role', roleShape), { of: 'role', fault: nameOf('role'), names }),
      text: 'The roles of the deployment, by name. Roles belong to the whole server, not to one database. {} is a group role.',
    },
    every_database: {
      shape: named('database', databaseShape),
      text: 'What every database under databases has. A database adds to it: maps merge, lists add, a single value replaces.',
    },
    databases: {
      shape: map(named('database', databaseShape), { of: 'database', fault: nameOf('database'), names }),
      text: 'The databases of the deployment, by name, each with what it has beyond every_database.',
    },
    words: {
      shape: map(named('detail', detailShape), { of: 'word', fault: wordFault }),
      text: 'Access words of your own, by name: each is a map of privileges, to be used under access like read or write.',
    },
    outputs: {
      shape: list(outputShape(outputForms, role, database), (rule) => JSON.stringify(rule), 'outputs'),
      text: 'The files with connection settings that apply writes. Default: one rule, {form: uri}. []: no files.',
    },
    verify: {
      shape: list(verifyRow, (row) => JSON.stringify(row), 'rows'),
      text: 'Statements that verify runs beside its own checks, as a role of the file.',
    },
    retire: {
      shape: object({
        of: 'retire',
        keys: {
          roles: {
            shape: map(
              object({
                of: 'a retired role',
                keys: {
                  reassign_to: {
                    shape: role,
                    text: 'The role of this file that becomes the owner of what the retired role owns. Without it a role that owns something is refused.',
                  },
                },
              }),
              { of: 'role', fault: nameOf('role'), names },
            ),
            text: 'Roles to drop, by name. Only roles with the mark of this deployment are dropped.',
          },
          databases: {
            shape: map(
              object({
                of: 'a retired database',
                keys: {
                  drop: {
                    shape: database,
                    text: 'The name of the database again, as a confirmation.',
                    isRequired: true,
                  },
                  dump: {
                    shape: text({ expected: 'a path', fault: (path) => (path === '' ? 'is empty' : undefined) }),
                    text: 'The file that pg_dump wrote of this database: with the definition and the rows of every table, and at most 24 hours old; format plain only with --create. Without one the database is not dropped.',
                  },
                },
              }),
              { of: 'database', fault: nameOf('database'), names },
            ),
            text: 'Databases to drop, by name, with everything in them. Only databases with the mark of this deployment are dropped.',
          },
        },
      }),
      text: 'What to drop. Nothing is dropped because it left the file. Needs --allow destructive.',
    },
  },
  refused: { passwords: 'apply makes them; none stands in this file' },
});

/** A manifest as it is written. */
export type Manifest = ValueOf<typeof manifestShape>;
