CREATE TABLE medical_records (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  pet_id uuid NOT NULL,
  appointment_id uuid,
  author_id uuid,
  kind text NOT NULL CHECK (kind IN ('exam', 'vaccination', 'lab_result', 'prescription', 'procedure', 'weight', 'note')),
  title text NOT NULL DEFAULT '',
  body text,
  data jsonb NOT NULL DEFAULT '{}',
  recorded_at timestamptz NOT NULL,
  due_on date,
  is_shared_with_client boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, pet_id) REFERENCES pets (clinic_id, id),
  FOREIGN KEY (clinic_id, appointment_id) REFERENCES appointments (clinic_id, id),
  FOREIGN KEY (clinic_id, author_id) REFERENCES staff (clinic_id, id)
);
CREATE INDEX medical_records_by_pet ON medical_records (clinic_id, pet_id);

CREATE TABLE report_cards (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  appointment_id uuid NOT NULL,
  pet_id uuid,
  groomer_id uuid,
  summary text,
  behavior text,
  coat_condition text,
  recommendations text,
  next_visit_weeks bigint CHECK (next_visit_weeks >= 0),
  public_token text,
  is_draft boolean NOT NULL DEFAULT true,
  dont_send boolean NOT NULL DEFAULT false,
  sent_at timestamptz,
  expires_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, appointment_id) REFERENCES appointments (clinic_id, id),
  FOREIGN KEY (clinic_id, pet_id) REFERENCES pets (clinic_id, id),
  FOREIGN KEY (clinic_id, groomer_id) REFERENCES staff (clinic_id, id)
);
CREATE INDEX report_cards_by_appointment ON report_cards (clinic_id, appointment_id);
CREATE INDEX report_cards_by_pet ON report_cards (clinic_id, pet_id) WHERE pet_id IS NOT NULL;
CREATE UNIQUE INDEX report_cards_by_token ON report_cards (public_token) WHERE public_token IS NOT NULL;

CREATE TABLE report_card_views (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  report_card_id uuid NOT NULL,
  viewed_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, report_card_id) REFERENCES report_cards (clinic_id, id)
);
CREATE INDEX report_card_views_by_report_card ON report_card_views (clinic_id, report_card_id);

-- The bytes lie in a content-addressed store beside the file, by SHA-256.
CREATE TABLE attachments (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  owner_table text NOT NULL,
  owner_id uuid NOT NULL,
  sha256 text NOT NULL CHECK (length(sha256) = 64),
  media_type text NOT NULL,
  byte_size bigint NOT NULL CHECK (byte_size >= 0),
  width bigint CHECK (width >= 0),
  height bigint CHECK (height >= 0),
  caption text,
  position bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id)
);

-- One a report card: the id is UUIDv5 of the card.
CREATE TABLE reviews (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  report_card_id uuid NOT NULL,
  client_id uuid,
  appointment_id uuid,
  rating bigint NOT NULL CHECK (rating BETWEEN 1 AND 5),
  feedback text,
  is_public boolean NOT NULL DEFAULT false,
  redirected_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, report_card_id) REFERENCES report_cards (clinic_id, id),
  FOREIGN KEY (clinic_id, client_id) REFERENCES clients (clinic_id, id),
  FOREIGN KEY (clinic_id, appointment_id) REFERENCES appointments (clinic_id, id)
);
CREATE INDEX reviews_by_report_card ON reviews (clinic_id, report_card_id);
CREATE INDEX reviews_by_client ON reviews (clinic_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX reviews_by_appointment ON reviews (clinic_id, appointment_id) WHERE appointment_id IS NOT NULL;

CREATE TABLE qr_codes (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  code text NOT NULL,
  staff_id uuid,
  label text NOT NULL DEFAULT '',
  target text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, staff_id) REFERENCES staff (clinic_id, id)
);
CREATE UNIQUE INDEX qr_codes_by_code ON qr_codes (clinic_id, code);

CREATE TABLE qr_scans (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  qr_code_id uuid NOT NULL,
  scanned_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, qr_code_id) REFERENCES qr_codes (clinic_id, id)
);
CREATE INDEX qr_scans_by_qr_code ON qr_scans (clinic_id, qr_code_id);

CREATE TABLE private_feedback (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  client_id uuid,
  client_name text,
  client_email text,
  rating bigint NOT NULL CHECK (rating BETWEEN 1 AND 5),
  feedback text,
  source text NOT NULL CHECK (source IN ('email', 'sms', 'qr', 'report_card')),
  qr_code_id uuid,
  staff_id uuid,
  resolved_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, client_id) REFERENCES clients (clinic_id, id),
  FOREIGN KEY (clinic_id, qr_code_id) REFERENCES qr_codes (clinic_id, id),
  FOREIGN KEY (clinic_id, staff_id) REFERENCES staff (clinic_id, id)
);
