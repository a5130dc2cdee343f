// Single faults that lie beside what a deployment declares, whether by lists or by a manifest: logins that get at everything, databases
// that a service reaches as a member of somebody.
// As data, by what differs between the stages.
import { type Fault, sql } from './faults.ts';

/** Of a deployment in which faults are made. */
export interface Names {
  readonly database: string;
  readonly schema: string;
  /** A login that reads and writes. */
  readonly service: string;
}

export function faultsBeside({ service }: Names, major: number): readonly Fault[] {
  return [
    sql(
      'a stranger runs programs of the server',
      'GRANT pg_execute_server_program TO stranger',
      'REVOKE pg_execute_server_program FROM stranger',
      /warn powers-of-others pg_execute_server_program: stranger may run programs as the user of the server.*next: if it is not meant, a superuser runs, in any database: REVOKE "pg_execute_server_program" FROM "stranger"(?: GRANTED BY "\w+")?;/,
    ),
    sql(
      'a stranger writes files of the server by a group',
      'CREATE ROLE scribes;; GRANT pg_write_server_files TO scribes;; GRANT scribes TO stranger',
      'DROP ROLE scribes',
      /warn powers-of-others pg_write_server_files: stranger may write files of the server.*REVOKE "scribes" FROM "stranger"/,
    ),
    sql(
      'a stranger reads files of the server',
      'GRANT pg_read_server_files TO stranger',
      'REVOKE pg_read_server_files FROM stranger',
      /warn powers-of-others pg_read_server_files: stranger may read all files of the server/,
    ),
    ...(major >= 16
      ? []
      : [
          sql(
            'a stranger makes roles',
            'ALTER ROLE stranger CREATEROLE',
            'ALTER ROLE stranger NOCREATEROLE',
            /warn powers-of-others CREATEROLE: stranger may make roles \(CREATEROLE\), and before PostgreSQL 16 .*ALTER ROLE "stranger" NOCREATEROLE;/,
          ),
        ]),
    sql(
      'a service acts as the owner of a database of nobody’s',
      `CREATE ROLE keeper;; CREATE DATABASE kept OWNER keeper;; REVOKE CONNECT ON DATABASE kept FROM PUBLIC;; GRANT keeper TO ${service}`,
      'DROP DATABASE kept;; DROP ROLE keeper',
      new RegExp(
        `fail foreign-database ${service}: ${service} may act as keeper, which owns database kept: it lets in whom it likes.*next: a superuser runs, in any database: REVOKE "keeper" FROM "${service}"`,
      ),
    ),
    sql(
      'a service acts as the owner of a database that it may not enter',
      `CREATE ROLE keeper;; CREATE DATABASE kept OWNER keeper;; REVOKE ALL ON DATABASE kept FROM PUBLIC, keeper;; GRANT keeper TO ${service}`,
      'DROP DATABASE kept;; DROP ROLE keeper',
      new RegExp(`fail foreign-database ${service}: ${service} may act as keeper, which owns database kept`),
    ),
    sql(
      'a service enters a database by a group',
      `CREATE ROLE guests;; CREATE DATABASE kept;; REVOKE ALL ON DATABASE kept FROM PUBLIC;; GRANT CONNECT ON DATABASE kept TO guests;; GRANT guests TO ${service}`,
      'DROP DATABASE kept;; DROP ROLE guests',
      new RegExp(
        `fail foreign-database ${service}: ${service} may act as guests, by which it may connect to kept; nobody declared it a member.*REVOKE "guests" FROM "${service}"`,
      ),
    ),
    sql(
      'a service owns a database of nobody’s',
      `CREATE DATABASE kept OWNER ${service};; REVOKE ALL ON DATABASE kept FROM PUBLIC`,
      'DROP DATABASE kept',
      new RegExp(`fail foreign-database ${service}: ${service} owns database kept, .*ALTER DATABASE "kept" OWNER TO `),
    ),
  ];
}
