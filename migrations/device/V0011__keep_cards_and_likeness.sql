-- Derived tables that make a screen's question one stretch of a table instead of a look-up for each row.

-- What a card of the board shows, in the order of the board. A client or a pet that is renamed makes the cards of its visits stale.
CREATE TABLE visit_cards (
  starts_at INTEGER NOT NULL,
  id BLOB NOT NULL,
  ends_at INTEGER NOT NULL,
  staff_id BLOB,
  client_id BLOB,
  pet_id BLOB,
  service_id BLOB,
  title TEXT,
  actual_start_at INTEGER,
  actual_end_at INTEGER,
  status TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  cancelled_at INTEGER,
  is_emergency INTEGER NOT NULL,
  is_overbooked INTEGER NOT NULL,
  series_id BLOB,
  group_id BLOB,
  clash_with_id BLOB,
  client_first TEXT,
  client_last TEXT,
  client_phone TEXT,
  pet_name TEXT,
  species TEXT,
  has_alert INTEGER NOT NULL,
  PRIMARY KEY (starts_at, id)
) STRICT, WITHOUT ROWID;

-- The name of a client with that of a pet, folded and hashed (`derived::likeness`): two clients who share one may be the same.
CREATE TABLE client_likeness (
  client_id BLOB NOT NULL,
  name_and_pet INTEGER NOT NULL,
  PRIMARY KEY (client_id, name_and_pet)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_likeness_shared ON client_likeness (name_and_pet);

-- Clients whose e-mail address can be none (`domain::contact::is_email`).
CREATE TABLE unclear_emails (client_id BLOB PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;

-- What is derived is made anew when the file is opened.
INSERT INTO settings (key, value, updated_at) VALUES ('derived_is_stale', 'true', 0);
