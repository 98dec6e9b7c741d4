-- Makes the roles and the database, once, in a new cluster; run by a superuser while connected to template1.
-- `shangbao` owns the tables and migrates; `shangbao_app` is what the service signs in as, so that row-level security binds it;
-- `shangbao_backup` may follow the write-ahead log and sees no table.

CREATE ROLE shangbao LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB PASSWORD :'owner_password';

CREATE ROLE shangbao_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB PASSWORD :'app_password';

CREATE ROLE shangbao_backup LOGIN REPLICATION NOSUPERUSER NOCREATEDB PASSWORD :'backup_password';

-- What the owner creates later, the service may read and write; a migration takes away what an audit table must not allow.
ALTER DEFAULT PRIVILEGES FOR ROLE shangbao GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO shangbao_app;

ALTER DEFAULT PRIVILEGES FOR ROLE shangbao GRANT USAGE, SELECT ON SEQUENCES TO shangbao_app;

CREATE DATABASE shangbao OWNER shangbao TEMPLATE template1;

REVOKE ALL ON DATABASE shangbao FROM PUBLIC;

GRANT CONNECT, TEMPORARY ON DATABASE shangbao TO shangbao_app;
