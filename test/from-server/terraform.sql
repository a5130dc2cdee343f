-- As the Terraform provider cyrilgdn/postgresql leaves a server: databases with all their options, roles valid for ever,
-- grants on all of a kind, default privileges for one schema and for a whole database, one pair of databases alike.
CREATE ROLE billing_owner NOLOGIN VALID UNTIL 'infinity';
CREATE ROLE billing_rw LOGIN PASSWORD 'not-to-be-told-3' CONNECTION LIMIT 20 VALID UNTIL 'infinity';
CREATE ROLE billing_ro LOGIN PASSWORD 'not-to-be-told-4' VALID UNTIL 'infinity';
CREATE ROLE reporting LOGIN CREATEDB BYPASSRLS PASSWORD 'not-to-be-told-5' VALID UNTIL 'infinity';
ALTER ROLE billing_rw SET search_path TO billing, "Odd, path";
ALTER ROLE billing_ro SET default_transaction_read_only = on;
CREATE DATABASE billing OWNER billing_owner TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' CONNECTION LIMIT 100;
CREATE DATABASE billing_test OWNER billing_owner TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' CONNECTION LIMIT 100;
CREATE DATABASE latin OWNER billing_owner TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C';
REVOKE ALL ON DATABASE billing, billing_test FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE billing, billing_test TO billing_rw, billing_ro;
GRANT CONNECT ON DATABASE billing TO reporting WITH GRANT OPTION;
ALTER DATABASE billing SET work_mem = '64MB';
ALTER ROLE billing_ro IN DATABASE billing SET work_mem = '8MB';
\connect billing
CREATE EXTENSION citext;
CREATE SCHEMA billing AUTHORIZATION billing_owner;
CREATE SCHEMA ext;
CREATE EXTENSION pg_trgm SCHEMA ext;
SET ROLE billing_owner;
CREATE TABLE billing.invoices (id int PRIMARY KEY, amount numeric, "Due Date" date);
CREATE TABLE billing."Lines.of" (id int);
CREATE TYPE billing.state AS ENUM ('open', 'paid');
CREATE FUNCTION billing.total(numeric(10,2), text[]) RETURNS numeric LANGUAGE sql AS 'SELECT 1::numeric';
REVOKE ALL ON FUNCTION billing.total(numeric, text[]) FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA billing TO billing_rw;
GRANT USAGE ON TYPE billing.state TO billing_rw;
GRANT USAGE ON SCHEMA billing TO billing_rw, billing_ro;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA billing TO billing_rw;
GRANT SELECT (id, "Due Date") ON billing.invoices TO billing_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE billing_owner IN SCHEMA billing GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO billing_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE billing_owner GRANT SELECT ON TABLES TO billing_ro;
RESET ROLE;
\connect billing_test
SET ROLE billing_owner;
CREATE SCHEMA billing;
CREATE TABLE billing.invoices (id int PRIMARY KEY);
GRANT USAGE ON SCHEMA billing TO billing_rw, billing_ro;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA billing TO billing_rw;
GRANT SELECT ON ALL TABLES IN SCHEMA billing TO billing_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE billing_owner IN SCHEMA billing GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO billing_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE billing_owner IN SCHEMA billing GRANT USAGE, SELECT ON SEQUENCES TO billing_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE billing_owner IN SCHEMA billing GRANT SELECT ON TABLES TO billing_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE billing_owner IN SCHEMA billing GRANT SELECT ON SEQUENCES TO billing_ro;
RESET ROLE;
