-- What a desk needs to take part in a clinic of several desks.

-- The replica that wrote a transaction: a file that went back in time (a restored backup) becomes a new one, because its numbers would say
-- again what they said before. `seen` is how far the log was read then; `registers` holds values that go with the changes although they did
-- not change (the rest of a register of several columns); `last_seq` is the last number the hub gave it; `mark` is drawn anew each time the
-- file is opened, so that a file that went back in time is known by what it writes then.
ALTER TABLE outbox ADD COLUMN replica_id BLOB;
ALTER TABLE outbox ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN registers TEXT CHECK (json_valid(registers));
ALTER TABLE outbox ADD COLUMN last_seq INTEGER;
ALTER TABLE outbox ADD COLUMN mark INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET replica_id = (SELECT desk_id FROM sync_state WHERE id = 1);

-- The clinic at the hub, and what opens its door. `hub_ahead_ms` is how far the hub's clock is ahead of this one; `trouble` is why this desk
-- cannot go on by itself (revoked, too old), by its stable name.
ALTER TABLE sync_state ADD COLUMN clinic_id BLOB;
ALTER TABLE sync_state ADD COLUMN access_token TEXT;
ALTER TABLE sync_state ADD COLUMN access_expires_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sync_state ADD COLUMN refresh_token TEXT;
ALTER TABLE sync_state ADD COLUMN head INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sync_state ADD COLUMN hub_ahead_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sync_state ADD COLUMN trouble TEXT;

ALTER TABLE rejected_changes ADD COLUMN transaction_json TEXT CHECK (json_valid(transaction_json));

-- Rows that differ from the hub's: what was rejected, and what a comparison found. They are fetched anew; one that the hub does not have
-- `is_gone`, and is removed as soon as nothing waits that may refer to it.
CREATE TABLE stale_rows (
  table_name TEXT NOT NULL,
  row_id BLOB NOT NULL CHECK (length(row_id) = 16),
  is_gone INTEGER NOT NULL DEFAULT 0 CHECK (is_gone IN (0, 1)),
  PRIMARY KEY (table_name, row_id)
) STRICT, WITHOUT ROWID;

-- Values that lost to another desk's. They stand beside the record until somebody writes the column again.
CREATE TABLE lost_values (
  seq INTEGER NOT NULL,
  table_name TEXT NOT NULL,
  row_id BLOB NOT NULL CHECK (length(row_id) = 16),
  column_name TEXT NOT NULL,
  kept TEXT NOT NULL CHECK (json_valid(kept)),
  lost TEXT NOT NULL CHECK (json_valid(lost)),
  lost_seq INTEGER NOT NULL,
  staff_id BLOB,
  replica_id BLOB NOT NULL CHECK (length(replica_id) = 16),
  written_at INTEGER NOT NULL,
  settled_at INTEGER,
  PRIMARY KEY (seq, column_name)
) STRICT, WITHOUT ROWID;
CREATE INDEX lost_values_open ON lost_values (table_name, row_id, column_name) WHERE settled_at IS NULL;

-- What the hub did by itself, for the list of activity.
CREATE TABLE hub_notes (
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('revive', 'clash')),
  table_name TEXT NOT NULL,
  row_id BLOB NOT NULL CHECK (length(row_id) = 16),
  noted_at INTEGER NOT NULL
) STRICT;
