// What the checks of connectivity mean, for people who ask: `verify --explain`.
import type { Finding } from '../listener/listener-findings.ts';

const documentation = 'https://www.postgresql.org/docs/current';

/** By the id that verify prints. */
export const connectivityFindings = {
  'service-login': {
    title: 'a service logs in with its DSN file, and writes and reads in its schemas',
    why: 'verify logs in with each DSN file from this machine, as the service would, and without any setting of this environment. What it writes is rolled back. If this fails, the service fails too.',
    fix: 'The message says what the server refused. bus operator database plan shows what differs from the declaration, and apply fixes it. If the address is wrong, see BUS_DATABASE_SERVICE_HOST and the other BUS_DATABASE_SERVICE_… keys.',
    page: `${documentation}/client-authentication-problems.html`,
  },
  'listed-server': {
    title: 'a DSN file lists a server that does not seem to belong to this cluster',
    why: 'If a DSN lists several hosts, a client uses the first one that answers. A server of another cluster then gets the work of the service, or refuses its password, whenever it comes first or our server is down. A standby of the same cluster is fine.',
    fix: 'Remove the host from the DSN file or from BUS_DATABASE_SERVICE_HOST. If the server was only down, start it.',
    page: `${documentation}/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS`,
  },
  'left-file': {
    title: 'a file under an earlier name holds a password that is no longer valid for the role',
    why: 'The file of a login is <database>.dsn while it is the only login in the manifest, and <database>.<role>.dsn if there are others. Services that were given the earlier name still read that file, and nothing updates it.',
    fix: 'Point those services to the file that the finding names, then remove the earlier one.',
    page: 'https://www.postgresql.org/docs/current/libpq-connect.html',
  },
  'pooler-login': {
    title: 'a login through the pooler fails with the file of an output',
    why: 'Services with this file connect to the pooler, which has its own list of databases, users and passwords. verify uses each such file from this machine, as the service would. If the pooler cannot be reached from here, the result is unknown. A refused login, another role or database, or another cluster is a failure.',
    fix: 'Give the pooler the database and the role (auth_query or its list of users), or correct pooler in outputs and apply. If only the services can reach the pooler, run verify where they run.',
    page: 'https://www.pgbouncer.org/config.html',
  },
  access: {
    title: 'a role of a manifest has the privileges that its access gives, and no others',
    why: 'verify reads the privileges of each role on the database, its schemas, everything in them and what is made later. For each group of objects with the same owner and privileges, the login also tries one of them, with EXPLAIN, so that nothing is written. Roles that do not log in, and logins without a file, are only read. verify also reads what a statement needs beyond privileges: sequences of defaults, what views read at every depth, row security policies, and the replica identity of published tables. It does not look into the bodies of functions: use a row of verify for that. If the names come from lists, only row security and publications are checked.',
    fix: 'If something is missing, bus operator database plan shows what apply grants. If there is too much, the statement in the finding revokes it.',
    page: `${documentation}/ddl-priv.html`,
  },
  'row-policies': {
    title: 'row security policies decide which rows a role sees',
    why: 'A table with row security shows and accepts only the rows that its policies allow, which depends on the rows and on the session. If no row can pass, the finding access says so. If some can, verify does not check which. Row security binds an owner only if it is forced, and never superusers and roles with BYPASSRLS.',
    fix: 'Add a row of verify to the manifest that shows what the role must see, or must not see. If no row security is meant: ALTER TABLE … DISABLE ROW LEVEL SECURITY.',
    page: `${documentation}/ddl-rowsecurity.html`,
  },
  'public-privilege': {
    title: 'everybody has privileges on a table, a view or a sequence of a declared schema',
    why: 'PUBLIC means every role of the server, also those of other deployments and those that are created later. A manifest gives privileges on these only to roles, so what PUBLIC has comes from a GRANT by hand or by a migration.',
    fix: 'The statement in the finding revokes it, as the role that granted it. GRANT it to a group instead, and give that group access in the manifest.',
    page: `${documentation}/ddl-priv.html`,
  },
  'undeclared-access': {
    title: 'a role has privileges in a database that the manifest does not give',
    why: 'access says which privileges the roles of the manifest have in its schemas. Privileges of these roles in other schemas, and privileges of other roles in its schemas or on what its roles make, were granted by hand or by an earlier manifest: if you take a schema out of schemas, the grants stay. It is a failure if a role that is not in the manifest may log in, connect and use something there, and a warning if nobody gets in that way. Superusers, the admin, the owner of the database and roles with REPLICATION get in anyway and are not reported. A role that reads everything by pg_read_all_data is a warning. For members of declared roles see acts-as-service, for grants to PUBLIC see public-privilege and the listener policy.',
    fix: 'Declare the schema or the role. Or let the owner run the REVOKE in the finding; it changes no data.',
    page: `${documentation}/ddl-priv.html`,
  },
  'later-objects': {
    title: 'a table that its owner makes does not get the privileges that access gives',
    why: 'A login that can make things makes a table in each schema, asks which privileges other roles have on it, and rolls it back. Default privileges belong to the role that makes a thing: tables that another role makes do not get them.',
    fix: 'If default privileges are missing, bus operator database plan shows them. If they give too much, the statement in the finding revokes it. If they are right, the cause is an event trigger or a membership.',
    page: `${documentation}/sql-alterdefaultprivileges.html`,
  },
  'acts-as': {
    title: 'a login does not work as the role in acts_as, or keeps privileges of its own',
    why: 'The setting role takes effect at login only if the login is a member that may SET ROLE. If not, the server lets it in as itself and writes a line to its log; what it makes then belongs to the wrong role. After SET ROLE NONE the login may have only its own access.',
    fix: 'bus operator database plan shows the missing membership and setting. Sessions that are open keep the settings of their login.',
    page: `${documentation}/sql-set-role.html`,
  },
  'undeclared-login': {
    title: 'a role can log in, but the manifest does not say so',
    why: 'An attribute that the manifest does not name is left as it is. If a role has LOGIN on the server and no login in the manifest, whoever knows its password, or can set one, gets in. An owner then has every right on what is in its schemas.',
    fix: 'Write login: false for it in the manifest and apply with --allow revoke. If it is meant to log in, write login: true.',
    page: `${documentation}/role-attributes.html`,
  },
  membership: {
    title: 'a membership gives less, or more, than the manifest says',
    why: 'A member has the privileges of a group at once (INHERIT), after SET ROLE (SET), or not at all; in all three cases it is listed as a member. verify checks what is in effect, through any chain of groups.',
    fix: 'bus operator database plan shows what differs. REVOKE a membership that the manifest does not name, or declare it in member_of.',
    page: `${documentation}/role-membership.html`,
  },
  'session-setting': {
    title: 'a setting of a manifest is not in effect in sessions of the role',
    why: 'A setting of a role in a database wins over that of the role, which wins over that of the database. Options in a DSN file win over all of them. verify checks the value that a session has after its login.',
    fix: 'bus operator database plan shows stored settings that differ. If it shows none, look for ALTER ROLE … IN DATABASE … SET, and for options in the file.',
    page: `${documentation}/config-setting.html`,
  },
  'declared-statement': {
    title: 'a row of verify in the manifest did not end as declared',
    why: "Each statement is sent alone, in a transaction that is rolled back, and may run for 10 seconds. Ten of its rows are sent; the server skips the others. With must: fail the only accepted error is a missing privilege (SQLSTATE 42501), since a statement with another mistake proves nothing. verify does not show the rows, nor data in the server's messages.",
    fix: 'The finding names row, role and database: run the statement as that role in psql to see everything. Sequence values that it uses stay used.',
    page: `${documentation}/errcodes-appendix.html`,
  },
  'short-timeout': {
    title: 'a timeout of a service cancels its work',
    why: 'The server cancels a statement, a transaction or a session that takes longer, or waits longer for a lock. What verify tries is quicker than real work, so a timeout of milliseconds shows only in production.',
    fix: 'The command in the finding resets the setting: ALTER ROLE … RESET …, ALTER SYSTEM RESET …. Or set a time that is longer than the longest work of the service.',
    page: `${documentation}/runtime-config-client.html#RUNTIME-CONFIG-CLIENT-STATEMENT`,
  },
  'service-limits': {
    title: 'a service has more rights than it needs',
    why: 'If a role can make roles, databases or schemas, read passwords or files of the server, change server parameters, or act as a role that can, then a hole in one service is a hole in the whole cluster. A role with ADMIN on a membership can give that membership to itself.',
    fix: 'Remove the attribute, membership or grant that the finding names: ALTER ROLE … NOCREATEROLE, REVOKE … FROM ….',
    page: `${documentation}/role-attributes.html`,
  },
  challenge: {
    title: 'how the server asks a service to log in',
    why: 'verify starts a login as each role and stops before any password is sent. If the server lets the role in at once, the password protects nothing. If it asks for the password in plaintext, or for an MD5 hash, anybody who listens or stands in between can use what is sent.',
    fix: 'Write scram-sha-256 as the method on the line of pg_hba.conf that the role matches (bus-integration-postgres hba shows which). Then a superuser runs, in any database: SELECT pg_reload_conf().',
    page: `${documentation}/auth-password.html`,
  },
  'plain-text': {
    title: 'connections without TLS are allowed where TLS is required',
    why: "sslmode binds only the client that sets it. A service whose DSN has lost it, or somebody else's client, would connect in plain text and nobody would notice.",
    fix: 'Write hostssl instead of host on the line of pg_hba.conf that it matches. Then a superuser runs, in any database: SELECT pg_reload_conf().',
    page: `${documentation}/auth-pg-hba-conf.html`,
  },
  'foreign-database': {
    title: 'a service can connect to a database that is not meant for it',
    why: 'A database with a mark belongs to a deployment, and within a deployment each role has its own databases. A role that can connect can read what PUBLIC may read there, and can use up its connections. It is also a failure if a service may connect to a database, or owns it, through a membership that nobody declared, or if it owns a database that is not declared.',
    fix: 'The owner of the database runs: REVOKE CONNECT ON DATABASE … FROM PUBLIC, and from the role if it has a grant of its own. A superuser revokes the membership, or gives the database another owner, as the finding says.',
    page: `${documentation}/ddl-priv.html`,
  },
  'shared-schema': {
    title: 'several roles of this deployment create objects in the same schema',
    why: "A role that can create functions and operators in a schema on another role's search_path can make that role run its code, and so read its tables (CVE-2018-1058). Roles of which one is a member of the other trust each other anyway.",
    fix: 'Give each role a database (BUS_DATABASE_SERVICE_ROLE={database}_service) or a deployment of its own. Or let services put pg_catalog first in search_path and qualify the names that they use.',
    page: `${documentation}/ddl-schemas.html#DDL-SCHEMAS-PATTERNS`,
  },
  'shadowed-name': {
    title: 'functions or operators in a shared schema have the names of built-in ones',
    why: 'If a call matches them better than those in pg_catalog, it runs them, with the rights of the caller. For example, lower(varchar) in public is used for every lower of a varchar column.',
    fix: "Check what each one does and who owns it. Drop those that are not meant, or move them to a schema that is on nobody else's search_path.",
    page: `${documentation}/typeconv-func.html`,
  },
  'other-database': {
    title: 'a service may connect to a database that is not declared',
    why: 'Somebody granted it to the role itself, or the database was declared earlier. This may be meant; the finding only shows it. verify does not check what the service can do there: it enters the declared databases, and reads catalogs and functions in the one that the admin is connected to.',
    fix: 'If it is not meant, the grantor runs: REVOKE CONNECT ON DATABASE … FROM the role.',
    page: `${documentation}/ddl-priv.html`,
  },
  'search-path': {
    title: 'unqualified names do not find a declared schema',
    why: 'A table name without a schema is looked up in the schemas of search_path, in order; a new table goes to the first of them that exists. A declared schema that is not on search_path is reached only by qualified names.',
    fix: 'ALTER ROLE … IN DATABASE … SET search_path = …. Or let the service set it, or qualify its names.',
    page: `${documentation}/ddl-schemas.html#DDL-SCHEMAS-PATH`,
  },
  'unusable-objects': {
    title: 'no declared role may use some objects in a declared schema',
    why: 'A restore without owners (pg_restore --no-owner) gives everything to the role that runs it, and a role that was dropped and created again has lost its grants. The service can log in, but it cannot read its own tables.',
    fix: 'Make the service the owner (REASSIGN OWNED, ALTER … OWNER TO), or GRANT what it needs. Objects that are only for others can stay.',
    page: `${documentation}/ddl-priv.html`,
  },
  'default-privileges': {
    title: 'default privileges give every role access to future objects',
    why: 'What the named role makes from now on is open to PUBLIC: to every role that can connect to the database, now or later.',
    fix: 'ALTER DEFAULT PRIVILEGES FOR ROLE … REVOKE … FROM PUBLIC, in that database. Existing objects keep their grants.',
    page: `${documentation}/sql-alterdefaultprivileges.html`,
  },
  'acts-as-service': {
    title: 'another role can act as a service',
    why: 'A member of the role has its privileges, or gets them with SET ROLE: it can read and change what the service can, under its name. From PostgreSQL 16 on a role with ADMIN alone can make itself a member, and with CREATEROLE it can set the password too. Whoever created a role has ADMIN on it; only the admin is not reported for that.',
    fix: 'If it is not meant: REVOKE the role FROM its member.',
    page: `${documentation}/role-membership.html`,
  },
  'connect-of-others': {
    title: 'a role that is not declared may connect to a database',
    why: 'It was granted CONNECT by name. This may be meant (monitoring, a person). What it can do inside depends on the grants there.',
    fix: 'If it is not meant: REVOKE CONNECT ON DATABASE … FROM the role.',
    page: `${documentation}/ddl-priv.html`,
  },
  'create-of-others': {
    title: 'a role that is not declared may create objects in a database or a declared schema',
    why: 'It was granted CREATE by name. It can make schemas or objects there, also under names that services could take for their own.',
    fix: 'If it is not meant: REVOKE CREATE ON DATABASE … (or SCHEMA …) FROM the role.',
    page: `${documentation}/ddl-priv.html`,
  },
  'powers-of-others': {
    title: 'a login that is not declared has access to everything, whatever was granted',
    why: 'A member of pg_execute_server_program or pg_write_server_files can run any program as the operating system user of the server, and a member of pg_read_server_files can read the files of every table: each is as strong as a superuser. Before PostgreSQL 16 so is a role with CREATEROLE, which can make itself a member of any role that is not a superuser. A superuser gave it that right, for administration, backups or support, so it is a warning. Superusers and the admin are not reported.',
    fix: 'If it is not meant: REVOKE … FROM the login, or ALTER ROLE … NOCREATEROLE, as the finding says.',
    page: `${documentation}/predefined-roles.html`,
  },
  'runs-as-owner': {
    title: 'a routine runs with the rights of its owner, and PUBLIC or an undeclared role may call it',
    why: 'A SECURITY DEFINER routine works with the rights of its owner: a superuser, the owner of the database, or a declared role. PUBLIC may call every routine unless EXECUTE was revoked. verify does not look into the body. It leaves out members of extensions, and grants to a declared role by name. It is a failure if a manifest says who gets in, and a login that is not in it may connect and call such a routine in a declared schema.',
    fix: 'Read what the routine does. If others must not do that, its owner runs the REVOKE in the finding, and grants EXECUTE to the roles that need it. Or make it SECURITY INVOKER.',
    page: `${documentation}/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY`,
  },
  'other-owner': {
    title: 'a database or a declared schema belongs to a role that is no admin',
    why: 'An owner can drop it, rename it, let others connect, and give itself every right on it, whatever was revoked.',
    fix: 'If it is not meant: ALTER DATABASE … (or SCHEMA …) OWNER TO the admin role. A service does not need to own its database.',
    page: `${documentation}/ddl-priv.html`,
  },
  'harmful-setting': {
    title: 'a stored setting makes a service damage data or fail',
    why: 'With session_replication_role = replica no foreign key and no ordinary trigger is checked. With temp_file_limit = 0 a sort that does not fit into memory fails. restrict_nonsystem_relation_kind refuses views. row_security = off refuses tables with policies for the role. standard_conforming_strings = off makes a backslash in a literal an escape. The few statements that verify tries would not show this.',
    fix: 'The command in the finding resets the setting: ALTER ROLE … RESET …',
    page: `${documentation}/runtime-config-client.html`,
  },
  'template-database': {
    title: 'a database is marked as a template',
    why: 'Every role with CREATEDB can copy it with CREATE DATABASE … TEMPLATE, then owns the copy and can read everything in it.',
    fix: 'ALTER DATABASE … IS_TEMPLATE false.',
    page: `${documentation}/manage-ag-templatedbs.html`,
  },
  'expiring-password': {
    title: 'the password of a service expires within 14 days',
    why: 'After VALID UNTIL the server refuses the password as if it were wrong. Open sessions go on, so it shows only at the next restart.',
    fix: "Write a later valid_until in the manifest and apply. If the manifest has none: ALTER ROLE … VALID UNTIL 'infinity', or a later date.",
    page: `${documentation}/sql-alterrole.html`,
  },
  'wrong-password': {
    title: 'a wrong password is refused',
    why: 'With --probe wrong-password verify tries each role with a password that nobody has. It does so only on request, since the server writes it to its log.',
    fix: 'If the server accepted it, or the result is unknown, see the finding challenge of the same role.',
    page: `${documentation}/auth-password.html`,
  },
} as const satisfies Readonly<Record<string, Finding>>;
