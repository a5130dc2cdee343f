-- As CloudNativePG leaves a server: an application role that logs in and owns its database, its own roles, managed roles in
-- predefined groups, databases with schemas, extensions and foreign servers; PUBLIC as it was.
CREATE ROLE streaming_replica LOGIN REPLICATION;
CREATE ROLE cnpg_pooler_pgbouncer LOGIN;
CREATE ROLE app LOGIN PASSWORD 'not-to-be-told-6';
CREATE ROLE dante LOGIN IN ROLE pg_monitor, pg_signal_backend PASSWORD 'not-to-be-told-7';
COMMENT ON ROLE dante IS 'Dante Alighieri';
CREATE ROLE "no" LOGIN CONNECTION LIMIT 4 PASSWORD 'not-to-be-told-8';
CREATE ROLE owner_of_many NOLOGIN;
GRANT owner_of_many TO "no";
CREATE DATABASE app OWNER app;
CREATE DATABASE "one.two" OWNER app;
CREATE DATABASE "null" OWNER owner_of_many;
GRANT CONNECT ON DATABASE postgres TO cnpg_pooler_pgbouncer;
CREATE FUNCTION public.user_search(uname text) RETURNS TABLE (usename name, passwd text) LANGUAGE sql SECURITY DEFINER AS 'SELECT usename, passwd FROM pg_catalog.pg_shadow WHERE usename = $1';
REVOKE ALL ON FUNCTION public.user_search(text) FROM public;
GRANT EXECUTE ON FUNCTION public.user_search(text) TO cnpg_pooler_pgbouncer;
\connect app
GRANT ALL ON SCHEMA public TO app;
SET ROLE app;
CREATE TABLE public.orders (id serial PRIMARY KEY);
RESET ROLE;
\connect null
CREATE EXTENSION bloom;
CREATE EXTENSION postgres_fdw;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw;
GRANT USAGE ON FOREIGN SERVER elsewhere TO owner_of_many;
CREATE SCHEMA "on" AUTHORIZATION owner_of_many;
CREATE SCHEMA "1e3";
