// Names of exactly 63 bytes, of several bytes a character, with quotes, dots, blanks and slashes: whole everywhere.
import type { Scenario } from './scenario.ts';

const longest = `${'ü'.repeat(31)}x`;

export const scenarios: readonly Scenario[] = [
  {
    name: 'names of 63 bytes',
    desired: { databases: [longest], serviceRole: longest, schemas: [longest] },
    rounds: [
      {
        steps: [
          `create-role ${longest}`,
          `create-database ${longest}`,
          `create-schema ${longest}.${longest}`,
          `grant-privileges ${longest}`,
          `write-dsn-file ./local/dsn/${'%C3%BC'.repeat(31)}x.dsn`,
        ],
      },
    ],
  },
  {
    name: 'names that want quoting',
    desired: { databases: ['../a "b".c', 'Ünïcode; --'], serviceRole: `o'brien "x"`, schemas: ['$1', 'sel\\ect'] },
    rounds: [
      {
        steps: [
          `create-role o'brien "x"`,
          'create-database ../a "b".c',
          'create-schema ../a "b".c.$1',
          'create-schema ../a "b".c.sel\\ect',
          'grant-privileges ../a "b".c',
          'write-dsn-file ./local/dsn/%2E%2E%2Fa%20%22b%22%2Ec.dsn',
          'create-database Ünïcode; --',
          'create-schema Ünïcode; --.$1',
          'create-schema Ünïcode; --.sel\\ect',
          'grant-privileges Ünïcode; --',
          'write-dsn-file ./local/dsn/%C3%9Cn%C3%AFcode%3B%20--.dsn',
        ],
      },
    ],
  },
];
