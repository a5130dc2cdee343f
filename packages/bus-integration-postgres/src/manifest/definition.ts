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
    role: { shape: role, text: 'The login role that tries it.', isRequired: true },
    database: { shape: database, text: 'The database.', isRequired: true },
    sql: {
      shape: text({ expected: 'a statement', fault: (sql) => (sql.trim() === '' ? 'is empty' : undefined) }),
      text: 'A statement, in a transaction that is rolled back.',
      isRequired: true,
    },
    must: { shape: word('fail'), text: 'fail: it has to be refused.' },
  },
});

export const manifestShape = object({
  of: 'a manifest',
  isKept: true,
  keys: {
    ...manifestHead,
    roles: {
      shape: map(named('role', roleShape), { of: 'role', fault: nameOf('role'), names }),
      text: 'The roles of the deployment; they are the whole server’s.',
    },
    every_database: { shape: named('database', databaseShape), text: 'What each database has; it adds to it.' },
    databases: {
      shape: map(named('database', databaseShape), { of: 'database', fault: nameOf('database'), names }),
      text: 'The databases, each with what it has beyond every_database.',
    },
    words: {
      shape: map(named('detail', detailShape), { of: 'word', fault: wordFault }),
      text: 'Access words of your own.',
    },
    outputs: {
      shape: list(outputShape(outputForms, role, database), (rule) => JSON.stringify(rule), 'outputs'),
      text: 'Which files services get; default: {form: uri} for each.',
    },
    verify: {
      shape: list(verifyRow, (row) => JSON.stringify(row), 'rows'),
      text: 'What verify tries beyond access.',
    },
    retire: {
      shape: object({
        of: 'retire',
        keys: {
          roles: {
            shape: map(
              object({
                of: 'a retired role',
                keys: { reassign_to: { shape: role, text: 'Who gets what it owns.' } },
              }),
              { of: 'role', fault: nameOf('role'), names },
            ),
            text: 'Roles that are to go.',
          },
          databases: {
            shape: map(
              object({
                of: 'a retired database',
                keys: {
                  drop: { shape: database, text: 'Its name once more.', isRequired: true },
                  dump: {
                    shape: text({ expected: 'a path', fault: (path) => (path === '' ? 'is empty' : undefined) }),
                    text: 'The file that it is dumped to before.',
                  },
                },
              }),
              { of: 'database', fault: nameOf('database'), names },
            ),
            text: 'Databases that are to go, with all that is in them.',
          },
        },
      }),
      text: 'What is to go: nothing goes because it left the file.',
    },
  },
  refused: { passwords: 'apply makes them; none stands in this file' },
});

/** A manifest as it is written. */
export type Manifest = ValueOf<typeof manifestShape>;
