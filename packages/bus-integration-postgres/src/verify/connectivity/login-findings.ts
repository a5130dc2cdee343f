// What the checks of connectivity mean, for people who ask: `verify --explain`.
import type { Finding } from '../listener/listener-findings.ts';

const documentation = 'https://www.postgresql.org/docs/current';

/** By the id that verify prints. */
export const connectivityFindings = {
  'service-login': {
    title: 'a service logs in with its DSN file, and writes and reads in its schemas',
    why: 'Each DSN file is used as its service would use it, from here, with nothing of this environment to help. What is written is rolled back. A failure here is a failure of the service.',
    fix: 'The message names what the server refused. bus operator database plan shows what differs from the declaration, apply fixes it; where the address is wrong, see BUS_DATABASE_SERVICE_HOST and its kin.',
    page: `${documentation}/client-authentication-problems.html`,
  },
  'listed-server': {
    title: 'a DSN file lists a server that is not shown to be of this cluster',
    why: 'Of several hosts a client takes the first that answers. A server of another cluster gets the work of the service, or refuses its password, whenever it is asked first or ours is down. A standby of the cluster is no fault.',
    fix: 'Take the host out of the DSN file, or out of BUS_DATABASE_SERVICE_HOST; or start it, if it was only down.',
    page: `${documentation}/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS`,
  },
  'left-file': {
    title: 'a file under the name of before holds a password that is not that of the role any more',
    why: 'The file of a login is <database>.dsn while it is the only login of the manifest, and <database>.<role>.dsn beside others. Services that were told the earlier name go on reading it, and nothing keeps it up to date.',
    fix: 'Point those services at the file that the finding names, and remove the earlier one.',
    page: 'https://www.postgresql.org/docs/current/libpq-connect.html',
  },
  'pooler-login': {
    title: 'a file of outputs with a pooler does not log in by it',
    why: 'Services that read this file dial the pooler, which has its own list of databases, users and passwords. Each such file is used as its service would, from here. What cannot be reached from here is unknown; a refused login, another role or database, or another cluster is a failure.',
    fix: 'Give the pooler the database and the role (auth_query or its list of users), or correct pooler of outputs and apply. Where only the services reach it, run verify where they run.',
    page: 'https://www.pgbouncer.org/config.html',
  },
  access: {
    title: 'a role of a manifest may what its access gives, and nothing beyond',
    why: 'Privileges on the database, its schemas, everything in them and what comes later are read for each role; on one thing of each that have the same owner and privileges the login tries them too, explained and not run, so that nothing is written. Roles that do not log in, and logins without a file, are read only. What else a statement needs is read too: sequences of defaults, what views read at every depth, row security policies, the replica identity of what is published. What functions do in their bodies is not looked at: a row of verify shows it. Of what lists declare, row security and publications alone are looked at.',
    fix: 'Where something lacks, bus operator database plan shows what apply gives; where there is too much, the statement that the finding names takes it away.',
    page: `${documentation}/ddl-priv.html`,
  },
  'row-policies': {
    title: 'row security policies decide which rows a role sees',
    why: 'A table with row security shows and takes only the rows that its policies let pass, by what is in them and in the session. That no row passes is told by access; where some may, which ones is not looked at. Owners are bound only where row security is forced, superusers and roles with BYPASSRLS never.',
    fix: 'A row of verify in the manifest shows what the role must see, or must not. Where none is meant: ALTER TABLE … DISABLE ROW LEVEL SECURITY.',
    page: `${documentation}/ddl-rowsecurity.html`,
  },
  'public-privilege': {
    title: 'everybody has privileges on a table, a view or a sequence of a declared schema',
    why: 'PUBLIC is every role of the server, those of other deployments and those that are made tomorrow too. A manifest gives privileges to roles alone; what PUBLIC has comes from a GRANT by hand or by a migration.',
    fix: 'The statement that the finding names takes it away, by the role that granted it. GRANT it to a group, and give that group access in the manifest.',
    page: `${documentation}/ddl-priv.html`,
  },
  'undeclared-access': {
    title: 'somebody has privileges in a database that the manifest does not give',
    why: 'access says what roles of the manifest may in its schemas. What they were granted in other schemas, and what other roles were granted in its schemas or on what its roles make, came by hand or from an earlier manifest: a schema that left schemas keeps the grants that apply gave. It fails where a role that is not in the manifest may log in, connect and get at something; where nobody gets in by it, it is a warning. Superusers, the admin, the owner of the database and roles with REPLICATION are let in by the server, so nothing is said of them; who reads everything by pg_read_all_data is a warning, and members of declared roles are told by acts-as-service. Grants through PUBLIC are told by public-privilege and the listener policy.',
    fix: 'Declare the schema or the role; or its owner runs the REVOKE that the finding names, which leaves the things themselves as they are.',
    page: `${documentation}/ddl-priv.html`,
  },
  'later-objects': {
    title: 'a table that its owner makes does not come with what access gives',
    why: 'A login that makes things makes a table in each schema, asks what other roles may on it, and rolls it back. Default privileges bind to the role that makes a thing: tables of another creator come without them.',
    fix: 'What default privileges lack, bus operator database plan shows; what they give too much, the statement that the finding names takes. Where they are right all the same, an event trigger or a membership is the cause.',
    page: `${documentation}/sql-alterdefaultprivileges.html`,
  },
  'acts-as': {
    title: 'a login does not work as the role that it acts as, or keeps rights of its own',
    why: 'Its role setting takes effect at the login only if it is a member that may SET ROLE; else the server lets it in as itself, with a line in its log. What it makes then belongs to the wrong role. After SET ROLE NONE nothing may be left to it but its own access.',
    fix: 'bus operator database plan shows the membership and the setting that lack. Sessions that are open keep what they had at their login.',
    page: `${documentation}/sql-set-role.html`,
  },
  'undeclared-login': {
    title: 'a role may log in that the manifest does not let log in',
    why: 'Attributes that a manifest does not name are left as they are. A role without login in the file that has LOGIN on the server lets in whoever knows its password, or sets one: an owner then has every right on what is in its schemas.',
    fix: 'Write login: false for it in the manifest and apply with --allow revoke; or login: true, if it is a login.',
    page: `${documentation}/role-attributes.html`,
  },
  membership: {
    title: 'a membership gives less, or more, than the manifest says',
    why: 'A member has the rights of a group at once (INHERIT), after SET ROLE (SET), or not at all; all the same it is listed as a member. What is looked at is what is in effect, through any chain of groups.',
    fix: 'bus operator database plan shows what differs; a membership that the manifest does not name is REVOKEd, or declared in member_of.',
    page: `${documentation}/role-membership.html`,
  },
  'session-setting': {
    title: 'a setting of a manifest is not in effect in sessions of the role',
    why: 'A setting of a role in a database goes before that of the role, and that before the one of the database; options in a DSN file go before all. What counts is what a session has after its login.',
    fix: 'bus operator database plan shows what is stored otherwise; where it shows nothing, look for ALTER ROLE … IN DATABASE … SET, and for options in the file.',
    page: `${documentation}/config-setting.html`,
  },
  'declared-statement': {
    title: 'a row of verify in the manifest did not end as it must',
    why: 'Each statement is sent alone, in a transaction that is rolled back, and runs to its end with 10 seconds at most; of its rows ten are sent, the server passes over the others. With must: fail only a missing right counts (SQLSTATE 42501); a statement that is wrong by itself shows nothing. What it answers is not shown, nor what the server says of data.',
    fix: 'The finding names row, role and database: run it as the role in psql to see all of it. Values that it takes from a sequence are not given back.',
    page: `${documentation}/errcodes-appendix.html`,
  },
  'short-timeout': {
    title: 'a timeout of a service ends its work',
    why: 'The server ends a statement, a transaction or a session that takes longer, or that waits longer for a lock. What verify tries is quicker than real work, so that a timeout of milliseconds shows in production only.',
    fix: 'The command that the finding names takes the setting away: ALTER ROLE … RESET …, ALTER SYSTEM RESET …; or set a time that the longest work of the service fits into.',
    page: `${documentation}/runtime-config-client.html#RUNTIME-CONFIG-CLIENT-STATEMENT`,
  },
  'service-limits': {
    title: 'a service may more than it needs',
    why: 'A role that can make roles, databases or schemas, read passwords or files of the server, change its parameters, or act as a role that can, turns a hole in one service into a hole in the cluster. Who may pass a membership on (ADMIN) gives it to itself.',
    fix: 'Take the attribute, the membership or the grant away: ALTER ROLE … NOCREATEROLE, REVOKE … FROM …; the finding names which.',
    page: `${documentation}/role-attributes.html`,
  },
  challenge: {
    title: 'what the server asks of a service at its login',
    why: 'The server is probed as each role, and the probe ends before any password is sent. Being logged in at once means that the password guards nothing; being asked for it in plaintext, or for an MD5 hash, means that whoever listens or stands in between gains by it.',
    fix: 'Write scram-sha-256 as the method on the line of pg_hba.conf that the role matches (bus-integration-postgres hba shows which), then a superuser runs, in any database: SELECT pg_reload_conf().',
    page: `${documentation}/auth-password.html`,
  },
  'plain-text': {
    title: 'connections without TLS are allowed where TLS is required',
    why: "sslmode binds only the client that has it. A service whose DSN lost it, or a stranger's client, would speak in plain text and nobody would notice.",
    fix: 'Write hostssl instead of host on the line of pg_hba.conf that it matches, then a superuser runs, in any database: SELECT pg_reload_conf().',
    page: `${documentation}/auth-pg-hba-conf.html`,
  },
  'foreign-database': {
    title: 'a service can enter a database that is not for it',
    why: 'Databases with a mark belong to a deployment, and within one each role has its own. Who can connect can read what PUBLIC may read there, and use up its connections. It fails too where a service may enter a database, or owns it, as a member of a role that nobody declared it a member of, and where it owns one itself that is not declared.',
    fix: 'Its owner runs: REVOKE CONNECT ON DATABASE … FROM PUBLIC, and from the role where it has a grant of its own. A superuser takes the membership, or gives the database another owner, as the finding has it.',
    page: `${documentation}/ddl-priv.html`,
  },
  'shared-schema': {
    title: 'roles of this deployment create in one schema',
    why: "Who can create functions and operators in a schema that another role has on its search_path can have code run with that role's rights, and read its tables (CVE-2018-1058). Roles of which one is a member of the other trust each other anyway.",
    fix: 'Give each role a database (BUS_DATABASE_SERVICE_ROLE={database}_service) or a deployment of its own, or let services set search_path to pg_catalog first and qualify what they call.',
    page: `${documentation}/ddl-schemas.html#DDL-SCHEMAS-PATTERNS`,
  },
  'shadowed-name': {
    title: "functions or operators in a shared schema have names of the server's own",
    why: 'A call that fits them better than what is in pg_catalog runs them, with the rights of whoever calls: lower(varchar) in public is taken for every lower of a varchar column.',
    fix: 'Look at what each does and whose it is; drop what is not meant, or move it into a schema that nobody else has on the search_path.',
    page: `${documentation}/typeconv-func.html`,
  },
  'other-database': {
    title: 'a service was given the right to enter a database that is not declared',
    why: 'Somebody granted it to the role itself, or it was declared once. That may be meant; it is told so that nobody is surprised. What the service may do there is not looked at: verify enters the declared databases, and asks about catalogs and functions of the one that the admin is in.',
    fix: 'If it is not meant, the grantor runs: REVOKE CONNECT ON DATABASE … FROM the role.',
    page: `${documentation}/ddl-priv.html`,
  },
  'search-path': {
    title: 'unqualified names do not find a declared schema',
    why: 'A service that writes a table name without its schema finds it, or makes it, in the first schema of search_path that has it, or that exists. A declared schema that search_path lacks is reached by qualified names only.',
    fix: 'ALTER ROLE … IN DATABASE … SET search_path = …, or let the service set it or qualify what it names.',
    page: `${documentation}/ddl-schemas.html#DDL-SCHEMAS-PATH`,
  },
  'unusable-objects': {
    title: 'objects in a declared schema that no declared role may use',
    why: 'A restore without owners (pg_restore --no-owner) makes everything belong to whoever ran it, and a role that was dropped and made again has lost its grants. The service logs in and then can not read its own tables.',
    fix: 'Make the service the owner (REASSIGN OWNED, ALTER … OWNER TO), or GRANT what it needs. Objects that are meant for others only can stay.',
    page: `${documentation}/ddl-priv.html`,
  },
  'default-privileges': {
    title: 'default privileges open future objects to every role',
    why: 'What the named role makes from now on is open to PUBLIC: to every role that can enter the database, now or later.',
    fix: 'ALTER DEFAULT PRIVILEGES FOR ROLE … REVOKE … FROM PUBLIC, in that database; objects that exist keep their grants.',
    page: `${documentation}/sql-alterdefaultprivileges.html`,
  },
  'acts-as-service': {
    title: 'another role may act as a service',
    why: 'A member of the role has its privileges, or takes them with SET ROLE: it reads and changes what the service does, under its name. From 16 on ADMIN alone lets a role make itself a member, and one with CREATEROLE set the password too; whoever made a role has it, and of those only the admin is left out.',
    fix: 'If it is not meant: REVOKE the role FROM its member.',
    page: `${documentation}/role-membership.html`,
  },
  'connect-of-others': {
    title: 'a role that is not declared may connect to a database',
    why: 'It was granted CONNECT by name. That may be meant (monitoring, a person); what it may do inside depends on the grants there.',
    fix: 'If it is not meant: REVOKE CONNECT ON DATABASE … FROM the role.',
    page: `${documentation}/ddl-priv.html`,
  },
  'create-of-others': {
    title: 'a role that is not declared may create in a database or a declared schema',
    why: 'It was granted CREATE by name: it makes schemas or objects there, beside what services use, and under names that services may take for others.',
    fix: 'If it is not meant: REVOKE CREATE ON DATABASE … (or SCHEMA …) FROM the role.',
    page: `${documentation}/ddl-priv.html`,
  },
  'powers-of-others': {
    title: 'a login that is not declared gets at everything, whatever was granted',
    why: "A member of pg_execute_server_program or pg_write_server_files runs what it likes as the server's own user, and one of pg_read_server_files reads the files of every table: each is as good as a superuser. Before PostgreSQL 16 so is who has CREATEROLE, since that gives it membership in any role but a superuser. A superuser gave them that, for an administrator, backups or support; so it is a warning. Nothing is said of superusers and of the admin itself.",
    fix: 'If it is not meant: REVOKE … FROM the login, or ALTER ROLE … NOCREATEROLE, as the finding has it.',
    page: `${documentation}/predefined-roles.html`,
  },
  'runs-as-owner': {
    title: "a routine runs with its owner's rights, and everybody or a stranger may call it",
    why: "What a SECURITY DEFINER routine does is done as its owner: of a superuser, of the database's owner, or of a role that is declared. PUBLIC may call every routine unless that was revoked. What it does in its body is not looked at. Members of extensions are left out, and what a declared role was granted by name. It fails where a manifest says who gets in, and a login that is not in it may connect and call one in a declared schema.",
    fix: 'Read what it does. If others are not to do that, its owner runs the REVOKE that the finding names, and grants EXECUTE to those who are; or make it SECURITY INVOKER.',
    page: `${documentation}/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY`,
  },
  'other-owner': {
    title: "a database or a declared schema belongs to a role that is not an admin's",
    why: 'An owner may drop it, rename it, allow others to connect, and give itself every right on it, whatever was revoked.',
    fix: 'If it is not meant: ALTER DATABASE … (or SCHEMA …) OWNER TO the admin role. A service does not need to own its database.',
    page: `${documentation}/ddl-priv.html`,
  },
  'harmful-setting': {
    title: 'a setting that is stored for a service lets it damage data, or fail at its work',
    why: 'With session_replication_role = replica no foreign key and no ordinary trigger is checked; with temp_file_limit = 0 a sort that does not fit into memory fails; restrict_nonsystem_relation_kind refuses views; row_security = off refuses tables whose policies bind it; standard_conforming_strings = off makes a backslash in a literal an escape. The few statements that verify tries show none of it.',
    fix: 'The command that the finding names takes the setting away: ALTER ROLE … RESET …',
    page: `${documentation}/runtime-config-client.html`,
  },
  'template-database': {
    title: 'a database is marked as a template',
    why: 'CREATE DATABASE … TEMPLATE copies it for every role with CREATEDB, who then owns the copy and reads all that is in it.',
    fix: 'ALTER DATABASE … IS_TEMPLATE false.',
    page: `${documentation}/manage-ag-templatedbs.html`,
  },
  'expiring-password': {
    title: "a service's password expires within 14 days",
    why: 'From VALID UNTIL on the server refuses the password as if it were wrong. Sessions that are open go on, so that it shows at the next restart.',
    fix: "A later valid_until in the manifest, and apply; where it says none, ALTER ROLE … VALID UNTIL 'infinity', or a later date.",
    page: `${documentation}/sql-alterrole.html`,
  },
  'wrong-password': {
    title: 'a wrong password is refused',
    why: 'With --probe wrong-password each role is tried with a password that nobody has. The server writes that into its log, which is why it is not done unasked.',
    fix: 'Where it was taken or not judged, look at what the challenge finding says of the same role.',
    page: `${documentation}/auth-password.html`,
  },
} as const satisfies Readonly<Record<string, Finding>>;
