// Which of the server's parameters a role may set although a superuser alone sets them. Names have no case.
// https://www.postgresql.org/docs/current/sql-grant.html
import { list, object, text } from 'bus-integration-database/manifest';
import { settingNameFault } from './settings.ts';

const names = list(
  text({ expected: 'the name of a parameter', fault: (name) => settingNameFault(name.toLowerCase()) }),
  (name) => name.toLowerCase(),
  'parameters',
);

export const parametersShape = object({
  of: 'parameters',
  keys: {
    SET: { shape: names, text: 'Those that it may set in its sessions, and in settings of roles and databases.' },
    'ALTER SYSTEM': { shape: names, text: 'Those that it may set for the whole server.' },
  },
  refused: {
    ALL: 'name SET, ALTER SYSTEM or both',
    ALTER_SYSTEM: 'it is written ALTER SYSTEM here, as in GRANT',
  },
});
