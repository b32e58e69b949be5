-- What only the hub knows.

-- A clinic this hub serves, under the id that every key begins with.
CREATE TABLE tenants (
  id uuid PRIMARY KEY,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  timezone text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- The last number of a clinic's log, and the last one that is no longer kept at hand. Whoever writes to the log locks this row first, which puts
-- pushes of one clinic one after another: numbers have no gaps, and nobody reads 8 before 7 is there.
CREATE TABLE log_heads (
  clinic_id uuid PRIMARY KEY REFERENCES tenants (id),
  head bigint NOT NULL DEFAULT 0 CHECK (head >= 0),
  horizon bigint NOT NULL DEFAULT 0 CHECK (horizon BETWEEN 0 AND head)
);

-- One row a transaction: the entries `first_seq` to `last_seq`, as the JSON that desks read. Pulling is copying.
CREATE TABLE log (
  clinic_id uuid NOT NULL,
  first_seq bigint NOT NULL,
  last_seq bigint NOT NULL CHECK (last_seq >= first_seq),
  replica_id uuid NOT NULL,
  n bigint NOT NULL,
  clock bigint NOT NULL,
  sent_clock bigint,
  mark bigint NOT NULL DEFAULT 0,
  staff_id uuid,
  action text NOT NULL DEFAULT '',
  device_id uuid,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  entries text NOT NULL
) PARTITION BY RANGE (recorded_at);
ALTER TABLE log ALTER COLUMN entries SET COMPRESSION lz4;
CREATE INDEX log_by_number ON log (clinic_id, last_seq);
CREATE INDEX log_by_transaction ON log (clinic_id, replica_id, n);
CREATE TABLE log_rest PARTITION OF log DEFAULT;

-- What the log no longer keeps at hand: its partitions, moved here whole. The audit trail.
CREATE TABLE log_archive (LIKE log INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (recorded_at);
CREATE INDEX log_archive_by_number ON log_archive (clinic_id, last_seq);
CREATE INDEX log_archive_by_transaction ON log_archive (clinic_id, replica_id, n);

-- A partition for the month of `day`. One that the rest has rows of is left to it.
CREATE FUNCTION make_log_partition(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  from_day date := date_trunc('month', day)::date;
  name text := 'log_' || to_char(from_day, 'YYYY_MM');
BEGIN
  IF to_regclass(name) IS NULL THEN
    EXECUTE format('CREATE TABLE %I PARTITION OF log FOR VALUES FROM (%L) TO (%L)', name,
      from_day::timestamp AT TIME ZONE 'UTC', (from_day + interval '1 month') AT TIME ZONE 'UTC');
  END IF;
EXCEPTION WHEN check_violation OR duplicate_table THEN
  NULL;
END $$;
SELECT make_log_partition(current_date), make_log_partition((current_date + interval '1 month')::date);

-- The replicas that write, and how far each has come. A file that went back in time is a new one.
CREATE TABLE replicas (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  device_id uuid,
  last_n bigint NOT NULL,
  PRIMARY KEY (clinic_id, id)
);

CREATE TABLE rejections (
  clinic_id uuid NOT NULL,
  replica_id uuid NOT NULL,
  n bigint NOT NULL,
  device_id uuid,
  reason jsonb NOT NULL,
  body jsonb NOT NULL,
  rejected_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (clinic_id, replica_id, n)
);

-- Desks that were let in. Tokens are kept as SHA-256 alone. `next_…` is the pair that was handed out last and not used yet: until it is, the
-- one before it stays good, so that a crash in between locks nobody out.
CREATE TABLE devices (
  clinic_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  platform text NOT NULL DEFAULT '',
  schema_version integer NOT NULL,
  access_hash bytea NOT NULL,
  access_expires_at timestamptz NOT NULL,
  refresh_hash bytea NOT NULL,
  used_refresh_hash bytea,
  next_access_hash bytea,
  next_access_expires_at timestamptz,
  next_refresh_hash bytea,
  cursor_seq bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz,
  PRIMARY KEY (clinic_id, id)
);
CREATE INDEX devices_by_access ON devices (access_hash);
CREATE INDEX devices_by_next_access ON devices (next_access_hash) WHERE next_access_hash IS NOT NULL;
CREATE INDEX devices_by_refresh ON devices (refresh_hash);
CREATE INDEX devices_by_next_refresh ON devices (next_refresh_hash) WHERE next_refresh_hash IS NOT NULL;
CREATE INDEX devices_by_used_refresh ON devices (used_refresh_hash) WHERE used_refresh_hash IS NOT NULL;

-- A code is two halves: `handle` finds it, the rest is kept as SHA-256. It works once, for a quarter of an hour, and dies of five wrong tries.
CREATE TABLE enrolment_codes (
  clinic_id uuid NOT NULL REFERENCES tenants (id),
  handle text NOT NULL UNIQUE,
  code_hash bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  used_at timestamptz,
  PRIMARY KEY (clinic_id, handle)
);

CREATE TABLE blobs (
  clinic_id uuid NOT NULL,
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  byte_size bigint NOT NULL CHECK (byte_size >= 0),
  stored_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (clinic_id, sha256)
);

-- Who may do what only one may do at a time (sending), and until when.
CREATE TABLE leases (
  clinic_id uuid NOT NULL,
  name text NOT NULL,
  holder uuid NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (clinic_id, name)
);

-- The customers' portal: accounts and sessions. Passwords are argon2id; tokens and codes are kept as SHA-256.
CREATE TABLE client_accounts (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  client_id uuid NOT NULL,
  email text NOT NULL,
  password_hash text NOT NULL,
  email_verified boolean NOT NULL DEFAULT false,
  email_verification_token bytea,
  phone_verified boolean NOT NULL DEFAULT false,
  phone_verification_code bytea,
  reset_password_token bytea,
  reset_password_expires timestamptz,
  last_login_at timestamptz,
  login_attempts integer NOT NULL DEFAULT 0,
  locked_until timestamptz,
  preferences jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, client_id) REFERENCES clients (clinic_id, id)
);
CREATE UNIQUE INDEX client_accounts_by_email ON client_accounts (clinic_id, lower(email));
CREATE TABLE client_sessions (
  clinic_id uuid NOT NULL,
  id uuid NOT NULL,
  client_account_id uuid NOT NULL,
  session_token bytea NOT NULL UNIQUE,
  ip_address inet,
  user_agent text,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (clinic_id, id),
  FOREIGN KEY (clinic_id, client_account_id) REFERENCES client_accounts (clinic_id, id) ON DELETE CASCADE
);

-- Tokens of other services, encrypted with the hub's key.
CREATE TABLE integration_secrets (
  clinic_id uuid NOT NULL,
  integration_id uuid NOT NULL,
  access_token bytea,
  refresh_token bytea,
  token_expires_at timestamptz,
  webhook_url text,
  PRIMARY KEY (clinic_id, integration_id),
  FOREIGN KEY (clinic_id, integration_id) REFERENCES integrations (clinic_id, id)
);

-- A provider's event has one effect, however often it comes.
CREATE TABLE webhook_events (
  clinic_id uuid NOT NULL,
  provider text NOT NULL,
  event_id text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (clinic_id, provider, event_id)
);
