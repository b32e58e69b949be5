CREATE TABLE medical_records (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  pet_id BLOB NOT NULL REFERENCES pets (id) DEFERRABLE INITIALLY DEFERRED,
  appointment_id BLOB REFERENCES appointments (id) DEFERRABLE INITIALLY DEFERRED,
  author_id BLOB REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  kind TEXT NOT NULL CHECK (kind IN ('exam', 'vaccination', 'lab_result', 'prescription', 'procedure', 'weight', 'note')),
  title TEXT NOT NULL DEFAULT '',
  body TEXT,
  data TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(data)),
  recorded_at INTEGER NOT NULL,
  due_on TEXT CHECK (due_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  is_shared_with_client INTEGER NOT NULL DEFAULT 0 CHECK (is_shared_with_client IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX medical_records_by_pet ON medical_records (pet_id, recorded_at);
CREATE INDEX medical_records_by_appointment ON medical_records (appointment_id) WHERE appointment_id IS NOT NULL;
CREATE INDEX medical_records_due ON medical_records (due_on) WHERE due_on IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE report_cards (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  appointment_id BLOB NOT NULL REFERENCES appointments (id) DEFERRABLE INITIALLY DEFERRED,
  pet_id BLOB REFERENCES pets (id) DEFERRABLE INITIALLY DEFERRED,
  groomer_id BLOB REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  summary TEXT,
  behavior TEXT,
  coat_condition TEXT,
  recommendations TEXT,
  next_visit_weeks INTEGER CHECK (next_visit_weeks >= 0),
  public_token TEXT,
  is_draft INTEGER NOT NULL DEFAULT 1 CHECK (is_draft IN (0, 1)),
  dont_send INTEGER NOT NULL DEFAULT 0 CHECK (dont_send IN (0, 1)),
  sent_at INTEGER,
  expires_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX report_cards_by_appointment ON report_cards (appointment_id);
CREATE INDEX report_cards_by_pet ON report_cards (pet_id);
CREATE UNIQUE INDEX report_cards_by_token ON report_cards (public_token) WHERE public_token IS NOT NULL;

CREATE TABLE report_card_views (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  report_card_id BLOB NOT NULL REFERENCES report_cards (id) DEFERRABLE INITIALLY DEFERRED,
  viewed_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX report_card_views_by_card ON report_card_views (report_card_id, viewed_at);

-- The bytes lie in a content-addressed store beside the file, by SHA-256.
CREATE TABLE attachments (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  owner_table TEXT NOT NULL,
  owner_id BLOB NOT NULL CHECK (length(owner_id) = 16),
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  media_type TEXT NOT NULL,
  byte_size INTEGER NOT NULL CHECK (byte_size >= 0),
  width INTEGER CHECK (width >= 0),
  height INTEGER CHECK (height >= 0),
  caption TEXT,
  position INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX attachments_by_owner ON attachments (owner_table, owner_id, position);

-- One a report card: the id is UUIDv5 of the card.
CREATE TABLE reviews (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  report_card_id BLOB NOT NULL REFERENCES report_cards (id) DEFERRABLE INITIALLY DEFERRED,
  client_id BLOB REFERENCES clients (id) DEFERRABLE INITIALLY DEFERRED,
  appointment_id BLOB REFERENCES appointments (id) DEFERRABLE INITIALLY DEFERRED,
  rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
  feedback TEXT,
  is_public INTEGER NOT NULL DEFAULT 0 CHECK (is_public IN (0, 1)),
  redirected_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX reviews_by_client ON reviews (client_id);
CREATE INDEX reviews_public ON reviews (created_at) WHERE is_public = 1 AND deleted_at IS NULL;

CREATE TABLE qr_codes (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  code TEXT NOT NULL,
  staff_id BLOB REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  label TEXT NOT NULL DEFAULT '',
  target TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX qr_codes_by_code ON qr_codes (code);

CREATE TABLE qr_scans (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  qr_code_id BLOB NOT NULL REFERENCES qr_codes (id) DEFERRABLE INITIALLY DEFERRED,
  scanned_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX qr_scans_by_code ON qr_scans (qr_code_id, scanned_at);

CREATE TABLE private_feedback (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  client_id BLOB REFERENCES clients (id) DEFERRABLE INITIALLY DEFERRED,
  client_name TEXT,
  client_email TEXT,
  rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
  feedback TEXT,
  source TEXT NOT NULL CHECK (source IN ('email', 'sms', 'qr', 'report_card')),
  qr_code_id BLOB REFERENCES qr_codes (id) DEFERRABLE INITIALLY DEFERRED,
  staff_id BLOB REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  resolved_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX private_feedback_by_client ON private_feedback (client_id) WHERE client_id IS NOT NULL;
CREATE INDEX private_feedback_open ON private_feedback (created_at) WHERE resolved_at IS NULL AND deleted_at IS NULL;
