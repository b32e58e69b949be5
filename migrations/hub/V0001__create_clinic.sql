-- The clinic's tables, as on the device (`migrations/device`), by the same conventions: `_at` is an instant, `_on` a date, `_time` a wall clock in
-- the clinic's zone, `is_` a truth, `_cents` minor units. A test holds the two catalogs against each other.
--
-- Every key begins with the clinic. `made_…` says who made a row, `clocks` who wrote which register since (register → [clock, number, replica]),
-- `seq` is the last number of the log that touched the row.

-- The one clinic of this file.
CREATE TABLE clinics (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  slug text,
  email text,
  phone text,
  website_url text,
  address text,
  timezone text NOT NULL,
  locale text NOT NULL DEFAULT 'en-US',
  currency text NOT NULL DEFAULT 'USD' CHECK (currency ~ '^[A-Z]{3}$'),
  google_review_url text,
  google_place_id text,
  review_routing text NOT NULL DEFAULT 'by_rating' CHECK (review_routing IN ('by_rating', 'everyone')),
  plan text NOT NULL DEFAULT 'free' CHECK (plan IN ('free', 'starter', 'growth', 'pro', 'scale')),
  subscription_status text NOT NULL DEFAULT 'trialing' CHECK (subscription_status IN ('trialing', 'active', 'past_due', 'cancelled', 'incomplete')),
  monthly_email_limit bigint CHECK (monthly_email_limit >= 0),
  contact_limit bigint CHECK (contact_limit >= 0),
  stripe_customer_id text,
  created_by_email text,
  metadata jsonb NOT NULL DEFAULT '{}',
  settings jsonb NOT NULL DEFAULT '{}',
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

CREATE TABLE staff (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  email text,
  first_name text NOT NULL CHECK (length(first_name) BETWEEN 1 AND 100),
  last_name text NOT NULL DEFAULT '',
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'veterinarian', 'groomer', 'technician', 'front_desk')),
  color text NOT NULL DEFAULT '#1f6f78' CHECK (color ~ '^#[0-9a-f]{6}$'),
  is_active boolean NOT NULL DEFAULT true,
  pin_hash text,
  settings jsonb NOT NULL DEFAULT '{}',
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

-- A phone that could not be read as E.164 is kept as typed: it then has something else than + and digits in it.
CREATE TABLE clients (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  first_name text NOT NULL DEFAULT '',
  last_name text NOT NULL DEFAULT '',
  email text,
  phone text,
  address text,
  source text NOT NULL DEFAULT 'manual' CHECK (source IN ('manual', 'online', 'csv', 'quickbooks', 'jobber', 'voice', 'sms')),
  external_id text,
  email_status text NOT NULL DEFAULT 'subscribed' CHECK (email_status IN ('subscribed', 'unsubscribed', 'bounced', 'complained')),
  sms_opted_out_at timestamptz,
  membership_status text NOT NULL DEFAULT 'none' CHECK (membership_status IN ('none', 'active', 'paused', 'cancelled')),
  notification_settings jsonb NOT NULL DEFAULT '{}',
  notes text,
  custom_fields jsonb NOT NULL DEFAULT '{}',
  last_contact_at timestamptz,
  last_engaged_at timestamptz,
  merged_into_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, merged_into_id) REFERENCES clients (clinic_id, id)
);

-- The id is UUIDv5 of client and tag, so that two desks make the same row.
CREATE TABLE client_tags (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  client_id uuid NOT NULL,
  tag text NOT NULL CHECK (length(tag) BETWEEN 1 AND 60),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, client_id) REFERENCES clients (clinic_id, id)
);
CREATE INDEX client_tags_by_client ON client_tags (clinic_id, client_id);

CREATE TABLE pets (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  client_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  species text NOT NULL DEFAULT 'other',
  breed text,
  sex text NOT NULL DEFAULT 'unknown' CHECK (sex IN ('female', 'male', 'unknown')),
  is_neutered boolean,
  born_on date,
  weight_grams bigint CHECK (weight_grams >= 0),
  color text,
  microchip text,
  allergies text,
  alerts text,
  photo_attachment_id uuid,
  deceased_on date,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, client_id) REFERENCES clients (clinic_id, id)
);
CREATE INDEX pets_by_client ON pets (clinic_id, client_id);

-- The booking windows (advance, minimum, cut-off) bind clients; the front desk may step over them.
CREATE TABLE services (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  slug text,
  description text,
  kind text NOT NULL DEFAULT 'medical' CHECK (kind IN ('medical', 'grooming', 'boarding', 'other')),
  duration_minutes bigint NOT NULL DEFAULT 30 CHECK (duration_minutes BETWEEN 1 AND 44640),
  buffer_minutes bigint NOT NULL DEFAULT 0 CHECK (buffer_minutes >= 0),
  base_price_cents bigint CHECK (base_price_cents >= 0),
  color text NOT NULL DEFAULT '#4c7fb3' CHECK (color ~ '^#[0-9a-f]{6}$'),
  requires_approval boolean NOT NULL DEFAULT false,
  advance_booking_days bigint NOT NULL DEFAULT 90 CHECK (advance_booking_days >= 0),
  min_advance_hours bigint NOT NULL DEFAULT 0 CHECK (min_advance_hours >= 0),
  cancellation_cutoff_hours bigint NOT NULL DEFAULT 24 CHECK (cancellation_cutoff_hours >= 0),
  max_per_slot bigint NOT NULL DEFAULT 1 CHECK (max_per_slot >= 1),
  is_online boolean NOT NULL DEFAULT false,
  is_active boolean NOT NULL DEFAULT true,
  staff_roles jsonb NOT NULL DEFAULT '["veterinarian"]',
  form_fields jsonb NOT NULL DEFAULT '[]',
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

-- Weekly hours, Sunday = 0. An end of 24:00 is written 00:00; a shift does not cross midnight.
CREATE TABLE staff_schedules (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  staff_id uuid NOT NULL,
  day_of_week bigint NOT NULL CHECK (day_of_week BETWEEN 0 AND 6),
  start_time time NOT NULL,
  end_time time NOT NULL,
  effective_from text NOT NULL,
  effective_until text,
  slot_minutes bigint NOT NULL DEFAULT 15 CHECK (slot_minutes BETWEEN 5 AND 480),
  buffer_minutes bigint NOT NULL DEFAULT 0 CHECK (buffer_minutes >= 0),
  max_per_slot bigint NOT NULL DEFAULT 1 CHECK (max_per_slot >= 1),
  breaks jsonb NOT NULL DEFAULT '[]',
  is_active boolean NOT NULL DEFAULT true,
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
CREATE INDEX staff_schedules_by_staff ON staff_schedules (clinic_id, staff_id);

-- No times: the whole day. `recurrence` is an RFC 5545 RRULE, anchored at `on_date`.
CREATE TABLE schedule_overrides (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  staff_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('unavailable', 'custom_hours', 'emergency_only')),
  on_date text NOT NULL,
  start_time time,
  end_time time,
  reason text,
  recurrence text,
  created_by uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, staff_id) REFERENCES staff (clinic_id, id),
  FOREIGN KEY (clinic_id, created_by) REFERENCES staff (clinic_id, id)
);
CREATE INDEX schedule_overrides_by_staff ON schedule_overrides (clinic_id, staff_id);

-- A visit. `series_id` ties the visits of a recurrence, `group_id` those of one family in one go.
CREATE TABLE appointments (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  client_id uuid,
  pet_id uuid,
  service_id uuid,
  staff_id uuid,
  title text,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
  actual_start_at timestamptz,
  actual_end_at timestamptz,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'confirmed', 'reminded', 'checked_in', 'in_progress', 'completed', 'cancelled', 'no_show', 'rescheduled')),
  booking_method text NOT NULL DEFAULT 'admin' CHECK (booking_method IN ('online', 'phone', 'walk_in', 'admin', 'voice', 'sms', 'waitlist')),
  booked_by_client boolean NOT NULL DEFAULT false,
  booking_reference text,
  reason text,
  symptoms text,
  special_requests text,
  client_notes text,
  internal_notes text,
  estimated_cost_cents bigint CHECK (estimated_cost_cents >= 0),
  final_cost_cents bigint CHECK (final_cost_cents >= 0),
  payment_status text NOT NULL DEFAULT 'none' CHECK (payment_status IN ('none', 'pending', 'paid', 'failed', 'refunded')),
  payment_currency text,
  pickup_address text,
  cancelled_at timestamptz,
  cancelled_by uuid,
  cancellation_reason text,
  reschedule_count bigint NOT NULL DEFAULT 0 CHECK (reschedule_count >= 0),
  previous_appointment_id uuid,
  confirmation_sent_at timestamptz,
  reminder_sent_at timestamptz,
  follow_up_sent_at timestamptz,
  is_emergency boolean NOT NULL DEFAULT false,
  recurrence text,
  series_id uuid,
  group_id uuid,
  is_overbooked boolean NOT NULL DEFAULT false,
  clash_with_id uuid,
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
  FOREIGN KEY (clinic_id, pet_id) REFERENCES pets (clinic_id, id),
  FOREIGN KEY (clinic_id, service_id) REFERENCES services (clinic_id, id),
  FOREIGN KEY (clinic_id, staff_id) REFERENCES staff (clinic_id, id),
  FOREIGN KEY (clinic_id, cancelled_by) REFERENCES staff (clinic_id, id),
  FOREIGN KEY (clinic_id, previous_appointment_id) REFERENCES appointments (clinic_id, id)
);
CREATE INDEX appointments_by_client ON appointments (clinic_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX appointments_by_pet ON appointments (clinic_id, pet_id) WHERE pet_id IS NOT NULL;
CREATE INDEX appointments_by_service ON appointments (clinic_id, service_id) WHERE service_id IS NOT NULL;
CREATE INDEX appointments_by_staff ON appointments (clinic_id, staff_id, starts_at);
CREATE INDEX appointments_by_clash ON appointments (clinic_id, clash_with_id) WHERE clash_with_id IS NOT NULL;

CREATE TABLE appointment_form_answers (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  appointment_id uuid NOT NULL,
  field_name text NOT NULL,
  field_type text NOT NULL DEFAULT 'text',
  field_value text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, appointment_id) REFERENCES appointments (clinic_id, id)
);
CREATE INDEX appointment_form_answers_by_appointment ON appointment_form_answers (clinic_id, appointment_id);

CREATE TABLE waitlist_entries (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  client_id uuid NOT NULL,
  pet_id uuid,
  service_id uuid,
  staff_id uuid,
  requested_on date,
  earliest_time time,
  latest_time time,
  priority bigint NOT NULL DEFAULT 0,
  notes text,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'offered', 'booked', 'expired', 'cancelled')),
  offer_expires_at timestamptz,
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
  FOREIGN KEY (clinic_id, pet_id) REFERENCES pets (clinic_id, id),
  FOREIGN KEY (clinic_id, service_id) REFERENCES services (clinic_id, id),
  FOREIGN KEY (clinic_id, staff_id) REFERENCES staff (clinic_id, id)
);
CREATE INDEX waitlist_entries_by_client ON waitlist_entries (clinic_id, client_id);
CREATE INDEX waitlist_entries_by_pet ON waitlist_entries (clinic_id, pet_id) WHERE pet_id IS NOT NULL;
CREATE INDEX waitlist_entries_by_service ON waitlist_entries (clinic_id, service_id) WHERE service_id IS NOT NULL;

CREATE TABLE waitlist_slot_offers (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  service_id uuid,
  staff_id uuid,
  slot_on date NOT NULL,
  slot_time time NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'accepted', 'declined', 'expired', 'cancelled')),
  discount_percent bigint NOT NULL DEFAULT 0 CHECK (discount_percent BETWEEN 0 AND 100),
  expires_at timestamptz,
  created_by uuid,
  accepted_entry_id uuid,
  appointment_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, service_id) REFERENCES services (clinic_id, id),
  FOREIGN KEY (clinic_id, staff_id) REFERENCES staff (clinic_id, id),
  FOREIGN KEY (clinic_id, created_by) REFERENCES staff (clinic_id, id),
  FOREIGN KEY (clinic_id, accepted_entry_id) REFERENCES waitlist_entries (clinic_id, id),
  FOREIGN KEY (clinic_id, appointment_id) REFERENCES appointments (clinic_id, id)
);
CREATE INDEX waitlist_slot_offers_by_service ON waitlist_slot_offers (clinic_id, service_id) WHERE service_id IS NOT NULL;

CREATE TABLE waitlist_offer_recipients (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  offer_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  message_id uuid,
  reply text,
  replied_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, offer_id) REFERENCES waitlist_slot_offers (clinic_id, id),
  FOREIGN KEY (clinic_id, entry_id) REFERENCES waitlist_entries (clinic_id, id)
);
CREATE INDEX waitlist_offer_recipients_by_offer ON waitlist_offer_recipients (clinic_id, offer_id);
CREATE INDEX waitlist_offer_recipients_by_entry ON waitlist_offer_recipients (clinic_id, entry_id);

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

CREATE TABLE message_templates (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  purpose text NOT NULL DEFAULT 'conversation',
  channel text NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
  subject text,
  html_body text,
  text_body text,
  category text,
  variables jsonb NOT NULL DEFAULT '[]',
  send_offset_minutes bigint,
  is_public boolean NOT NULL DEFAULT false,
  is_active boolean NOT NULL DEFAULT true,
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

-- Every word that leaves or enters the clinic is one row.
CREATE TABLE messages (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  direction text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
  channel text NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
  purpose text NOT NULL DEFAULT 'conversation' CHECK (purpose IN ('conversation', 'booking_confirmation', 'reminder', 'cancellation', 'follow_up', 'report_card', 'review_request', 'waitlist_offer', 'campaign', 'journey')),
  client_id uuid,
  appointment_id uuid,
  template_id uuid,
  campaign_send_id uuid,
  enrollment_id uuid,
  faq_id uuid,
  recipient text NOT NULL DEFAULT '',
  subject text,
  body text NOT NULL DEFAULT '',
  status text NOT NULL CHECK (status IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'cancelled', 'received')),
  scheduled_for timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  opened_at timestamptz,
  clicked_at timestamptz,
  attempts bigint NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  max_attempts bigint NOT NULL DEFAULT 3 CHECK (max_attempts >= 0),
  error text,
  tracking_id text,
  provider text,
  provider_message_id text,
  cost_micros bigint,
  metadata jsonb NOT NULL DEFAULT '{}',
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
  FOREIGN KEY (clinic_id, appointment_id) REFERENCES appointments (clinic_id, id),
  FOREIGN KEY (clinic_id, template_id) REFERENCES message_templates (clinic_id, id)
);
CREATE INDEX messages_by_client ON messages (clinic_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX messages_by_appointment ON messages (clinic_id, appointment_id) WHERE appointment_id IS NOT NULL;

-- Append only.
CREATE TABLE message_events (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  message_id uuid,
  campaign_id uuid,
  client_id uuid,
  kind text NOT NULL CHECK (kind IN ('sent', 'delivered', 'opened', 'clicked', 'bounced', 'unsubscribed', 'complained', 'replied')),
  occurred_at timestamptz NOT NULL,
  user_agent text,
  ip_address text,
  location text,
  device_type text,
  link_url text,
  link_text text,
  bounce_type text,
  bounce_reason text,
  metadata jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, message_id) REFERENCES messages (clinic_id, id),
  FOREIGN KEY (clinic_id, client_id) REFERENCES clients (clinic_id, id)
);
CREATE INDEX message_events_by_message ON message_events (clinic_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX message_events_by_client ON message_events (clinic_id, client_id) WHERE client_id IS NOT NULL;

-- The id is UUIDv5 of client, topic and channel.
CREATE TABLE unsubscribes (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  client_id uuid NOT NULL,
  topic text NOT NULL DEFAULT 'all',
  channel text NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
  reason text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, client_id) REFERENCES clients (clinic_id, id)
);
CREATE INDEX unsubscribes_by_client ON unsubscribes (clinic_id, client_id);

CREATE TABLE calls (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  client_id uuid,
  phone text NOT NULL DEFAULT '',
  caller_name text,
  direction text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
  status text NOT NULL CHECK (status IN ('in_progress', 'completed', 'failed', 'no_answer', 'busy')),
  started_at timestamptz NOT NULL,
  duration_seconds bigint NOT NULL DEFAULT 0 CHECK (duration_seconds >= 0),
  recording_url text,
  transcript text,
  sentiment text CHECK (sentiment IN ('positive', 'neutral', 'negative')),
  cost_micros bigint,
  notes text,
  appointment_id uuid,
  provider_call_id text,
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
  FOREIGN KEY (clinic_id, appointment_id) REFERENCES appointments (clinic_id, id)
);

CREATE TABLE faqs (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  category text NOT NULL DEFAULT '',
  question text NOT NULL,
  answer text NOT NULL,
  keywords jsonb NOT NULL DEFAULT '[]',
  display_order bigint NOT NULL DEFAULT 0,
  is_active boolean NOT NULL DEFAULT true,
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

CREATE TABLE prompts (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('voice', 'sms')),
  body text NOT NULL,
  version text NOT NULL DEFAULT 'v1.0.0',
  is_active boolean NOT NULL DEFAULT true,
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

CREATE TABLE lists (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  description text,
  metadata jsonb NOT NULL DEFAULT '{}',
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

-- The id is UUIDv5 of list and client.
CREATE TABLE list_members (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  list_id uuid NOT NULL,
  client_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, list_id) REFERENCES lists (clinic_id, id),
  FOREIGN KEY (clinic_id, client_id) REFERENCES clients (clinic_id, id)
);
CREATE INDEX list_members_by_list ON list_members (clinic_id, list_id);
CREATE INDEX list_members_by_client ON list_members (clinic_id, client_id);

CREATE TABLE campaigns (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  kind text NOT NULL DEFAULT 'one_time' CHECK (kind IN ('one_time', 'recurring')),
  status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'scheduled', 'sending', 'paused', 'sent', 'cancelled')),
  template_id uuid,
  segment jsonb NOT NULL DEFAULT '{}',
  message jsonb NOT NULL DEFAULT '{}',
  ab_test jsonb,
  recurrence text,
  scheduled_for timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  created_by uuid,
  metadata jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, template_id) REFERENCES message_templates (clinic_id, id),
  FOREIGN KEY (clinic_id, created_by) REFERENCES staff (clinic_id, id)
);

-- The id is UUIDv5 of campaign and list.
CREATE TABLE campaign_lists (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  list_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, campaign_id) REFERENCES campaigns (clinic_id, id),
  FOREIGN KEY (clinic_id, list_id) REFERENCES lists (clinic_id, id)
);
CREATE INDEX campaign_lists_by_campaign ON campaign_lists (clinic_id, campaign_id);
CREATE INDEX campaign_lists_by_list ON campaign_lists (clinic_id, list_id);

CREATE TABLE campaign_sends (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  client_id uuid NOT NULL,
  message_id uuid,
  variant text,
  sent_at timestamptz,
  delivered_at timestamptz,
  opened_at timestamptz,
  clicked_at timestamptz,
  appointment_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, campaign_id) REFERENCES campaigns (clinic_id, id),
  FOREIGN KEY (clinic_id, client_id) REFERENCES clients (clinic_id, id),
  FOREIGN KEY (clinic_id, message_id) REFERENCES messages (clinic_id, id),
  FOREIGN KEY (clinic_id, appointment_id) REFERENCES appointments (clinic_id, id)
);
CREATE INDEX campaign_sends_by_campaign ON campaign_sends (clinic_id, campaign_id);
CREATE INDEX campaign_sends_by_client ON campaign_sends (clinic_id, client_id);

CREATE TABLE sequences (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  trigger_source text NOT NULL DEFAULT 'manual' CHECK (trigger_source IN ('manual', 'quickbooks', 'jobber', 'petrel')),
  trigger_event text,
  status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'active', 'paused')),
  flow jsonb NOT NULL DEFAULT '{}',
  settings jsonb NOT NULL DEFAULT '{}',
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

CREATE TABLE sequence_steps (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  sequence_id uuid NOT NULL,
  position bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('email', 'sms', 'wait', 'trigger')),
  channel text CHECK (channel IN ('email', 'sms')),
  delay_minutes bigint NOT NULL DEFAULT 0 CHECK (delay_minutes >= 0),
  message_purpose text,
  message_config jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, sequence_id) REFERENCES sequences (clinic_id, id)
);
CREATE INDEX sequence_steps_by_sequence ON sequence_steps (clinic_id, sequence_id);

CREATE TABLE enrollments (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  sequence_id uuid NOT NULL,
  client_id uuid NOT NULL,
  current_step bigint NOT NULL DEFAULT 0,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'completed', 'stopped', 'failed')),
  enrolled_at timestamptz NOT NULL,
  next_step_at timestamptz,
  metadata jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  made_clock bigint NOT NULL,
  made_seq bigint NOT NULL,
  made_replica uuid NOT NULL,
  seq bigint NOT NULL,
  clocks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, sequence_id) REFERENCES sequences (clinic_id, id),
  FOREIGN KEY (clinic_id, client_id) REFERENCES clients (clinic_id, id)
);
CREATE INDEX enrollments_by_sequence ON enrollments (clinic_id, sequence_id);
CREATE INDEX enrollments_by_client ON enrollments (clinic_id, client_id);

-- Tokens live on the hub alone.
CREATE TABLE integrations (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  provider text NOT NULL CHECK (provider IN ('quickbooks', 'jobber')),
  status text NOT NULL DEFAULT 'disconnected' CHECK (status IN ('connected', 'token_expired', 'disconnected')),
  account_id text,
  account_name text,
  last_customer_sync_at timestamptz,
  last_error text,
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
