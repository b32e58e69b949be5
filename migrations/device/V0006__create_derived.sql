-- Kept by every replica from the rows above, never sent, and remade by one command (`Store::rebuild_derived`).

CREATE TABLE client_stats (
  client_id BLOB PRIMARY KEY NOT NULL,
  appointments INTEGER NOT NULL DEFAULT 0,
  completed INTEGER NOT NULL DEFAULT 0,
  no_shows INTEGER NOT NULL DEFAULT 0,
  cancellations INTEGER NOT NULL DEFAULT 0,
  reschedules INTEGER NOT NULL DEFAULT 0,
  calls INTEGER NOT NULL DEFAULT 0,
  spent_cents INTEGER NOT NULL DEFAULT 0,
  first_visit_at INTEGER,
  last_visit_at INTEGER,
  lead_minutes_total INTEGER NOT NULL DEFAULT 0,
  preferred_days TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(preferred_days)),
  preferred_hours TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(preferred_hours)),
  preferred_staff TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(preferred_staff)),
  preferred_services TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(preferred_services))
) STRICT, WITHOUT ROWID;

CREATE TABLE list_stats (list_id BLOB PRIMARY KEY NOT NULL, members INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE campaign_stats (
  campaign_id BLOB PRIMARY KEY NOT NULL,
  sent INTEGER NOT NULL DEFAULT 0,
  delivered INTEGER NOT NULL DEFAULT 0,
  opened INTEGER NOT NULL DEFAULT 0,
  clicked INTEGER NOT NULL DEFAULT 0,
  bounced INTEGER NOT NULL DEFAULT 0,
  unsubscribed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE report_card_stats (report_card_id BLOB PRIMARY KEY NOT NULL, views INTEGER NOT NULL, last_viewed_at INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE qr_code_stats (qr_code_id BLOB PRIMARY KEY NOT NULL, scans INTEGER NOT NULL, last_scanned_at INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE template_stats (template_id BLOB PRIMARY KEY NOT NULL, uses INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE faq_stats (faq_id BLOB PRIMARY KEY NOT NULL, uses INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- By the clinic's calendar day on which a thing was made (call, booking, message).
CREATE TABLE daily_stats (
  on_date TEXT PRIMARY KEY NOT NULL,
  calls INTEGER NOT NULL DEFAULT 0,
  successful_calls INTEGER NOT NULL DEFAULT 0,
  failed_calls INTEGER NOT NULL DEFAULT 0,
  bookings INTEGER NOT NULL DEFAULT 0,
  sms INTEGER NOT NULL DEFAULT 0,
  emails INTEGER NOT NULL DEFAULT 0,
  cost_micros INTEGER NOT NULL DEFAULT 0,
  call_bookings INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- By the clinic's calendar day and hour at which a visit starts.
CREATE TABLE hourly_stats (
  on_date TEXT NOT NULL,
  hour_of_day INTEGER NOT NULL CHECK (hour_of_day BETWEEN 0 AND 23),
  service_id BLOB NOT NULL DEFAULT x'' ,
  appointments INTEGER NOT NULL DEFAULT 0,
  completed INTEGER NOT NULL DEFAULT 0,
  cancelled INTEGER NOT NULL DEFAULT 0,
  no_shows INTEGER NOT NULL DEFAULT 0,
  lead_minutes_total INTEGER NOT NULL DEFAULT 0,
  revenue_cents INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (on_date, hour_of_day, service_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE analytics_cache (
  metric_key TEXT NOT NULL,
  range_start_on TEXT NOT NULL,
  range_end_on TEXT NOT NULL,
  value TEXT NOT NULL CHECK (json_valid(value)),
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (metric_key, range_start_on, range_end_on)
) STRICT, WITHOUT ROWID;

-- One search document a client, with its pets: "rex smith" finds the Smith who has a Rex. Text is folded by `domain::text`;
-- phone numbers and microchips are kept reversed, so that a suffix typed is a prefix looked up.
CREATE TABLE search_docs (docid INTEGER PRIMARY KEY, client_id BLOB NOT NULL UNIQUE) STRICT;
CREATE VIRTUAL TABLE search_index USING fts5 (
  names, pets, email, phone, microchip,
  content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '1 2 3', detail = column
);
