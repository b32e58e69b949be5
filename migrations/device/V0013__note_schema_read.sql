-- The schema of the program that read the log as far as `cursor`: an older program was not told of columns that a later schema brought, so
-- whoever brings it up to date fetches them once.
ALTER TABLE sync_state ADD COLUMN schema_read INTEGER NOT NULL DEFAULT 1;
