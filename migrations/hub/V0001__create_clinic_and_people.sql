-- The clinic's tables, as on the device (`migrations/device`), by the same conventions: `_at` is an instant, `_on` a date, `_time` a wall clock in
-- the clinic's zone, `is_` a truth, `_cents` minor units. A test holds the two catalogs against each other.
--
-- Every key begins with the clinic. `made_…` says who made a row, `clocks` who wrote which register since (register → [clock, number, replica]),
-- `seq` is the last number of the log that touched the row.

-- The clinic as it describes itself: one row a clinic.
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
