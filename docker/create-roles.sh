#!/bin/sh
# Run once by the PostgreSQL image on an empty volume: the owner of the schema and the role that serves requests.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set owner_password="$OWNER_PASSWORD" --set app_password="$APP_PASSWORD" <<'SQL'
CREATE ROLE rtr_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE rtr_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD :'app_password';
CREATE DATABASE return_to_run OWNER rtr_owner;
\connect return_to_run
ALTER DEFAULT PRIVILEGES FOR ROLE rtr_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO rtr_app;
ALTER DEFAULT PRIVILEGES FOR ROLE rtr_owner GRANT USAGE, SELECT ON SEQUENCES TO rtr_app;
REVOKE ALL ON DATABASE return_to_run FROM PUBLIC;
GRANT CONNECT ON DATABASE return_to_run TO rtr_app;
SQL
