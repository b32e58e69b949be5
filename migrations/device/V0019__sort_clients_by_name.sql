-- Clients are listed by their names as people sort them: Álvarez stands beside Alonso. SQLite by itself knows no letters but those of ASCII.
ALTER TABLE search_docs ADD COLUMN sort_name TEXT NOT NULL DEFAULT '';
CREATE INDEX search_docs_by_name ON search_docs (sort_name, client_id);
-- The list was the only one to ask for it.
DROP INDEX clients_by_name;
INSERT INTO settings (key, value, updated_at) VALUES ('derived_is_stale', 'true', 0) ON CONFLICT (key) DO NOTHING;
