-- Run by the owner of the tables (`psql -h db1.keynet.example -U keynet keynet -f postgres-rights.sql`), after each `db upgrade` and each `restore`:
-- what the web machines and workers may do as `keynet_web`. They change rows, never tables; of the log they can only add.
GRANT USAGE ON SCHEMA public TO keynet_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO keynet_web;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO keynet_web;
REVOKE UPDATE, DELETE ON audit_event, audit_seal, audit_check FROM keynet_web;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM keynet_web;
-- Tables of a later migration are readable at once, before this file has run again.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO keynet_web;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO keynet_web;
