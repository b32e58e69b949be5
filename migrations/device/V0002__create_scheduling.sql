-- The booking windows (advance, minimum, cut-off) bind clients; the front desk may step over them.
CREATE TABLE services (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  slug TEXT,
  description TEXT,
  kind TEXT NOT NULL DEFAULT 'medical' CHECK (kind IN ('medical', 'grooming', 'boarding', 'other')),
  duration_minutes INTEGER NOT NULL DEFAULT 30 CHECK (duration_minutes BETWEEN 1 AND 44640),
  buffer_minutes INTEGER NOT NULL DEFAULT 0 CHECK (buffer_minutes >= 0),
  base_price_cents INTEGER CHECK (base_price_cents >= 0),
  color TEXT NOT NULL DEFAULT '#4c7fb3' CHECK (color GLOB '#[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]'),
  requires_approval INTEGER NOT NULL DEFAULT 0 CHECK (requires_approval IN (0, 1)),
  advance_booking_days INTEGER NOT NULL DEFAULT 90 CHECK (advance_booking_days >= 0),
  min_advance_hours INTEGER NOT NULL DEFAULT 0 CHECK (min_advance_hours >= 0),
  cancellation_cutoff_hours INTEGER NOT NULL DEFAULT 24 CHECK (cancellation_cutoff_hours >= 0),
  max_per_slot INTEGER NOT NULL DEFAULT 1 CHECK (max_per_slot >= 1),
  is_online INTEGER NOT NULL DEFAULT 0 CHECK (is_online IN (0, 1)),
  is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  staff_roles TEXT NOT NULL DEFAULT '["veterinarian"]' CHECK (json_valid(staff_roles)),
  form_fields TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(form_fields)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;

-- Weekly hours, Sunday = 0. An end of 24:00 is written 00:00; a shift does not cross midnight.
CREATE TABLE staff_schedules (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  staff_id BLOB NOT NULL REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  day_of_week INTEGER NOT NULL CHECK (day_of_week BETWEEN 0 AND 6),
  start_time TEXT NOT NULL CHECK (start_time GLOB '[0-2][0-9]:[0-5][0-9]'),
  end_time TEXT NOT NULL CHECK (end_time GLOB '[0-2][0-9]:[0-5][0-9]'),
  effective_from TEXT NOT NULL CHECK (effective_from GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  effective_until TEXT CHECK (effective_until GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  slot_minutes INTEGER NOT NULL DEFAULT 15 CHECK (slot_minutes BETWEEN 5 AND 480),
  buffer_minutes INTEGER NOT NULL DEFAULT 0 CHECK (buffer_minutes >= 0),
  max_per_slot INTEGER NOT NULL DEFAULT 1 CHECK (max_per_slot >= 1),
  breaks TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(breaks)),
  is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX staff_schedules_by_staff ON staff_schedules (staff_id, day_of_week);

-- No times: the whole day. `recurrence` is an RFC 5545 RRULE, anchored at `on_date`.
CREATE TABLE schedule_overrides (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  staff_id BLOB NOT NULL REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  kind TEXT NOT NULL CHECK (kind IN ('unavailable', 'custom_hours', 'emergency_only')),
  on_date TEXT NOT NULL CHECK (on_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  start_time TEXT CHECK (start_time GLOB '[0-2][0-9]:[0-5][0-9]'),
  end_time TEXT CHECK (end_time GLOB '[0-2][0-9]:[0-5][0-9]'),
  reason TEXT,
  recurrence TEXT,
  created_by BLOB REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX schedule_overrides_by_staff ON schedule_overrides (staff_id, on_date);
CREATE INDEX schedule_overrides_by_date ON schedule_overrides (on_date);
CREATE INDEX schedule_overrides_recurring ON schedule_overrides (on_date) WHERE recurrence IS NOT NULL;

-- A visit. `series_id` ties the visits of a recurrence, `group_id` those of one family in one go.
CREATE TABLE appointments (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  client_id BLOB REFERENCES clients (id) DEFERRABLE INITIALLY DEFERRED,
  pet_id BLOB REFERENCES pets (id) DEFERRABLE INITIALLY DEFERRED,
  service_id BLOB REFERENCES services (id) DEFERRABLE INITIALLY DEFERRED,
  staff_id BLOB REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  title TEXT,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL CHECK (ends_at > starts_at),
  actual_start_at INTEGER,
  actual_end_at INTEGER,
  status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'confirmed', 'reminded', 'checked_in', 'in_progress', 'completed', 'cancelled', 'no_show', 'rescheduled')),
  booking_method TEXT NOT NULL DEFAULT 'admin' CHECK (booking_method IN ('online', 'phone', 'walk_in', 'admin', 'voice', 'sms', 'waitlist')),
  booked_by_client INTEGER NOT NULL DEFAULT 0 CHECK (booked_by_client IN (0, 1)),
  booking_reference TEXT,
  reason TEXT,
  symptoms TEXT,
  special_requests TEXT,
  client_notes TEXT,
  internal_notes TEXT,
  estimated_cost_cents INTEGER CHECK (estimated_cost_cents >= 0),
  final_cost_cents INTEGER CHECK (final_cost_cents >= 0),
  payment_status TEXT NOT NULL DEFAULT 'none' CHECK (payment_status IN ('none', 'pending', 'paid', 'failed', 'refunded')),
  payment_currency TEXT,
  pickup_address TEXT,
  cancelled_at INTEGER,
  cancelled_by BLOB REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  cancellation_reason TEXT,
  reschedule_count INTEGER NOT NULL DEFAULT 0 CHECK (reschedule_count >= 0),
  previous_appointment_id BLOB REFERENCES appointments (id) DEFERRABLE INITIALLY DEFERRED,
  confirmation_sent_at INTEGER,
  reminder_sent_at INTEGER,
  follow_up_sent_at INTEGER,
  is_emergency INTEGER NOT NULL DEFAULT 0 CHECK (is_emergency IN (0, 1)),
  recurrence TEXT,
  series_id BLOB,
  group_id BLOB,
  is_overbooked INTEGER NOT NULL DEFAULT 0 CHECK (is_overbooked IN (0, 1)),
  clash_with_id BLOB,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX appointments_by_start ON appointments (starts_at) WHERE deleted_at IS NULL;
-- Stays of more than a day (boarding) are few; they are what a range by start alone would miss.
CREATE INDEX appointments_long ON appointments (starts_at) WHERE deleted_at IS NULL AND ends_at - starts_at > 86400000;
CREATE INDEX appointments_by_staff ON appointments (staff_id, starts_at) WHERE deleted_at IS NULL;
CREATE INDEX appointments_by_client ON appointments (client_id, starts_at);
CREATE INDEX appointments_by_pet ON appointments (pet_id, starts_at);
CREATE INDEX appointments_by_service ON appointments (service_id);
CREATE INDEX appointments_by_series ON appointments (series_id, starts_at) WHERE series_id IS NOT NULL;
CREATE INDEX appointments_by_group ON appointments (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX appointments_by_previous ON appointments (previous_appointment_id) WHERE previous_appointment_id IS NOT NULL;
CREATE INDEX appointments_by_reference ON appointments (booking_reference) WHERE booking_reference IS NOT NULL;
CREATE INDEX appointments_clashing ON appointments (starts_at) WHERE clash_with_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX appointments_by_creation ON appointments (created_at) WHERE deleted_at IS NULL;

CREATE TABLE appointment_form_answers (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  appointment_id BLOB NOT NULL REFERENCES appointments (id) DEFERRABLE INITIALLY DEFERRED,
  field_name TEXT NOT NULL,
  field_type TEXT NOT NULL DEFAULT 'text',
  field_value TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX appointment_form_answers_by_appointment ON appointment_form_answers (appointment_id);

CREATE TABLE waitlist_entries (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  client_id BLOB NOT NULL REFERENCES clients (id) DEFERRABLE INITIALLY DEFERRED,
  pet_id BLOB REFERENCES pets (id) DEFERRABLE INITIALLY DEFERRED,
  service_id BLOB REFERENCES services (id) DEFERRABLE INITIALLY DEFERRED,
  staff_id BLOB REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  requested_on TEXT CHECK (requested_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  earliest_time TEXT CHECK (earliest_time GLOB '[0-2][0-9]:[0-5][0-9]'),
  latest_time TEXT CHECK (latest_time GLOB '[0-2][0-9]:[0-5][0-9]'),
  priority INTEGER NOT NULL DEFAULT 0,
  notes TEXT,
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'offered', 'booked', 'expired', 'cancelled')),
  offer_expires_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX waitlist_entries_active ON waitlist_entries (service_id, requested_on) WHERE status IN ('active', 'offered') AND deleted_at IS NULL;
CREATE INDEX waitlist_entries_by_client ON waitlist_entries (client_id);
CREATE INDEX waitlist_entries_by_pet ON waitlist_entries (pet_id) WHERE pet_id IS NOT NULL;

CREATE TABLE waitlist_slot_offers (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  service_id BLOB REFERENCES services (id) DEFERRABLE INITIALLY DEFERRED,
  staff_id BLOB REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  slot_on TEXT NOT NULL CHECK (slot_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  slot_time TEXT NOT NULL CHECK (slot_time GLOB '[0-2][0-9]:[0-5][0-9]'),
  status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'accepted', 'declined', 'expired', 'cancelled')),
  discount_percent INTEGER NOT NULL DEFAULT 0 CHECK (discount_percent BETWEEN 0 AND 100),
  expires_at INTEGER,
  created_by BLOB REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  accepted_entry_id BLOB REFERENCES waitlist_entries (id) DEFERRABLE INITIALLY DEFERRED,
  appointment_id BLOB REFERENCES appointments (id) DEFERRABLE INITIALLY DEFERRED,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX waitlist_slot_offers_pending ON waitlist_slot_offers (slot_on) WHERE status = 'pending' AND deleted_at IS NULL;

CREATE TABLE waitlist_offer_recipients (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  offer_id BLOB NOT NULL REFERENCES waitlist_slot_offers (id) DEFERRABLE INITIALLY DEFERRED,
  entry_id BLOB NOT NULL REFERENCES waitlist_entries (id) DEFERRABLE INITIALLY DEFERRED,
  message_id BLOB,
  reply TEXT,
  replied_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX waitlist_offer_recipients_by_offer ON waitlist_offer_recipients (offer_id);
CREATE INDEX waitlist_offer_recipients_by_entry ON waitlist_offer_recipients (entry_id);
