-- Names that mean something else in YAML, in SQL, or in this file.
CREATE ROLE "null" NOLOGIN;
CREATE ROLE "Team of A.b@c" NOLOGIN IN ROLE "null";
CREATE ROLE "1e3" LOGIN IN ROLE "Team of A.b@c" CONNECTION LIMIT 0;
CREATE ROLE "it's ""so"": #1" LOGIN;
CREATE ROLE "tables" LOGIN;
CREATE ROLE boss LOGIN SUPERUSER;
CREATE DATABASE "on" OWNER "null";
CREATE DATABASE "A.b@c: [x]" OWNER "null";
\connect on
CREATE SCHEMA "schemas" AUTHORIZATION "null";
CREATE SCHEMA "My.""Schema" AUTHORIZATION "null";
SET ROLE "null";
CREATE TABLE "schemas"."tables" ("no" int, "a,b" text);
CREATE TABLE "My.""Schema"."T (x)" ("y" int);
CREATE TYPE "My.""Schema"."Kind, of" AS ENUM ('a');
CREATE FUNCTION "My.""Schema"."f(x)"("My.""Schema"."Kind, of"[], character varying(3)) RETURNS int LANGUAGE sql AS 'SELECT 1';
GRANT USAGE ON SCHEMA "schemas", "My.""Schema" TO "1e3", "tables";
GRANT SELECT ("no", "a,b") ON "schemas"."tables" TO "1e3";
GRANT SELECT, UPDATE ON "My.""Schema"."T (x)" TO "tables";
GRANT EXECUTE ON FUNCTION "My.""Schema"."f(x)" TO "tables";
RESET ROLE;
