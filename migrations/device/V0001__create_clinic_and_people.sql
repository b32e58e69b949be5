-- Conventions, for every file of this folder:
--   ids are 16-byte UUIDs; `_at` is Unix milliseconds UTC; `_on` is a calendar date and `_time` a wall clock in the clinic's zone;
--   `_cents` is minor units of the clinic's currency; `is_` is 0 or 1; a row is removed by setting `deleted_at`.
-- Columns of a replicated table are only ever appended: recorded changes name them by position.

-- The one clinic of this file.
CREATE TABLE clinics (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  slug TEXT,
  email TEXT,
  phone TEXT,
  website_url TEXT,
  address TEXT,
  timezone TEXT NOT NULL,
  locale TEXT NOT NULL DEFAULT 'en-US',
  currency TEXT NOT NULL DEFAULT 'USD' CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  google_review_url TEXT,
  google_place_id TEXT,
  review_routing TEXT NOT NULL DEFAULT 'by_rating' CHECK (review_routing IN ('by_rating', 'everyone')),
  plan TEXT NOT NULL DEFAULT 'free' CHECK (plan IN ('free', 'starter', 'growth', 'pro', 'scale')),
  subscription_status TEXT NOT NULL DEFAULT 'trialing' CHECK (subscription_status IN ('trialing', 'active', 'past_due', 'cancelled', 'incomplete')),
  monthly_email_limit INTEGER CHECK (monthly_email_limit >= 0),
  contact_limit INTEGER CHECK (contact_limit >= 0),
  stripe_customer_id TEXT,
  created_by_email TEXT,
  metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
  settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;

CREATE TABLE staff (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  email TEXT,
  first_name TEXT NOT NULL CHECK (length(first_name) BETWEEN 1 AND 100),
  last_name TEXT NOT NULL DEFAULT '',
  role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'veterinarian', 'groomer', 'technician', 'front_desk')),
  color TEXT NOT NULL DEFAULT '#1f6f78' CHECK (color GLOB '#[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]'),
  is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  pin_hash TEXT,
  settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;

-- A phone that could not be read as E.164 is kept as typed: it then has something else than + and digits in it.
CREATE TABLE clients (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  first_name TEXT NOT NULL DEFAULT '',
  last_name TEXT NOT NULL DEFAULT '',
  email TEXT,
  phone TEXT,
  address TEXT,
  source TEXT NOT NULL DEFAULT 'manual' CHECK (source IN ('manual', 'online', 'csv', 'quickbooks', 'jobber', 'voice', 'sms')),
  external_id TEXT,
  email_status TEXT NOT NULL DEFAULT 'subscribed' CHECK (email_status IN ('subscribed', 'unsubscribed', 'bounced', 'complained')),
  sms_opted_out_at INTEGER,
  membership_status TEXT NOT NULL DEFAULT 'none' CHECK (membership_status IN ('none', 'active', 'paused', 'cancelled')),
  notification_settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(notification_settings)),
  notes TEXT,
  custom_fields TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(custom_fields)),
  last_contact_at INTEGER,
  last_engaged_at INTEGER,
  merged_into_id BLOB REFERENCES clients (id) DEFERRABLE INITIALLY DEFERRED,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;

CREATE INDEX clients_by_name ON clients (last_name COLLATE NOCASE, first_name COLLATE NOCASE, id) WHERE deleted_at IS NULL;
CREATE INDEX clients_by_email ON clients (lower(email)) WHERE email IS NOT NULL;
CREATE INDEX clients_by_phone ON clients (phone) WHERE phone IS NOT NULL;
CREATE INDEX clients_by_external_id ON clients (source, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX clients_by_merged_into ON clients (merged_into_id) WHERE merged_into_id IS NOT NULL;

-- The id is UUIDv5 of client and tag, so that two desks make the same row.
CREATE TABLE client_tags (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  client_id BLOB NOT NULL REFERENCES clients (id) DEFERRABLE INITIALLY DEFERRED,
  tag TEXT NOT NULL CHECK (length(tag) BETWEEN 1 AND 60),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX client_tags_by_client ON client_tags (client_id);
CREATE INDEX client_tags_by_tag ON client_tags (tag, client_id) WHERE deleted_at IS NULL;

CREATE TABLE pets (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  client_id BLOB NOT NULL REFERENCES clients (id) DEFERRABLE INITIALLY DEFERRED,
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  species TEXT NOT NULL DEFAULT 'other',
  breed TEXT,
  sex TEXT NOT NULL DEFAULT 'unknown' CHECK (sex IN ('female', 'male', 'unknown')),
  is_neutered INTEGER CHECK (is_neutered IN (0, 1)),
  born_on TEXT CHECK (born_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  weight_grams INTEGER CHECK (weight_grams >= 0),
  color TEXT,
  microchip TEXT,
  allergies TEXT,
  alerts TEXT,
  photo_attachment_id BLOB,
  deceased_on TEXT CHECK (deceased_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX pets_by_client ON pets (client_id);
CREATE INDEX pets_by_microchip ON pets (microchip) WHERE microchip IS NOT NULL;
