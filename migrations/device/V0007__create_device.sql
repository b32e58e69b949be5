-- What only this desk knows. None of it is replicated.

-- One row. `last_clock` is the hybrid logical clock (48 bits of milliseconds, 16 of counter); `next_n` numbers this desk's transactions.
CREATE TABLE sync_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  desk_id BLOB NOT NULL CHECK (length(desk_id) = 16),
  last_clock INTEGER NOT NULL DEFAULT 0,
  next_n INTEGER NOT NULL DEFAULT 1,
  hub_url TEXT,
  device_id BLOB,
  cursor INTEGER NOT NULL DEFAULT 0,
  last_sync_at INTEGER
) STRICT;

-- Every transaction of this desk: what it has not yet sent, what can be undone, and who did what here.
-- `changes` is a SQLite changeset; `action_id` ties the transactions of one action of the user (an import is many).
CREATE TABLE outbox (
  n INTEGER PRIMARY KEY,
  action_id INTEGER NOT NULL,
  clock INTEGER NOT NULL,
  staff_id BLOB,
  action TEXT NOT NULL,
  schema_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changes BLOB NOT NULL,
  row_count INTEGER NOT NULL,
  undoes_action_id INTEGER,
  sent_at INTEGER
) STRICT;
CREATE INDEX outbox_by_action ON outbox (action_id);
CREATE INDEX outbox_undone ON outbox (undoes_action_id) WHERE undoes_action_id IS NOT NULL;
CREATE INDEX outbox_unsent ON outbox (n) WHERE sent_at IS NULL;

CREATE TABLE rejected_changes (
  n INTEGER PRIMARY KEY,
  rejected_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  changes BLOB NOT NULL,
  settled_at INTEGER
) STRICT;

-- Settings of this desk, and drafts that survive a crash (keys `draft:…`).
CREATE TABLE settings (
  key TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL CHECK (json_valid(value)),
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
